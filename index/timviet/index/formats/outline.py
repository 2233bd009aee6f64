"""Which headings a paragraph stands under."""

from timviet.index.formats.properties import one_line

SEPARATOR = " › "
_LONGEST = 120  # code points of a heading that are shown


class Outline:
    """The headings that a document has had so far, as far as they still hold.

    Args:
        title: the document's title, which says nothing as a heading.

    Example:
        >>> outline = Outline("Quy chế")
        >>> for level, heading in (1, "Quy chế"), (2, "Chương I"), (3, "Điều 1"), (2, "Chương II"), (3, "Điều 5"):
        ...     outline.enter(level, heading)
        >>> outline.section, outline.parent
        ('Chương II › Điều 5', 'Chương II')
    """

    def __init__(self, title: str | None = None) -> None:
        self._title = one_line(title)
        self._headings: list[tuple[int, str]] = []

    def enter(self, level: int, heading: str) -> None:
        """Go on under another heading.

        Args:
            level: how deep it is; headings as deep, or deeper, hold no longer.
            heading: its text.
        """
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        self._headings.append((level, one_line(heading)))

    @property
    def section(self) -> str | None:
        """The headings that hold, outermost first, or None where there are none."""
        return self._join(self._headings)

    @property
    def parent(self) -> str | None:
        """The headings that hold, but for the last one: what that stands under itself."""
        return self._join(self._headings[:-1])

    def _join(self, headings: list[tuple[int, str]]) -> str | None:
        names = [name for _, name in headings if name and name != self._title]
        return SEPARATOR.join(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…" for name in names) or None
