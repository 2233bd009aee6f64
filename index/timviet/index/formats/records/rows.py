"""From the rows of a table of texts to documents."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice, zip_longest
from typing import Literal, NamedTuple

from timviet.index.documents import Document
from timviet.index.encodings.detection import Detection
from timviet.index.formats import limits
from timviet.index.formats.parts import NO_COLUMN, Part, RawFile, RecordFields, UnreadableError
from timviet.index.formats.records.documents import Row, read_records
from timviet.index.formats.records.fields import as_named
from timviet.index.formats.records.heading import LOOKED_AT, count_above

_LONGEST_NAME = 60  # code points of a column's name
# After faults so many code points are read again: so many for each of the table, and some more.
_AGAIN, _AGAIN_AT_LEAST = 4, 1 << 20


class _Cells(NamedTuple):
    """A row; `cells` is a fault where it cannot be read."""

    cells: list[str] | UnreadableError
    line: int
    done: float


def read_rows(text: str, delimiter: str, file: RawFile, encoding: Detection, start: int = 0) -> Iterator[Part]:
    """Read a table of texts; what stands above it is a document, which has the file's name.

    Args:
        text: the table.
        delimiter: what separates cells.
        file: the file that it is.
        encoding: the encoding that the file was read in.
        start: how many lines are not of the table.

    Raises:
        UnreadableError: it has too many columns, or not those that were said.
    """
    sample = list(islice(_rows(text, delimiter, start), LOOKED_AT))
    if not sample:
        return
    if isinstance(sample[0].cells, UnreadableError):
        raise sample[0].cells
    above = _rows_above(sample, file.fields)
    first = sample[len(above)].cells
    assert not isinstance(first, UnreadableError)  # noqa: S101  # above it there is none
    if len(first) > limits.MAX_COLUMNS:
        raise limits.beyond("has more columns", limits.MAX_COLUMNS, "columns")
    has_names = _are_names(first, file.fields)
    names = _distinct(first if has_names else [""] * len(first))
    _require_names(names, file.fields)

    def records() -> Iterator[Row]:
        for row in islice(_rows(text, delimiter, start), len(above) + has_names, None):
            yield Row(_record(names, row.cells), row.line, row.done)

    if above:
        paragraphs = [" | ".join(filter(None, map(str.strip, cells))) for cells in above]
        document = Document(file.name, title=paragraphs[0], path=file.name, paragraphs=paragraphs)
        yield Part(document, sample[0].line, 0.0, encoding)
    yield from read_records(records, file, encoding, keeps_blank=False)


def _rows_above(sample: Iterable[_Cells], said: RecordFields) -> list[list[str]]:
    """Return the rows that stand above a table, which begins with names that were said, or else as it looks."""
    whole: list[list[str]] = []
    for row in sample:
        if isinstance(row.cells, UnreadableError):
            break
        whole.append(row.cells)
    has_said = (place for place, cells in enumerate(whole) if _has_said_name(cells, said))
    return whole[: next(has_said, count_above(whole))]


def allow_long_cells() -> None:
    """Have readers of tables take cells as long as the limit: it is one for all of them in a process."""
    csv.field_size_limit(max(csv.field_size_limit(), limits.MAX_CELL))


def _rows(text: str, delimiter: str, start: int) -> Iterator[_Cells]:
    """Yield the rows that are not blank; after one at fault, reading goes on with the line after its first one.

    Where too much is read again for that, the rest of TSV is read as if quotes were letters; that of CSV is a fault.
    """
    allow_long_cells()
    lines = StringIO(text, newline="")
    for _ in range(start):
        lines.readline()
    number, left = start, _AGAIN * len(text) + _AGAIN_AT_LEAST
    is_tsv, has_quotes = delimiter == "\t", True
    is_done = False
    while not is_done:
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if has_quotes else csv.QUOTE_NONE
        reader = csv.reader(iter(lines.readline, ""), delimiter=delimiter, strict=True, quoting=quoting)
        place, read = lines.tell(), 0
        try:
            for cells in reader:
                if any(map(str.strip, cells)):
                    yield _Cells(cells, number + read + 1, lines.tell() / len(text))
                place, read = lines.tell(), reader.line_num
            is_done = True
        except csv.Error as error:
            left -= lines.tell() - place
            lines.seek(place)
            line = lines.readline()
            number += read + 1
            found = line.rstrip("\r\n").split(delimiter) if is_tsv else UnreadableError("is not CSV", str(error))
            has_quotes = left >= 0
            is_done = not (has_quotes or is_tsv)
            if is_done:
                found = UnreadableError("is not CSV", "nothing is read from here on, as quotes are opened too often")
            yield _Cells(found, number, lines.tell() / len(text))


def _are_names(cells: Sequence[str], said: RecordFields) -> bool:
    """Tell whether a row names the columns: it has names that were said, or looks like names and not like values."""
    return _has_said_name(cells, said) or all(map(_is_name, cells))


def _has_said_name(cells: Sequence[str], said: RecordFields) -> bool:
    names = as_named(said, cells)
    return not {names.id, names.title, *names.text}.isdisjoint(cells)


def _is_name(cell: str) -> bool:
    return len(cell) <= _LONGEST_NAME and not cell.endswith((".", "!", "?", ";")) and not cell[:1].isdecimal()


def _distinct(cells: Sequence[str]) -> list[str]:
    """Return names of columns, the number for one without a name, or with a name that an earlier one has."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = cell.strip()
        names.append(str(number) if not name or name in names else name)
    return names


def _require_names(names: Sequence[str], said: RecordFields) -> None:
    wanted = as_named(said, names)
    for name in (wanted.id, wanted.title, *wanted.text):
        if name is not None and name not in names:
            raise UnreadableError(f"{NO_COLUMN} {name!r}", f"it has {', '.join(map(repr, names[:20]))}")


def _record(names: Sequence[str], cells: list[str] | UnreadableError) -> Mapping[str, object] | UnreadableError:
    if isinstance(cells, UnreadableError):
        return cells
    if any(cells[len(names) :]):
        return UnreadableError("has more cells than the table has columns")
    return dict(zip_longest(names, cells[: len(names)], fillvalue=""))
