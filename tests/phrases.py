"""Phrases of an index, counted by reading every paragraph and title."""

from collections import Counter
from typing import NamedTuple

from timviet.index.analysis import analyze
from timviet.index.snapshot import Snapshot


class Texts(NamedTuple):
    """What an index holds, as lists of the keyed terms of each text.

    Attributes:
        paragraphs: those of the paragraphs, deleted ones included.
        titles: those of the titles, each once for its document.
        kept: those of both that are not deleted.
    """

    paragraphs: list[list[bytes]]
    titles: list[list[bytes]]
    kept: list[list[bytes]]


def texts_of(snapshot: Snapshot) -> Texts:
    """Read everything that our segments hold."""
    texts = Texts([], [], [])
    for segment in snapshot.segments:
        for number in range(segment.paragraph_count):
            stored = segment.stored(number)
            own = [(texts.paragraphs, stored["text"])]
            if "title" in stored and stored["paragraph"] == 0:
                own.append((texts.titles, stored["title"]))
            for kind, text in own:
                terms = [token.forms.keyed.encode() for token in analyze(text)]
                kind.append(terms)
                if segment.kept is None or segment.kept[number]:
                    texts.kept.append(terms)
    return texts


def count_phrases(texts: list[list[bytes]], longest: int) -> Counter[tuple[bytes, ...]]:
    """How often each run of up to so many words occurs."""
    return Counter(
        tuple(terms[start:end])
        for terms in texts
        for start in range(len(terms))
        for end in range(start + 1, min(start + longest, len(terms)) + 1)
    )
