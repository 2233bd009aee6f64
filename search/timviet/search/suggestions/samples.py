"""How a phrase is written in some of the paragraphs and titles where it stands, and what stands around it there."""

import re
from enum import Enum
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from timviet.index.analysis import analyze, forms
from timviet.index.tokens import TOKEN
from timviet.search.highlight import Span
from timviet.search.suggestions.phrase_source import Occurrence
from timviet.search.suggestions.phrases import Phrase

SAMPLES = 3
# So many words after the phrase are told.
WORDS_AFTER = 6

_TOGETHER = re.compile(r"\s*[-–/&]?\s*|\S*")
_COMMA = re.compile(r"\s*,\s*")
_REMEMBERED = 1 << 14


class Join(Enum):
    """What stands between two words."""

    TOGETHER = "a space, or what joins words"
    COMMA = "a comma"
    BREAK = "the end of a sentence, a bracket, or the like"


class Sample(NamedTuple):
    """A phrase where it stands, with the words after it.

    Attributes:
        text: the paragraph or the title.
        spans: where in the text the words are, those of the phrase first.
        terms: the words, as they are keyed.
        joins: what stands between each two of them.
        before: the word right before the phrase, as it is keyed, or None where there is none.
    """

    text: str
    spans: list[Span]
    terms: list[bytes]
    joins: list[Join]
    before: bytes | None

    def written(self, length: int) -> str:
        """Return so many of the words as they are written, in one line."""
        return " ".join(self.text[self.spans[0][0] : self.spans[length - 1][1]].split())


def read_samples(phrase: Phrase) -> list[Sample]:
    """Return some samples of a phrase, spread evenly; none where it stands in deleted paragraphs alone."""
    samples: list[Sample] = []
    for place in phrase.places:
        source = place.source
        found = source.sample(place, SAMPLES - len(samples)) if len(samples) < SAMPLES else []
        texts = source.segment.stored_texts(source.field, [occurrence.document for occurrence in found])
        samples += (
            _sample(text, phrase.terms, occurrence)
            for text, occurrence in zip(texts, found, strict=True)
            if text is not None
        )
    return samples


def _sample(text: str, terms: tuple[bytes, ...], occurrence: Occurrence) -> Sample:
    start = occurrence.position - len(terms) + 1
    first, last = max(start - 1, 0), occurrence.position + 1 + WORDS_AFTER
    before = start - first
    spans = [match.span() for match in islice(TOKEN.finditer(text), first, last)]
    found = [_term(text[begin:end]) for begin, end in spans]
    if tuple(found[before : before + len(terms)]) != terms:
        # Tokens without a letter of their own have no position.
        tokens = analyze(text)[first:last]
        spans = [(token.start, token.end) for token in tokens]
        found = [token.forms.keyed.encode() for token in tokens]
    joins = [_join(text[one[1] : other[0]]) for one, other in pairwise(spans)]
    is_right_before = before and joins[0] is Join.TOGETHER
    return Sample(text, spans[before:], found[before:], joins[before:], found[0] if is_right_before else None)


@lru_cache(maxsize=_REMEMBERED)
def _term(surface: str) -> bytes:
    return forms(surface).keyed.encode()


def _join(between: str) -> Join:
    if between == " " or _TOGETHER.fullmatch(between):
        return Join.TOGETHER
    return Join.COMMA if _COMMA.fullmatch(between) else Join.BREAK
