"""Under which bookmarks of a PDF a place of it stands."""

from bisect import bisect_right
from itertools import islice

from pypdfium2 import PdfBookmark, PdfDocument, raw

from timviet.index.formats.outline import Outline
from timviet.index.formats.properties import one_line

_MOST = 10_000
_TOP = {raw.PDFDEST_VIEW_XYZ: 1, raw.PDFDEST_VIEW_FITH: 0}  # which of a view's numbers is the height


class Bookmarks:
    """The bookmarks of a PDF, as headings of what follows them.

    Args:
        document: the PDF.
        title: its title.
    """

    def __init__(self, document: PdfDocument, title: str | None) -> None:
        found = []
        for order, bookmark in enumerate(islice(document.get_toc(), _MOST)):
            place = _place(bookmark)
            if place:
                found.append((place, order, bookmark.level, one_line(bookmark.get_title())))
        outline = Outline(title)
        self._places: list[tuple[int, float]] = []
        self._sections: list[tuple[str, str | None, str | None]] = [("", None, None)]
        for place, _, level, title in sorted(found):
            outline.enter(level, title)
            self._places.append(place)
            self._sections.append((title, outline.section, outline.parent))

    def section_at(self, page: int, height: float, text: str) -> str | None:
        """Return the section of a paragraph.

        Args:
            page: its page, from 1.
            height: where its first line stands, in points from below.
            text: its text, which may be the heading itself.
        """
        title, section, parent = self._sections[bisect_right(self._places, (page, -height))]
        return parent if one_line(text) == title else section


def _place(bookmark: PdfBookmark) -> tuple[int, float] | None:
    """Return what sorts as the place of a bookmark does: its page, and how far down there it is."""
    target = bookmark.get_dest()
    index = target.get_index() if target else None
    if index is None:
        return None
    view, numbers = target.get_view()
    which = _TOP.get(view, len(numbers))
    height = numbers[which] if which < len(numbers) else 0.0
    return index + 1, -height if height > 0 else float("-inf")
