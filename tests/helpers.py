"""Small indexes to search, other spellings of a text, and parsed queries in one line."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from whoosh.codec.base import Segment
from whoosh.query import NullQuery, Query

from timviet.index import Document, Index, open_index
from timviet.index.contents import read_contents
from timviet.index.snapshot import Snapshot
from timviet.index.spelling import TONES
from timviet.search import Searcher
from timviet.search.lexicon import Lexicon
from timviet.search.match import SegmentMatcher
from timviet.search.query import Fuzzy, Pattern, Phrase, Range, Word, Words
from timviet.search.snapshot_lexicon import SnapshotLexicon

_NAMES = {"And": "AND", "Or": "OR", "Not": "NOT", "Required": "MUST"}
# Where the tone was and is written in open syllables: hoà and hòa, khoẻ and khỏe, thuỷ and thủy.
_TONE_PLACES = [
    tuple(unicodedata.normalize("NFC", letters) for letters in (first + second + tone, first + tone + second))
    for first, second in ("oa", "oe", "uy")
    for tone in TONES
]


def make_index(texts: Iterable[str] = (), *segments: Iterable[str], location: str = ":memory:") -> Index:
    """An index of one-paragraph documents with the ids 0, 1, …; further texts are segments kept apart."""
    index = open_index(location, create=True)
    number = 0
    for segment in (texts, *segments):
        documents = [Document(id=str(number + place), text=text) for place, text in enumerate(segment)]
        add_segment(index, *documents)
        number += len(documents)
    return index


def add_segment(index: Index, *documents: Document, remove: Iterable[str] = ()) -> None:
    """Commit documents as a segment of their own, and documents' removal; no segments are merged."""
    with no_merging(), index.writer() as writer:
        for document in documents:
            writer.add(document)
        for document_id in remove:
            writer.remove(document_id)


def commit(index: Index, changes: Iterable[tuple[str, Mapping[str, Any] | None]]) -> None:
    """Commit changes: of each pair the second is what the document becomes, or None where it goes."""
    with index.writer() as writer:
        for identity, fields in changes:
            if fields is None:
                writer.remove(identity)
            else:
                writer.add(Document(id=identity, **fields))


def segments_of(index: Index) -> list[Segment]:
    """The segments of the last commit."""
    return read_contents(index.whoosh.storage).segments


def no_merging() -> AbstractContextManager[object]:
    """Meanwhile, commits merge no segments: the few paragraphs of a test would soon be in one."""
    return patch("timviet.index.commit.segments_to_merge", lambda _: [])


def lexicon_of(index: Index) -> Lexicon:
    """What is known of the terms of an index as it is now."""
    snapshot = Snapshot(index.whoosh.searcher())
    return SnapshotLexicon(snapshot, [SegmentMatcher(segment) for segment in snapshot.segments])


def make_searcher(*texts: str) -> Searcher:
    """A searcher of an index in memory of one-paragraph documents with the ids 0, 1, …."""
    return Searcher(make_index(texts))


def found(searcher: Searcher, query: str | Query, **options: object) -> list[str]:
    """The ids of the documents that a query finds, best first."""
    return [hit.document_id for hit in searcher.search(query, **{"limit": 1000, **options})]


def stripped(text: str) -> str:
    """The text as typed without marks."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def with_tones_on_last(text: str) -> str:
    """The text with tones on the second vowel of oa, oe and uy, as in `hoà` and `UỶ`, where they end a syllable."""
    return _replace(text, [(late, early) for late, early in _TONE_PLACES])


def with_tones_on_first(text: str) -> str:
    """The text with tones on the first vowel of oa, oe and uy, as in `hòa` and `ỦY`, where they end a syllable."""
    return _replace(text, [(early, late) for late, early in _TONE_PLACES])


def _replace(text: str, new_and_old: list[tuple[str, str]]) -> str:
    for new, old in new_and_old:
        for in_case in (str.lower, str.upper, str.capitalize):
            text = re.sub(rf"{in_case(old)}(?!\w)", in_case(new), text)
    return text


def tree(query: Query) -> str:
    """A parsed query in one line: groups as `AND(a, b)` and `[a b]`, exact words as `=a`, the rest as typed."""
    if query is NullQuery:
        return "nothing"
    if isinstance(query, Words) and query.boost == 1:
        return f"[{' '.join(map(tree, query))}]"
    field = getattr(query, "fieldname", "text")
    prefix = "" if field == "text" else f"{field}:"
    boost = "" if getattr(query, "boost", 1) == 1 else f"^{query.boost:g}"
    return f"{prefix}{_leaf(query) or _group(query)}{boost}"


def _leaf(query: Query) -> str | None:
    match query:
        case Word() | Pattern() | Fuzzy():
            exact = "" if query.marks is None else {"strict": "="}[query.marks]
            shape = {Word: "", Pattern: "pattern ", Fuzzy: f"fuzzy{getattr(query, 'maxdist', 0)} "}[type(query)]
            return f"{exact}{shape}{query.text}"
        case Phrase():
            assert {part.fieldname for part in query.parts} == {query.fieldname}
            parts = " ".join(_leaf(part) for part in query.parts)
            return f'"{parts}"' + ("" if query.slop == 1 else f"~{query.slop}")
        case Range():
            return query.text
    return None


def _group(query: Query) -> str:
    return f"{_NAMES[type(query).__name__]}({', '.join(map(tree, query.children()))})"
