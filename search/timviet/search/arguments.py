"""Checks of what callers give: a mistake of a program is told at once, and as what it is."""

from typing import get_args

from whoosh.query import Query

from timviet.search.finder import Match
from timviet.search.marks import Marks


def require_text(name: str, value: object) -> None:
    """Refuse what is no text.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, str):
        raise TypeError(f"the {name} has to be text, not {value!r}")


def require_number(name: str, value: object) -> None:
    """Refuse what is no whole number.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, int):
        raise TypeError(f"{name} has to be a whole number, not {value!r}")


def require_paragraph(document_id: object, paragraph: object) -> None:
    """Refuse what cannot be a document's id and the number of a paragraph.

    Raises:
        TypeError: it cannot.
    """
    require_text("document's id", document_id)
    if not isinstance(paragraph, int):
        raise TypeError(f"the paragraph has to be its number in the document, from 0, not {paragraph!r}")


def check_options(query: object, marks: str, match: str) -> None:
    """Refuse what cannot be searched for, or not so.

    Raises:
        TypeError: the query is neither text nor one of Whoosh's.
        ValueError: marks or match is none of those that there are.
    """
    if not isinstance(query, str | Query):
        raise TypeError(f"cannot search for {query!r}: a query is text, or one of Whoosh's queries")
    for name, value, values in (("marks", marks, get_args(Marks)), ("match", match, get_args(Match))):
        if value not in values:
            raise ValueError(f"{name} is one of {', '.join(map(repr, values))}, not {value!r}")
