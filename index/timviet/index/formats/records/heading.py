"""Where a table begins: registers have lines above the row that names the columns, of who keeps them and what year."""

from collections import Counter
from collections.abc import Sequence

LOOKED_AT = 30
"""Rows among which a table begins."""

FEWEST_COLUMNS = 3
"""Columns of tables that may have other lines above: in those of fewer, a row that is half blank tells nothing."""


def count_above(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows stand above a table: those at its top that have no more than half of the usual cells.

    Args:
        rows: the first ones.

    Example:
        >>> count_above([["BỘ TƯ PHÁP", "", ""], ["STT", "Số", "Trích yếu"], ["1", "05/QĐ", "Về phí chợ"]])
        1
        >>> count_above([["STT", "Số", "Trích yếu"], ["1", "", "Về phí chợ"]])
        0
    """
    filled = [sum(map(bool, map(str.strip, cells))) for cells in rows]
    counts = Counter(number for number in filled if number > 1)
    usual = max(counts, key=lambda number: (counts[number], number), default=0)
    if usual < FEWEST_COLUMNS:
        return 0
    return next(place for place, number in enumerate(filled) if 2 * number > usual)
