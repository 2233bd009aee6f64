"""Tables of text, with commas, tabs or the like between cells: a row is a document, the first one names the columns."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice

from timviet.index.formats.decoding import decode_text, encoding_of
from timviet.index.formats.parts import Part, RawFile
from timviet.index.formats.records.heading import FEWEST_COLUMNS, LOOKED_AT
from timviet.index.formats.records.rows import allow_long_cells, read_rows

_DELIMITERS = "\t,;|"  # the first where none separates anything: other ones are in texts, too
_SAMPLE_SIZE = 1 << 16  # code points
_REGULAR = 0.8  # the share of rows, below other lines, that have the same number of cells


def read(file: RawFile) -> Iterator[Part]:
    """Read a table, whatever separates its cells.

    Raises:
        UnreadableError: it is no text, or a blank one, or has too many columns, or not those that were said.
    """
    decoded = decode_text(file.content, file.encoding)
    text, said = decoded.text, _said_delimiter(decoded.text)
    delimiter = said or _likeliest_delimiter(text[:_SAMPLE_SIZE])
    return read_rows(text, delimiter, file, encoding_of(decoded), start=1 if said else 0)


def _said_delimiter(text: str) -> str | None:
    """Return the delimiter that the first line tells, as spreadsheets write it: `sep=;`."""
    first = text[:8].splitlines()[0] if text else ""
    return first[4] if first in {f"sep={delimiter}" for delimiter in _DELIMITERS} else None


def _likeliest_delimiter(sample: str) -> str:
    """Return what parts most rows into as many cells as the first one has, or as the first one of a table below it."""
    allow_long_cells()

    def regularity(delimiter: str) -> tuple[float, bool, int]:
        rows = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
        widths = [len(row) for row in islice(rows, LOOKED_AT) if row]
        return max((_regularity(widths, start) for start in range(len(widths))), default=(0.0, False, 0))

    return max(_DELIMITERS, key=regularity)


def _regularity(widths: Sequence[int], start: int) -> tuple[float, bool, int]:
    """Return the share of rows, from one on, that are as wide as that, and how wide; 0 where that is no table."""
    width, following = widths[start], widths[start:]
    share = following.count(width) / len(following)
    is_below = width >= FEWEST_COLUMNS and len(following) > 1 and 2 * max(widths[:start], default=0) <= width
    if width < 2 or (start and (share < _REGULAR or not is_below)):
        return 0.0, False, 0
    return share, not start, width
