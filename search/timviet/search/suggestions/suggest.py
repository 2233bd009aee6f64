"""From what was typed to suggestions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import chain
from typing import Any

from cachetools import LRUCache

from timviet.index.snapshot import Snapshot
from timviet.search.deadline import check_time
from timviet.search.input_methods import decoded_texts
from timviet.search.suggestions.completions import Completion, Completions, readings_of
from timviet.search.suggestions.longer_phrases import LongerPhrases
from timviet.search.suggestions.phrase_weights import PhraseWeights
from timviet.search.suggestions.phrases import Phrase, no_words
from timviet.search.suggestions.shown import Ranked, Shown
from timviet.search.suggestions.typed_prefix import TypedPrefix
from timviet.search.suggestions.writing import PhraseWriter, Written

_REMEMBERED_PREFIXES = 1 << 10
# Of readings of finished words, about so many bytes are remembered: of each the places where it stands.
_REMEMBERED_READINGS = 1 << 24
_PLACE_SIZE = 8
# So many samples are read for each suggestion that is wanted, on an average: they take most of the time. Where these
# make too few suggestions, so many times more are.
_SAMPLES_EACH = 5
_AT_MOST = 3
MOST_SUGGESTIONS = 1_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A phrase that goes on as what was typed begins.

    Attributes:
        text: the phrase as most of a few documents that were looked at write it; beginning with a small letter where
            one of these does.
        frequency: how often it stands in paragraphs and titles; in deleted ones, too, until they are merged away.
        in_titles: whether it stands in a title.
    """

    text: str
    frequency: int
    in_titles: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the same as a dictionary for JSON, field names as here."""
        return asdict(self)


class Suggester:
    """Suggests phrases of one snapshot of an index.

    What it reads is remembered: the first call takes longer than the next ones.

    Args:
        snapshot: the snapshot.

    Example:
        >>> from timviet.index import Document, open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         writer.add(Document(id="1", title="Công an tỉnh", text="Đảng ủy Công an tỉnh họp."))
        ...     [found.text for found in Suggester(Snapshot(index.whoosh.searcher())).suggest("cong a")]
        1
        ['Công an tỉnh']
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._segments = snapshot.segments
        self._suggested: LRUCache[tuple[str, int], list[Suggestion]] = LRUCache(_REMEMBERED_PREFIXES)
        self._readings: LRUCache[object, list[Phrase]] = LRUCache(_REMEMBERED_READINGS, getsizeof=_size)

    def suggest(self, prefix: str, limit: int = 10) -> list[Suggestion]:
        """Return phrases of the index that go on as what was typed begins, those that count most first.

        Finished words are answered by the same ones and by those with more marks, the letters of an unfinished one by
        words that start with them. What was typed is itself no suggestion. How much a phrase counts:

        * how often it occurs, in titles five times;
        * less where it begins with a word of grammar; less where it is a single word and no abbreviation in capitals,
          least one that seldom ends a paragraph; less where the query has marks and a finished word without any is
          answered by one with marks;
        * less where few of three to nine samples of it end where a phrase may end: before punctuation or the end of the
          paragraph, or, less surely, before a word of grammar. Where none does, it is cut, as `Ủy ban nhân`, and shown
          only where there is nothing else;
        * a fiftieth where the word before belongs to its first one in most samples, as `quy` to `định`, or is the same
          in all; a fifth where it goes over a comma after which something else stands mostly, and nothing where most
          samples go over the end of a sentence.

        A phrase of more words than complete what was typed has to occur twice, or in a title, and to end in a sample.
        Where samples go on with the same words, and 60 % of all occurrences do, those are shown, too. Of phrases that
        differ in marks alone, the one without them is not shown after the other one. Frequencies are exact; rare
        phrases may be missed.

        What nothing goes on from may be keys of Telex, VNI or VIQR: then what these make is completed.

        Args:
            prefix: what was typed. Its last word is unfinished unless something, such as a space, comes after it. With
                more than 1,000 characters or 16 words it has no suggestions.
            limit: how many to return at most; there are never more than 1,000.

        Raises:
            ValueError: limit is below 1.
        """
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        key = prefix, min(limit, MOST_SUGGESTIONS)
        if key not in self._suggested:
            self._suggested[key] = self._suggest_as_meant(*key)
        return [*self._suggested[key]]

    def _suggest_as_meant(self, prefix: str, limit: int) -> list[Suggestion]:
        """Return suggestions for what was typed, or else for what its keys make."""
        after = prefix[len(prefix.rstrip()) :]
        meant = (f"{own}{after}" for own in decoded_texts(prefix))
        found = (self._suggest(TypedPrefix(own), limit) for own in chain([prefix], meant))
        return next(filter(None, found), [])

    @cached_property
    def _no_words(self) -> Phrase:
        return no_words(self._segments)

    @cached_property
    def _longer_phrases(self) -> LongerPhrases:
        return LongerPhrases(self._no_words)

    @cached_property
    def _weights(self) -> PhraseWeights:
        return PhraseWeights(self._no_words)

    @cached_property
    def _writer(self) -> PhraseWriter:
        return PhraseWriter(self._weights, self._longer_phrases)

    def _suggest(self, typed: TypedPrefix, limit: int) -> list[Suggestion]:
        if not typed.forms:
            return []
        readings = self._read(typed)
        self._longer_phrases.begin()
        completions = Completions(typed, readings, self._weights, self._longer_phrases, limit)
        shown = Shown()
        for ranked in self._in_order(completions, len(typed.words), shown, limit):
            if not shown.make_needless(ranked.written.terms, ranked.written.counted):
                shown.add(ranked)
            if len(shown.ranked) == limit:
                break
        written = [ranked.written for ranked in sorted(shown.ranked, key=Ranked.rank)]
        return [Suggestion(own.text, own.frequency, own.in_titles) for own in written]

    def _read(self, typed: TypedPrefix) -> list[Phrase]:
        """Return the phrases that answer the finished words."""
        key = typed.forms[: len(typed.words)]
        if key not in self._readings:
            readings = readings_of(typed, self._no_words)
            if not key or _size(readings) > _REMEMBERED_READINGS:
                return readings
            self._readings[key] = readings
        return self._readings[key]

    def _in_order(self, completions: Iterable[Completion], finished: int, shown: Shown, limit: int) -> Iterator[Ranked]:
        """Yield completions as they are to be shown, those first that count most by what their samples tell, too.

        Args:
            completions: the completions, those first that count most but for what their samples tell.
            finished: how many words were typed and finished.
            shown: those that are shown so far: what they make needless is not read.
            limit: how many are wanted.
        """
        waiting: list[tuple[float, int, Written]] = []
        read = phrases = 0
        for number, completion in enumerate(completions):
            check_time()
            while waiting and -waiting[0][0] >= completion.weight:
                weight, _, written = heappop(waiting)
                yield Ranked(-weight, written)
            if not shown.make_needless(completion.phrase.terms, completion.phrase.counts[-1]):
                found = self._writer.write(completion.phrase, finished)
                if found.text:
                    heappush(waiting, (-completion.count * found.weight, number, found))
                read += found.read
                phrases += found.weight > 0
                if read >= _SAMPLES_EACH * limit * (1 if phrases >= limit else _AT_MOST):
                    break
        while waiting and (waiting[0][0] or not shown.ranked):
            weight, _, written = heappop(waiting)
            yield Ranked(-weight, written)


def _size(readings: Sequence[Phrase]) -> int:
    return _PLACE_SIZE * sum(phrase.frequency for phrase in readings)
