"""Phrases of an index: words that follow one another in paragraphs or titles, and how often."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import ceil
from typing import NamedTuple

from timviet.index.columnfile import Column
from timviet.index.schema import SCORED_FIELDS
from timviet.index.snapshot import SegmentView
from timviet.search.suggestions.phrase_source import TITLE, PhraseSource, Place, Wanted


class Phrase(NamedTuple):
    """Words that follow one another.

    Attributes:
        terms: the words, as they are keyed.
        places: where they do, one for each source in which they do.
        counts: how often its beginnings of one word, of two and so on occur, and at last the phrase itself; what
            stands in titles counts several times.
    """

    terms: tuple[bytes, ...]
    places: tuple[Place, ...]
    counts: tuple[int, ...] = ()

    @property
    def frequency(self) -> int:
        """How often it occurs, in deleted paragraphs, too, until they are merged away."""
        return sum(place.count for place in self.places)

    @property
    def in_titles(self) -> bool:
        """Whether it stands in a title."""
        return any(place.source.field == TITLE for place in self.places)

    def followed_by(self, wanted: Wanted, least: float, most: int) -> list["Phrase"]:
        """Return phrases of one word more.

        Args:
            wanted: which words are wanted.
            least: how often they have to occur, as `counts` counts.
            most: how many words are tried in each source, those that follow the last one most often.
        """
        # What occurs often enough in all does in some source at least its share.
        share = least / max(len(self.places), 1)
        slots = [
            place.source.commonest(place, wanted, ceil(share / place.source.weight), most) for place in self.places
        ]
        if len(self.places) > 1:
            words = zip(self.places, slots, strict=True)
            terms = {term for place, own in words for term in place.source.terms_at(place, own)}
            slots = [place.source.find(place, terms) for place in self.places]
        return self._followed_by(slots, least)

    def followed_by_word(self, term: bytes, least: float) -> "Phrase | None":
        """Return the phrase that goes on with a word, or None where it does not so often, as `counts` counts."""
        longer = self._followed_by([place.source.find(place, [term]) for place in self.places], least)
        return longer[0] if longer else None

    def goes_on_strongly(self, place: int) -> bool:
        """Tell whether a good part of the occurrences of its beginning go on with its word at a place, from 0."""
        return place > 0 and self.counts[place] >= STRONG_SHARE * self.counts[place - 1]

    def _followed_by(self, slots: Sequence[Column], least: float) -> list["Phrase"]:
        """Return phrases of one word more that occur often enough, with words by their slots for each place."""
        places: dict[bytes, list[Place]] = defaultdict(list)
        for place, own in zip(self.places, slots, strict=True):
            # What is too rare in the only source need not be looked at.
            least_here = ceil(least / place.source.weight) if len(self.places) == 1 else 1
            for longer in place.source.follow(place, own, max(least_here, 1)):
                places[longer.term].append(longer)
        counted = ((term, own, sum(place.weight for place in own)) for term, own in places.items())
        return [
            Phrase((*self.terms, term), tuple(own), (*self.counts, count))
            for term, own, count in counted
            if count >= least
        ]


STRONG_SHARE = 0.3
"""A phrase goes on strongly with a word with which this share of its occurrences do."""


def no_words(segments: Sequence[SegmentView]) -> Phrase:
    """Return the phrase of no words, with which all begin. There are none in segments of another codec."""
    return Phrase((), tuple(Place(source) for source in _sources(segments)))


def _sources(segments: Sequence[SegmentView]) -> Iterator[PhraseSource]:
    for segment in segments:
        for field in SCORED_FIELDS:
            terms = segment.terms(field)
            if terms is not None and terms.keyed is not None:
                yield PhraseSource(segment, field, terms.keyed)
