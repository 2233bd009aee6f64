"""Find in a web page what stands around its text: menus, headers and footers, comments, what is read elsewhere.

Three rules, each of which leaves in what it is not sure of: what an element is for by its name or role; what its class
or id says; how much of its text is links. What they do to pages of many kinds, those in `tests/data/pages` show.
"""

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from lxml import etree

from timviet.index.formats.markup import Element, name_of
from timviet.index.formats.web.blocks import NO_TEXT

# HTML Standard, section 4.3, and WAI-ARIA 1.2, section 5.3.4.
_NAMES = {"nav", "aside", "footer", "dialog", "menu"}
_ROLES = {
    "navigation",
    "banner",
    "contentinfo",
    "complementary",
    "search",
    "dialog",
    "alertdialog",
    "menu",
    "menubar",
    "toolbar",
    "tablist",
}
_NOTE_ROLES = {"note", "doc-footnote", "doc-endnotes", "doc-tip", "doc-notice", "doc-pullquote"}
# What classes and ids call such things, in English and in Vietnamese; a name is taken apart where it changes.
_CALLED = """
    nav navbar navigation menu submenu sidebar breadcrumb breadcrumbs pagination pager toc skip toolbar topbar footer
    banner masthead comment comments respond reply related relatedposts recommended share sharing social tags taglist
    cookie cookies consent advert advertisement advertising ads popup modal newsletter subscribe noprint navbox catlinks
    editsection headerlink permalink moduletable hotline disqus lienquan tinlienquan binhluan quangcao docnhieu xemnhieu
    chiase tukhoa
"""
_CALLED_BY_TWO = """
    quang_cao binh_luan lien_quan tin_khac doc_nhieu xem_nhieu chia_se tu_khoa chuyen_muc screen_reader visually_hidden
    top_bar site_header site_notice list_group other_news most_read read_more see_also sign_up log_in back_top
"""
_WORDS = frozenset(_CALLED.split())
_PAIRS = frozenset(tuple(pair.split("_")) for pair in _CALLED_BY_TWO.split())
# What follows such a word in the name of a thing that is still that thing, and what a name goes on with that denies it.
_CALLED_PARTS = """
    area bar block body bottom box btn button col column container content form group heading inner item items left link
    links list main menu mobile module nav panel right row section text title top widget widgets wrap wrapper
"""
_PARTS = frozenset(_CALLED_PARTS.split())
_DENIALS = {"no", "not", "has", "with", "without"}
_IDS = {"header", "foot", "secondary"}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_MOST_OF_PAGE, _LIST_OF_LINKS, _FEW_LINKS = 0.8, 0.5, 0.1  # shares: of the page's text; of links in a text
_PROSE = 200  # letters


def find_boilerplate(body: Element) -> set[Element]:
    """Return the elements of a page that stand around its text.

    Args:
        body: the page's body.
    """
    elements = list(body.iter(etree.Element))
    sizes = _measure(elements, set())
    most = _MOST_OF_PAGE * sizes[body].text
    in_grid = _in_grids(body)
    mains = [element for element in elements if name_of(element) in {"main", "h1"} or element.get("role") == "main"]
    kept = {ancestor for main in mains for ancestor in (main, *main.iterancestors())}
    around = {
        element
        for element in elements[1:]
        if _is_hidden(element)
        or (
            element not in kept
            and sizes[element].text < most
            and (_is_around(element) or (element not in in_grid and _is_called_so(element, sizes[element])))
        )
    }
    sizes = _measure(elements, around)
    most = _MOST_OF_PAGE * sizes[body].text
    return around | {
        element
        for element in elements[1:]
        if sizes[element].is_list_of_links and sizes[element].text < most and element not in in_grid
    }


class _Size(NamedTuple):
    """How much there is in an element: letters and the like, how many of these are in links, and how many links."""

    text: int
    in_links: int
    links: int

    @property
    def is_list_of_links(self) -> bool:
        """Whether there are several links, and they are most of the text."""
        return self.links > 1 and self.in_links >= _LIST_OF_LINKS * self.text

    @property
    def is_prose(self) -> bool:
        """Whether it is some text with few links in it."""
        return self.text >= _PROSE and self.in_links <= _FEW_LINKS * self.text


def _measure(elements: list[Element], left_out: set[Element]) -> dict[Element, _Size]:
    """Return the size of each element with all that is in it; they are given in the page's order."""
    sizes: dict[Element, _Size] = {}
    for element in reversed(elements):
        name = name_of(element)
        if name in NO_TEXT or element in left_out:
            sizes[element] = _Size(0, 0, 0)
            continue
        text, links, count = _letters(element.text), 0, 0
        for own in element:
            size = sizes.get(own, _Size(0, 0, 0))
            text += size.text + _letters(own.tail)
            links += size.in_links
            count += size.links
        sizes[element] = _Size(text, text, 1) if name == "a" else _Size(text, links, count)
    return sizes


def _letters(text: str | None) -> int:
    return sum(map(len, text.split())) if text else 0


def _is_hidden(element: Element) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return element.get("hidden") is not None or element.get("aria-hidden") == "true" or "display:none" in style


def _is_around(element: Element) -> bool:
    """Tell whether an element is for menus and the like, by its name or role."""
    name, role = name_of(element), element.get("role")
    if name == "header":
        return next(element.iterancestors("main", "article", "section"), None) is None
    return (name in _NAMES and role not in _NOTE_ROLES) or role in _ROLES


def _is_called_so(element: Element, size: _Size) -> bool:
    """Tell whether an element's class or id says so; in code, classes are about the code.

    A name that only begins so may be one of what is in the text: `menu-nha-hang`, `toc-1`. It says nothing of prose.
    """
    for called in f"{element.get('class', '')} {element.get('id', '')}".split():
        words = list(takewhile(lambda word: word not in _DENIALS, map(str.lower, _WORD.findall(called))))
        if _has_name(words) and (_ends_in_name(words) or not size.is_prose):
            return next(element.iterancestors("pre", "code"), None) is None
    return element.get("id") in _IDS


def _has_name(words: Sequence[str]) -> bool:
    return not _WORDS.isdisjoint(words) or not _PAIRS.isdisjoint(pairwise(words))


def _ends_in_name(words: Sequence[str]) -> bool:
    """Tell whether a name ends so, or as a part of such a thing does: `comment-list`."""
    for end in range(len(words), 0, -1):
        if words[end - 1] in _WORDS or tuple(words[max(0, end - 2) : end]) in _PAIRS:
            return True
        if words[end - 1] not in _PARTS:
            return False
    return False


def _in_grids(body: Element) -> set[Element]:
    """Return the tables of data, and their rows and cells: the rows have several cells, and none of these a table."""
    tables = (table for table in body.iter("table") if table.find(".//table") is None)
    grids = [table for table in tables if all(len(row) > 1 for row in table.iter("tr"))]
    return {part for table in grids for part in table.iter("table", "tbody", "thead", "tfoot", "tr", "td", "th")}
