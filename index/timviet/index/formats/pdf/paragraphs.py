"""Join the lines of a PDF's pages to paragraphs, by where they stand and how they end.

A PDF has letters at places and knows no paragraphs. What ends one, as typesetters set them: a larger distance, another
size of letters, an indent, a line that the next line's first word would have had room in.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from timviet.index.documents import Passage
from timviet.index.formats.pdf.bookmarks import Bookmarks
from timviet.index.formats.pdf.hyphens import Words
from timviet.index.formats.pdf.lines import HYPHEN, Line
from timviet.index.formats.table_rows import BETWEEN_CELLS

_WIDER = 1.4  # times the usual distance of lines
_OTHER_SIZE = 1.15  # times the size
_INDENT = 0.8  # times the size
_SPACE = 0.4  # times the size, at most, between words
_HIGHER = 4  # times the size, where the next column starts
_ROW = 0.5  # times the size, for what stands beside, not below
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
# Bullets, as fonts for symbols have them, too; numbers and letters of lists; what parts laws.
_ITEM = re.compile(
    r"[-–—+*•●○▪■►✓\uf000-\uf0ff]\s|(?:\d{1,3}(?:\.\d{1,3})*|[a-zđ]|[ivxlc]+)[.)]\s|(?:Phần|Chương|Mục|Điều)\s+[\dIVXLC]+",
    re.IGNORECASE,
)


def join_lines(pages: Sequence[Sequence[Line]], bookmarks: Bookmarks) -> list[Passage]:
    """Return the paragraphs of pages.

    Args:
        pages: the lines of each page, without headers and footers.
        bookmarks: what they stand under.
    """
    words = Words(line.text for lines in pages for line in lines)
    passages = []
    for page, lines in _paragraphs(pages):
        text = words.join([line.text for line in lines])
        passages.append(Passage(text, bookmarks.section_at(page, lines[0].base, text), page))
    return passages


class _Block(NamedTuple):
    """Lines one below the other.

    Attributes:
        page: their page, from 1.
        lines: the lines.
        left: where the leftmost one starts.
        right: where those end that are full.
        pitch: the usual distance from one to the next, in sizes of their letters.
    """

    page: int
    lines: list[Line]
    left: float
    right: float
    pitch: float


def _paragraphs(pages: Sequence[Sequence[Line]]) -> Iterator[tuple[int, list[Line]]]:
    """Yield paragraphs, each with the page that it starts on; one may go on in the next column or page."""
    page = 0
    paragraph: list[Line] = []
    last: _Block | None = None
    for block in _blocks(pages):
        for index, line in enumerate(block.lines):
            if index:
                goes_on = not _is_parted(block.lines[index - 1], line, block)
            else:
                goes_on = last is not None and _is_continued(last, block)
            if not goes_on:
                if paragraph:
                    yield page, paragraph
                page, paragraph = block.page, []
            paragraph.append(line)
        last = block
    if paragraph:
        yield page, paragraph


def _blocks(pages: Sequence[Sequence[Line]]) -> Iterator[_Block]:
    for page, lines in enumerate(pages, 1):
        rows = _rows(lines)
        pitches = [(above.base - below.base) / below.size for above, below in pairwise(rows) if above.base > below.base]
        starts = [0, *(index for index, pair in enumerate(pairwise(rows), 1) if not _is_below(*pair))]
        for start, end in pairwise([*starts, len(rows)]):
            block = rows[start:end]
            if block:
                rights = sorted((line.right for line in block), reverse=True)
                # Of many lines the longest may be a heading across columns, or hang out.
                right = rights[1] if len(rights) > 3 else rights[0]
                yield _Block(page, block, min(line.left for line in block), right, median(pitches or [0.0]))


def _is_below(above: Line, below: Line) -> bool:
    return below.base <= above.base and below.left < above.right and above.left < below.right


def _rows(lines: Iterable[Line]) -> list[Line]:
    """Put together what stands on the same height: the parts of a line, or the cells of a row."""
    rows: list[Line] = []
    for line in lines:
        before = rows[-1] if rows else None
        if before is None or abs(before.base - line.base) > _ROW * line.size or line.left < before.right - line.size:
            rows.append(line)
            continue
        is_cell = line.left > before.right + _INDENT * line.size
        text = f"{before.text}{BETWEEN_CELLS if is_cell else ' '}{line.text}"
        rows[-1] = before._replace(text=text, right=line.right, has_cells=before.has_cells or is_cell)
    return rows


def _is_parted(above: Line, below: Line, block: _Block) -> bool:
    """Tell whether a paragraph ends between two lines of a block."""
    if above.has_cells or below.has_cells or _is_of_other_size(above, below):
        return True
    if above.text.endswith(HYPHEN):
        return False
    if above.base - below.base > _WIDER * block.pitch * below.size or not _is_full(above, below, block):
        return True
    is_indented, is_item = _is_indented(below, block), _ITEM.match(below.text) is not None
    if _SENTENCE_END.search(above.text):
        return is_indented or is_item
    return is_indented and is_item


def _is_continued(block: _Block, following: _Block) -> bool:
    """Tell whether a paragraph goes on after the last line of a block, at the top of the following one."""
    above, below = block.lines[-1], following.lines[0]
    is_on_page = block.page == following.page
    if is_on_page and below.base - above.base < _HIGHER * below.size:
        return False
    if above.has_cells or below.has_cells or _is_of_other_size(above, below):
        return False
    if above.text.endswith(HYPHEN):
        return True
    if _SENTENCE_END.search(above.text) or not _is_full(above, below, block):
        return False
    return not _is_indented(below, following) and not _ITEM.match(below.text)


def _is_indented(line: Line, block: _Block) -> bool:
    return line.left - block.left > _INDENT * line.size


def _is_full(above: Line, below: Line, block: _Block) -> bool:
    """Tell whether a line has no room for the first word of the one below."""
    return block.right - above.right < below.first + _SPACE * below.size


def _is_of_other_size(above: Line, below: Line) -> bool:
    smaller, larger = sorted((above.size, below.size))
    return larger > _OTHER_SIZE * smaller
