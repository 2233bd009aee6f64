"""Search an index of Vietnamese text.

>>> from timviet.index import Document, open_index
>>> from timviet.search import Searcher
>>> with open_index(":memory:", create=True) as index:
...     with index.writer() as writer:
...         writer.add(Document(id="qd-05", text="Đảng ủy Công an tỉnh"))
...     with Searcher(index) as searcher:
...         searcher.search("dang uy")[0].snippet.to_html()
1
'<mark>Đảng ủy</mark> Công an tỉnh'

The names below load on first use, so that importing this package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timviet.search.correct import Change, Correction
    from timviet.search.evaluation.evaluate import Evaluation, evaluate
    from timviet.search.explain import Explanation
    from timviet.search.limits import Limits
    from timviet.search.marks import Level, Marks
    from timviet.search.names.lookup import NameHit, NameHits
    from timviet.search.reading_view import ReadDocument, ReadParagraph
    from timviet.search.results import Hit, Relaxation, Results, Truncation
    from timviet.search.searcher import Searcher
    from timviet.search.snippet import Snippet
    from timviet.search.suggestions.suggest import Suggestion

_HOMES = {
    "Change": "correct",
    "Correction": "correct",
    "Evaluation": "evaluation.evaluate",
    "Explanation": "explain",
    "Hit": "results",
    "Level": "marks",
    "Limits": "limits",
    "Marks": "marks",
    "NameHit": "names.lookup",
    "NameHits": "names.lookup",
    "ReadDocument": "reading_view",
    "ReadParagraph": "reading_view",
    "Relaxation": "results",
    "Results": "results",
    "Searcher": "searcher",
    "Snippet": "snippet",
    "Suggestion": "suggestions.suggest",
    "Truncation": "results",
    "evaluate": "evaluation.evaluate",
}

__all__ = [
    "Change",
    "Correction",
    "Evaluation",
    "Explanation",
    "Hit",
    "Level",
    "Limits",
    "Marks",
    "NameHit",
    "NameHits",
    "ReadDocument",
    "ReadParagraph",
    "Relaxation",
    "Results",
    "Searcher",
    "Snippet",
    "Suggestion",
    "Truncation",
    "evaluate",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
