"""The lines of a page of a PDF, and where they stand."""

import re
from collections.abc import Iterator, Sequence
from ctypes import c_double
from math import isfinite
from typing import NamedTuple

from pypdfium2 import PdfPage, PdfTextPage, raw

from timviet.index.formats.table_rows import BETWEEN_CELLS

HYPHEN = "\u0002"
"""What PDFium has for a hyphen at the end of a line, whether it is one of the word or of the line."""

_LINE_ENDS = {0x0A, 0x0D}
_FIRST_VISIBLE = 0x20
_BLANKS = re.compile(r"[ \t]+")
_GAP = 1.5  # times the size of letters


class Line(NamedTuple):
    """A line of a page.

    Attributes:
        text: its text; it ends with `HYPHEN` where a word may go on in the next line.
        left: where it starts, in points from the left.
        right: where it ends.
        base: where its letters stand, in points from below.
        size: the size of its first letter, in points.
        first: how wide its first word is, in points.
        has_cells: whether it is of the cells of a row.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    first: float
    has_cells: bool = False


def read_lines(page: PdfPage, text: PdfTextPage) -> list[Line]:
    """Return the lines of a page in the order that they are drawn in, but for blank ones.

    Args:
        page: the page.
        text: its text.
    """
    codes = [raw.FPDFText_GetUnicode(text.raw, index) for index in range(text.count_chars())]
    places = _Places(page, text)
    return [_line(places, codes, indexes) for indexes in _split(codes)]


def _split(codes: Sequence[int]) -> Iterator[list[int]]:
    """Yield the indexes of the characters of each line, none of them blank at either end."""
    indexes: list[int] = []
    for index, code in enumerate(codes):
        is_hyphen = chr(code) == HYPHEN
        if is_hyphen or (code >= _FIRST_VISIBLE and (indexes or not chr(code).isspace())):
            indexes.append(index)
        if is_hyphen or code in _LINE_ENDS:
            yield from _stripped(codes, indexes)
            indexes = []
    yield from _stripped(codes, indexes)


def _stripped(codes: Sequence[int], indexes: list[int]) -> Iterator[list[int]]:
    while indexes and chr(codes[indexes[-1]]).isspace():
        indexes.pop()
    if indexes:
        yield indexes


def _line(places: "_Places", codes: Sequence[int], indexes: Sequence[int]) -> Line:
    letters = [chr(codes[index]) for index in indexes]
    word = next((place for place, letter in enumerate(letters) if letter == " "), len(letters))
    left, base = places.origin(indexes[0])
    first_right, right = (places.right(indexes[place - 1]) for place in (word, len(letters)))
    size = places.size(indexes[0])
    gaps = [
        place
        for place in range(1, len(letters) - 1)
        if places.is_generated(indexes[place])
        and places.origin(indexes[place + 1])[0] - places.right(indexes[place - 1]) > _GAP * size
    ]
    for place in gaps:
        letters[place] = BETWEEN_CELLS
    return Line(_BLANKS.sub(" ", "".join(letters)), left, right, base, size, first_right - left, bool(gaps))


class _Places:
    """Where the letters of a page stand, as it is shown, which may be turned.

    Args:
        page: the page.
        text: its text.
    """

    def __init__(self, page: PdfPage, text: PdfTextPage) -> None:
        self._text = text.raw
        self._turned = page.get_rotation()

    def origin(self, index: int) -> tuple[float, float]:
        """Return where a letter stands, from the left and from below."""
        x, y = c_double(), c_double()
        raw.FPDFText_GetCharOrigin(self._text, index, x, y)
        return self._turn(_finite(x.value), _finite(y.value))

    def right(self, index: int) -> float:
        """Return where a letter ends, from the left."""
        box = raw.FS_RECTF()
        raw.FPDFText_GetLooseCharBox(self._text, index, box)
        corners = ((box.left, box.bottom), (box.right, box.top))
        return max(self._turn(_finite(x), _finite(y))[0] for x, y in corners)

    def size(self, index: int) -> float:
        """Return the size of a letter, which is never nothing."""
        return abs(_finite(raw.FPDFText_GetFontSize(self._text, index))) or 1.0

    def is_generated(self, index: int) -> bool:
        """Tell whether a letter is a blank that PDFium put in for a distance."""
        return bool(raw.FPDFText_IsGenerated(self._text, index) == 1)

    def _turn(self, x: float, y: float) -> tuple[float, float]:
        """Return a place as it is on the turned page, if from another corner: what counts is how places differ."""
        return {0: (x, y), 90: (y, -x), 180: (-x, -y), 270: (-y, x)}[self._turned]


def _finite(value: float) -> float:
    return value if isfinite(value) else 0.0
