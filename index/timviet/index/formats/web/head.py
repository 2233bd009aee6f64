"""What the head of a web page tells of it: title, author, times, language."""

import json
from collections.abc import Iterator, Mapping, Set

from timviet.index.formats.markup import Element, descendants
from timviet.index.formats.outline import Outline
from timviet.index.formats.properties import one_line, own_title, tidy
from timviet.index.formats.web.blocks import read_blocks

# Names of <meta>, the likeliest first: Open Graph, Dublin Core, and what programs and newspapers write.
_META = {
    "author": ("author", "dc.creator", "dcterms.creator", "article:author", "byl"),
    "date": ("article:published_time", "dcterms.created", "dcterms.date", "dc.date", "date", "pubdate", "created"),
    "modified": ("article:modified_time", "og:updated_time", "dcterms.modified", "last-modified", "changed"),
    "keywords": ("keywords", "news_keywords"),
    "subject": ("dc.subject", "dcterms.subject", "article:section"),
    "publisher": ("og:site_name", "dc.publisher", "dcterms.publisher"),
}
_LINKED_DATA = {"author": "author", "date": "datePublished", "modified": "dateModified"}  # schema.org/Article
_DEEPEST = 8  # where a page's data on its article is looked for


def read_metadata(root: Element) -> dict[str, object]:
    """Return the metadata of a page.

    Args:
        root: the whole page.
    """
    metas = _metas(root)
    article = next(_articles(root), {})
    told = {
        ours: next((value for name in names if _is_said(value := metas.get(name))), None)
        for ours, names in _META.items()
    }
    for ours, theirs in _LINKED_DATA.items():
        told[ours] = told[ours] or _name(article.get(theirs))
    told["language"] = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    return tidy(told)


def read_title(root: Element, left_out: Set[Element]) -> str | None:
    """Return the title of a page.

    It is the one for sharing; or the only heading of the first level, where the page's title has that, too, with the
    site's name beside; or the page's title.

    Args:
        root: the whole page.
        left_out: elements that are not read.
    """
    title = next((one_line("".join(own.itertext())) for own in descendants(root, "title")), "")
    found = (read_blocks(own, Outline(), left_out) for own in descendants(root, "h1"))
    headings = [one_line(" ".join(passage.text for passage in passages)) for passages in found]
    if shared := own_title(_metas(root).get("og:title")):
        return shared
    headings = list(filter(None, headings))
    return headings[0] if len(headings) == 1 and headings[0] in title else own_title(title)


def _metas(root: Element) -> dict[str, str | None]:
    """Return what <meta> tells, the first where it tells something twice."""
    return {
        (meta.get("name") or meta.get("property") or meta.get("http-equiv") or "").lower(): meta.get("content")
        for meta in reversed(list(descendants(root, "meta")))
    }


def _is_said(value: str | None) -> bool:
    """Tell whether a value is one, and not the address of one, as some pages name their authors."""
    return bool(value and value.strip() and not value.startswith(("http:", "https:")))


def _articles(root: Element) -> Iterator[Mapping[str, object]]:
    """Yield the objects of linked data that tell when something was published."""
    for script in descendants(root, "script"):
        if script.get("type") == "application/ld+json":
            try:
                data = json.loads(script.text or "")
            except (ValueError, RecursionError):
                continue
            yield from _published(data, _DEEPEST)


def _published(data: object, depth: int) -> Iterator[Mapping[str, object]]:
    if isinstance(data, dict) and "datePublished" in data:
        yield data
    elif depth and isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _published(value, depth - 1)


def _name(value: object) -> str | None:
    """Return what a value of linked data is called: a text, an object with a name, or a list of these."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_name, value)))
    named = value.get("name") if isinstance(value, dict) else value
    return named if isinstance(named, str) else None
