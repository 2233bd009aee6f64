"""Leave out of pages what stands at the same place on many of them: headers, footers, and the pages' numbers."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import takewhile
from statistics import median

from timviet.index.formats.pdf.lines import Line

_ROWS = 3  # that a margin has at most
_NEAR = 4.0  # points that the same line may stand higher or lower on another page
_FEW_PAGES = 4
_SHARE = 0.4  # of pages: left and right ones may have different margins, and some none
_COUNTING = 0.6  # of lines: numbers may start anew
_NUMBER = re.compile(r"[0-9]+")


def without_margins(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return pages without the lines that repeat on them at the top and at the bottom, at the same height.

    A header or a footer is the same on many of the pages from the first to the last that have it, and on three at
    least, or two if there are few. In a line with the page's number, a number grows as the pages do, on many of all
    pages: forms that are numbered, too, each on a page of its own, are to stay. So is what repeats for more rows than a
    margin has, as in a letter to many.

    Args:
        pages: the lines of each page.
    """
    sides = [
        (number, is_top, _outermost(lines, is_top)) for number, lines in enumerate(pages) for is_top in (True, False)
    ]
    places: dict[tuple[bool, str], list[tuple[int, Line]]] = defaultdict(list)
    for number, is_top, rows in sides:
        for row in rows:
            for line in row:
                places[is_top, _NUMBER.sub("#", line.text)].append((number, line))
    repeated = {place for found in places.values() for place in _repeated(found, len(pages))}
    margins = {(number, line) for number, _, rows in sides for line in _margin(number, rows, repeated)}
    return [[line for line in lines if (number, line) not in margins] for number, lines in enumerate(pages)]


def _outermost(lines: Sequence[Line], is_top: bool) -> list[list[Line]]:
    """Return the first rows from the edge, one more than a margin has."""
    heights = sorted({round(line.base) for line in lines}, reverse=is_top)
    return [[line for line in lines if round(line.base) == height] for height in heights[: _ROWS + 1]]


def _margin(number: int, rows: Sequence[Sequence[Line]], repeated: AbstractSet[tuple[int, Line]]) -> list[Line]:
    """Return the lines of the rows from the edge on that repeat."""
    margin = list(takewhile(lambda row: all((number, line) in repeated for line in row), rows))
    return [line for row in margin for line in row] if len(margin) <= _ROWS else []


def _repeated(found: Sequence[tuple[int, Line]], count: int) -> list[tuple[int, Line]]:
    """Return those of the lines that repeat; they differ in numbers alone."""
    height = median(line.base for _, line in found)
    near = [(number, line) for number, line in found if abs(line.base - height) <= _NEAR]
    pages = {number for number, _ in near}
    if len(pages) < (2 if count <= _FEW_PAGES else 3):
        return []
    if len({line.text for _, line in near}) == 1:
        return near if len(pages) >= _SHARE * (max(pages) - min(pages) + 1) else []
    return near if len(pages) >= _SHARE * count and _counts_pages(near) else []


def _counts_pages(lines: Sequence[tuple[int, Line]]) -> bool:
    """Tell whether one of the numbers in the lines grows as the pages do."""
    differences = Counter(
        (place, int(digits) - number)
        for number, line in lines
        for place, digits in enumerate(_NUMBER.findall(line.text[:200]))
    )
    return bool(differences) and max(differences.values()) >= _COUNTING * len(lines)
