"""How a phrase is written in some of the paragraphs and titles where it stands, and what stands around it there."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from itertools import islice

from timviet.index.analysis import analyze, forms
from timviet.index.columnfile import DamagedFileError
from timviet.index.tokens import TOKEN
from timviet.search.highlight import Span
from timviet.search.suggestions.phrase_source import Occurrence
from timviet.search.suggestions.phrases import Phrase

# So many samples of a phrase are read: these at first, and all where those tell too little.
FIRST_SAMPLES = 3
SAMPLES = 9
# So many words after the phrase are told.
WORDS_AFTER = 8

_TOGETHER = re.compile(r"""\s*[-–/&]?\s*|[^\s<>()\[\]{}"“”«»=;!?…]*""")
_COMMA = re.compile(r"\s*,\s*")
_REMEMBERED = 1 << 14


class Join(Enum):
    """What stands between two words."""

    TOGETHER = "a space, or what joins words"
    COMMA = "a comma"
    BREAK = "the end of a sentence, a bracket, or the like"


class Sample:
    """A phrase where it stands, with the words after it, which are looked at as they are asked for.

    Args:
        text: the paragraph or the title.
        spans: where in the text the words are, those of the phrase first.
        before: where the word before them is, or None where there is none.
    """

    __slots__ = ("_before", "_spans", "_text")

    def __init__(self, text: str, spans: Sequence[Span], before: Span | None) -> None:
        self._text = text
        self._spans = spans
        self._before = before

    def __len__(self) -> int:
        """Return how many words there are: those of the phrase, and some after it."""
        return len(self._spans)

    def term(self, place: int) -> bytes:
        """Return a word, as it is keyed, by its place, from 0."""
        return self._term(self._spans[place])

    def has(self, terms: Sequence[bytes]) -> bool:
        """Tell whether it begins with some words."""
        return len(self) >= len(terms) and all(self.term(place) == term for place, term in enumerate(terms))

    def join(self, place: int) -> Join:
        """Return what stands between a word and the next one, by its place."""
        return _join(self._text[self._spans[place][1] : self._spans[place + 1][0]])

    @property
    def before(self) -> bytes | None:
        """The word right before the phrase, as it is keyed, or None where there is none."""
        if self._before is None or _join(self._text[self._before[1] : self._spans[0][0]]) is not Join.TOGETHER:
            return None
        return self._term(self._before)

    def written(self, length: int) -> str:
        """Return so many of the words as they are written, in one line."""
        return " ".join(self._text[self._spans[0][0] : self._spans[length - 1][1]].split())

    def _term(self, span: Span) -> bytes:
        return _term(self._text[span[0] : span[1]])


def read_samples(phrase: Phrase) -> Iterator[Sample]:
    """Yield some samples of a phrase, spread evenly, and so are the first ones; none of deleted paragraphs."""
    # One word alone says little, and of a common one more samples take long.
    most = SAMPLES if len(phrase.terms) > 1 else FIRST_SAMPLES
    for place in phrase.places:
        found = place.source.sample(place, most)
        for occurrence in (*found[1::3], *found[::3], *found[2::3]):
            (text,) = place.source.segment.stored_texts(place.source.field, [occurrence.document])
            if text is not None:
                yield _sample(text, phrase.terms, occurrence)


def _sample(text: str, terms: tuple[bytes, ...], occurrence: Occurrence) -> Sample:
    start = occurrence.position - len(terms) + 1
    first, last = max(start - 1, 0), occurrence.position + 1 + WORDS_AFTER
    spans = [match.span() for match in islice(TOKEN.finditer(text), first, last)]
    sample = _cut(text, spans, start - first)
    if not sample.has(terms):
        # Tokens without a letter of their own have no position.
        tokens = analyze(text)[first:last]
        if start < 0 or len(tokens) < start - first + len(terms):
            raise DamagedFileError("a paragraph has fewer words than the index knows of")
        sample = _cut(text, [(token.start, token.end) for token in tokens], start - first)
    return sample


def _cut(text: str, spans: list[Span], before: int) -> Sample:
    return Sample(text, spans[before:], spans[0] if before else None)


@lru_cache(maxsize=_REMEMBERED)
def _term(surface: str) -> bytes:
    return forms(surface).keyed.encode()


def _join(between: str) -> Join:
    if between == " " or _TOGETHER.fullmatch(between):
        return Join.TOGETHER
    return Join.COMMA if _COMMA.fullmatch(between) else Join.BREAK
