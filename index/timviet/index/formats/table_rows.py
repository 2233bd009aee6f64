"""The rows of tables in documents, as paragraphs."""

from collections.abc import Iterable, Iterator, Sequence

BETWEEN_CELLS = " | "
_LONGEST_ROW = 1_000  # code points


def row_paragraphs(cells: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a row as one paragraph, or, where it is too long to be read as a row, the paragraphs of its cells.

    Args:
        cells: the paragraphs of each cell.

    Example:
        >>> list(row_paragraphs([["Thôn Thượng"], [], ["Ông Lực", "0912 000 111"]]))
        ['Thôn Thượng | Ông Lực 0912 000 111']
    """
    filled = [cell for cell in cells if cell]
    row = BETWEEN_CELLS.join(" ".join(cell) for cell in filled)
    if len(row) <= _LONGEST_ROW:
        if row:
            yield row
    else:
        for cell in filled:
            yield from cell
