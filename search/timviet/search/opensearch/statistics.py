"""What a cluster counts and knows, asked for many at once, and remembered for as long as a commit is searched.

Whoever needs a number asks for it, and is given a guess where it is not known yet; what was asked for so is then
fetched together, and the work done over, until nothing is left to ask.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from cachetools import LRUCache

from timviet.index.errors import QueryLimitError
from timviet.index.opensearch.layout import TERM_SEPARATOR, UNIT_SEPARATOR
from timviet.search.deadline import check_time
from timviet.search.opensearch.fields import pairs_field
from timviet.search.opensearch.requests import Requests

_Answer = TypeVar("_Answer", covariant=True)
_Made = TypeVar("_Made")

# So many numbers and words are remembered; a paragraph takes as much memory as some of them.
_REMEMBERED = 1 << 18
_PARAGRAPH_SIZE = 16
# So many questions go into one request.
_AT_ONCE = 200
_TERMS_AT_ONCE = 20_000
# So many rounds of questions there are at most: each answers what the one before led to.
_MOST_ROUNDS = 60


class Question(Hashable, Protocol[_Answer]):
    """What a cluster is asked, told from other questions by what it asks.

    Attributes:
        guess: what to go on with until it is answered.
    """

    @property
    def guess(self) -> _Answer: ...  # noqa: D102  # see above

    def body(self) -> dict[str, Any]:
        """Return the search that answers it."""

    def read(self, response: Mapping[str, Any]) -> _Answer:
        """Return the answer that a response has."""


class Frequency(NamedTuple):
    """How often a field of the cluster has a term.

    Attributes:
        documents: how many paragraphs have it.
        occurrences: how often it occurs in all.
    """

    documents: int
    occurrences: int


class Length(NamedTuple):
    """How long a field is.

    Attributes:
        documents: how many paragraphs have any of it.
        tokens: how many tokens it has in all.
    """

    documents: int
    tokens: int


@dataclass(frozen=True, slots=True)
class _TermQuestion:
    field: str
    term: str


class Statistics:
    """What a cluster counts and knows.

    Args:
        requests: what asks the cluster.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._known: LRUCache[object, Any] = LRUCache(_REMEMBERED, _size)
        self._lengths: dict[str, Length] = {}
        self._wanted: dict[Question[object] | _TermQuestion, None] = {}

    def settled(self, make: Callable[[], _Made]) -> _Made:
        """Return what a function makes, when all that it asks for is known.

        Args:
            make: the function, which is called until nothing is left to ask.

        Raises:
            QueryLimitError: that is more than can be remembered.
            Exception: what it raises, where that is not for what it does not know yet.
        """
        for _ in range(_MOST_ROUNDS):
            check_time()
            self._wanted = {}
            try:
                made = make()
            except (ArithmeticError, LookupError, ValueError):
                if not self._wanted:  # otherwise it may be for the guesses
                    raise
            if not self._wanted:
                return made
            self._fetch()
        message = f"the query needs more than {_REMEMBERED:,} numbers of the cluster: ask for fewer or longer words"
        raise QueryLimitError(message, _REMEMBERED)

    def answer(self, question: Question[_Answer]) -> _Answer:
        """Return the answer to a question, or a guess where it is not known yet."""
        try:
            return cast("_Answer", self._known[question])
        except KeyError:
            self._wanted[question] = None
            return question.guess

    def frequency(self, field: str, term: str) -> Frequency:
        """Return how often a field of the cluster has a term; a guess where it is not known yet."""
        key = _TermQuestion(field, term)
        try:
            return cast("Frequency", self._known[key])
        except KeyError:
            self._wanted[key] = None
            return Frequency(1, 1)

    def length(self, field: str) -> Length:
        """Return how long a field of the cluster is, by its name without what comes after a dot."""
        if not self._lengths:
            self._lengths = self._read_lengths()
        return self._lengths.get(field, Length(0, 0))

    def _fetch(self) -> None:
        wanted = list(self._wanted)
        terms = [own for own in wanted if isinstance(own, _TermQuestion)]
        others = [own for own in wanted if not isinstance(own, _TermQuestion)]
        for start in range(0, len(terms), _TERMS_AT_ONCE):
            self._fetch_frequencies(terms[start : start + _TERMS_AT_ONCE])
        for start in range(0, len(others), _AT_ONCE):
            asked = others[start : start + _AT_ONCE]
            responses = self._requests.search_many([own.body() for own in asked])
            for own, response in zip(asked, responses, strict=True):
                self._known[own] = own.read(response)

    def _fetch_frequencies(self, asked: Sequence[_TermQuestion]) -> None:
        totals = {own: [0, 0] for own in asked}
        for fields in self._requests.term_vectors(_document_of(asked), sorted({own.field for own in asked})):
            for own, total in totals.items():
                found = fields.get(own.field, {}).get("terms", {}).get(own.term, {})
                total[0] += found.get("doc_freq", 0)
                total[1] += found.get("ttf", 0)
        for own, total in totals.items():
            self._known[own] = Frequency(*total)

    def _read_lengths(self) -> dict[str, Length]:
        """Return how long the texts, the titles and the paths are."""
        totals = {"text": [0, 0], "title": [0, 0], "path": [0, 0]}
        # Statistics come with a term only; that there is none such does not matter.
        for fields in self._requests.term_vectors({name: ["a"] for name in totals}, list(totals)):
            for name, total in totals.items():
                own = fields.get(name, {}).get("field_statistics", {})
                total[0] += max(own.get("doc_count", 0), 0)
                total[1] += max(own.get("sum_ttf", 0), 0)
        return {name: Length(*total) for name, total in totals.items()}


def _size(answer: object) -> int:
    """Return how much memory an answer takes, as a multiple of that of a number; at most as much as there is."""
    if not isinstance(answer, tuple) or isinstance(answer, Frequency):
        return 1
    return min(1 + sum(_PARAGRAPH_SIZE if isinstance(own, dict) else 1 for own in answer), _REMEMBERED)


def _document_of(asked: Iterable[_TermQuestion]) -> dict[str, list[str]]:
    """Return a document that has terms in their fields."""
    document: dict[str, list[str]] = {}
    for field, term in ((own.field, own.term) for own in asked):
        first = field.partition(".")[0]
        value = term.replace(UNIT_SEPARATOR, TERM_SEPARATOR) if field == pairs_field(first) else term
        document.setdefault(first, []).append(value)
    return document
