"""A name as it was typed, and how a name as it is written answers it: of which kind, by which words, with which marks.

Letters alone decide whether a written name answers; what marks were typed says how well.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from timviet.index.analysis import MAX_TERM_LENGTH, AnalyzedToken, Forms, analyze
from timviet.index.spelling import as_written
from timviet.index.spelling import marks as marks_of
from timviet.index.unicode import latin_ascii
from timviet.search.marks import Level, compare, level
from timviet.search.names.letters import one_slip_away

Kind = Literal["exact", "prefix", "word prefix", "substring", "one slip"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# A name with more code points than this, or more words than the next one, is none.
MAX_NAME_LENGTH = 1000
MAX_NAME_WORDS = 256
# More words than these are looked for in a row only: to try all ways in which others may stand between takes long.
MAX_SPREAD_WORDS = 32
# In less letters than this a slip makes any name of any other; in more than the next one none is looked for.
MIN_SLIP_LETTERS = 3
MAX_SLIP_LETTERS = 64

# One of a level counts for more than all words that a typed name may have of the level before.
_COSTS = {Level.SAME: 0, Level.COMPLETES: 1, Level.BARE: 1 << 13, Level.CONTRADICTS: 1 << 26}
HIGHEST_COST = max(_COSTS.values())
"""What a word costs whose marks are others than those typed."""


class Fit(NamedTuple):
    """How a written name answers a typed one.

    Attributes:
        cost: how much its marks are others than those typed; the less, the better.
        places: the numbers of its words that answer, ascending.
    """

    cost: int
    places: tuple[int, ...]


# The best way to find some typed words in a written name, in order, before each of its words, and before its end.
_Ways = list[Fit | None]


class TypedWord(NamedTuple):
    """A word of a typed name.

    Attributes:
        forms: its forms.
        letters: its letters without marks as typed, an y as an y: what a longer word starts with.
    """

    forms: Forms
    letters: str

    @property
    def has_marks(self) -> bool:
        """Whether any mark was typed."""
        return self.forms.canonical != self.forms.folded

    @property
    def may_slip(self) -> bool:
        """Whether it has enough letters to look for slips in them, and no digits: another number is another name."""
        return len(self.forms.folded) >= MIN_SLIP_LETTERS and not _has_digit(self.forms.folded)

    def starts(self, folded: str) -> bool:
        """Tell whether a written word starts with it, by the written word's folded form."""
        return folded.startswith(self.letters) or folded == self.forms.folded

    def cost(self, written: Forms) -> int:
        """Return how much the marks of a written word are others; where none was typed, any will do."""
        return _cost(self.forms, written)


class TypedName:
    """A name as it was typed.

    Args:
        text: what was typed.

    Attributes:
        words: its words; none where it is too long for a name, and then nothing answers it.
        spaceless: its letters without marks and spaces, in each way in which they may be found within a name.

    Example:
        >>> typed = TypedName("v thơ")
        >>> typed.fit("word prefix", analyze("Nguyễn Văn Thơ"))
        Fit(cost=0, places=(1, 2))
        >>> typed.fit("word prefix", analyze("Nguyễn Văn Thọ")).cost > 0
        True
    """

    def __init__(self, text: str) -> None:
        tokens = analyze(text) if len(text) <= MAX_NAME_LENGTH else []
        words = [TypedWord(token.forms, latin_ascii(as_written(token.surface))[:MAX_TERM_LENGTH]) for token in tokens]
        self.words = words if len(words) <= MAX_NAME_WORDS else []
        folded = "".join(word.forms.folded for word in self.words)
        self.spaceless = tuple(dict.fromkeys((folded, "".join(word.letters for word in self.words))))
        self._marks = _marks_anywhere(word.forms for word in self.words)

    @property
    def has_marks(self) -> bool:
        """Whether any mark was typed."""
        return bool(self._marks)

    @property
    def may_slip(self) -> bool:
        """Whether it has as many letters and words as slips are looked for in."""
        return MIN_SLIP_LETTERS <= len(self.spaceless[0]) <= MAX_SLIP_LETTERS and self.may_be_spread

    @property
    def may_slip_between_words(self) -> bool:
        """Whether slips are looked for in its letters without spaces, too, of which then none is a digit."""
        return not _has_digit(self.spaceless[0])

    @property
    def may_be_spread(self) -> bool:
        """Whether it has few enough words to look for them with others between."""
        return len(self.words) <= MAX_SPREAD_WORDS

    def fit(self, kind: Kind, tokens: Sequence[AnalyzedToken]) -> Fit | None:
        """Return how a written name answers where it is asked to by a kind, or None where it does not.

        Args:
            kind: what is asked.
            tokens: those of the written name. Of several ways in which they answer, the one is told whose marks are
                nearest to those typed, and of such the first.
        """
        if not self.words or len(tokens) > MAX_NAME_WORDS:
            return None
        match kind:
            case "exact":
                is_exact = [token.forms.folded for token in tokens] == [word.forms.folded for word in self.words]
                return self._from_start(tokens) if is_exact else None
            case "prefix":
                return self._prefix(tokens)
            case "word prefix":
                return self._spread(tokens) if self.may_be_spread else None
            case "substring":
                return self._substring(tokens)
            case "one slip":
                return self._one_slip(tokens) if self.may_slip else None

    def _prefix(self, tokens: Sequence[AnalyzedToken]) -> Fit | None:
        *whole, last = self.words
        found = [token.forms.folded for token in tokens[: len(self.words)]]
        is_prefix = len(found) == len(self.words) and found[:-1] == [word.forms.folded for word in whole]
        return self._from_start(tokens) if is_prefix and last.starts(found[-1]) else None

    def _from_start(self, tokens: Sequence[AnalyzedToken]) -> Fit:
        costs = [word.cost(token.forms) for word, token in zip(self.words, tokens, strict=False)]
        return Fit(sum(costs), tuple(range(len(costs))))

    def _spread(self, tokens: Sequence[AnalyzedToken]) -> Fit | None:
        ways = _no_words(tokens)
        for word in self.words:
            ways = _extended(ways, _start_costs(word, tokens))
        return ways[-1]

    def _substring(self, tokens: Sequence[AnalyzedToken]) -> Fit | None:
        owners = [place for place, token in enumerate(tokens) for _ in token.forms.folded]
        letters = "".join(token.forms.folded for token in tokens)
        stretches = (
            range(owners[start], owners[start + len(needle) - 1] + 1)
            for needle in self.spaceless
            for start in _occurrences(letters, needle)
        )
        return min((self._stretch(tokens, places) for places in stretches), default=None)

    def _one_slip(self, tokens: Sequence[AnalyzedToken]) -> Fit | None:
        ways = _no_words(tokens)
        slipped: _Ways = [None] * len(ways)
        for word in self.words:
            starts = _start_costs(word, tokens)
            slipped = _extended(slipped, starts)
            if word.may_slip:
                slipped = [*map(_better, slipped, _extended(ways, _slip_costs(word, tokens)))]
            ways = _extended(ways, starts)
        written = "".join(token.forms.folded for token in tokens)
        is_slip = self.may_slip_between_words and one_slip_away(self.spaceless[0], written)
        return _better(slipped[-1], self._stretch(tokens, range(len(tokens))) if is_slip else None)

    def _stretch(self, tokens: Sequence[AnalyzedToken], places: range) -> Fit:
        """Return how a stretch of words answers where no word of it is known to answer a certain typed one."""
        if not self.has_marks:
            return Fit(0, tuple(places))
        written = _marks_anywhere(tokens[place].forms for place in places)
        return Fit(_COSTS[compare(self._marks, written)], tuple(places))


def _has_digit(letters: str) -> bool:
    return any(map(str.isdigit, letters))


@lru_cache(maxsize=1 << 14)
def _cost(typed: Forms, written: Forms) -> int:
    if typed.canonical == typed.folded:
        return 0
    if typed.folded == written.folded:
        return _COSTS[level(typed.canonical, written.canonical)]
    return _COSTS[compare(_marks_anywhere([typed]), _marks_anywhere([written]))]


def _marks_anywhere(words: Iterable[Forms]) -> frozenset[tuple[int, str]]:
    """Return the marks of words without their places, which cannot be compared where letters are missing."""
    return frozenset().union(*map(_own_marks, words))


@lru_cache(maxsize=1 << 14)
def _own_marks(word: Forms) -> frozenset[tuple[int, str]]:
    return frozenset((0, mark) for _, mark in marks_of(word.canonical))


def _start_costs(word: TypedWord, tokens: Sequence[AnalyzedToken]) -> list[int | None]:
    """Return the cost of each written word that starts with a typed one, None for the others."""
    return [word.cost(token.forms) if word.starts(token.forms.folded) else None for token in tokens]


def _slip_costs(word: TypedWord, tokens: Sequence[AnalyzedToken]) -> list[int | None]:
    """Return the cost of each written word that is one slip away from a typed one, None for the others."""
    return [
        word.cost(token.forms) if one_slip_away(word.forms.folded, token.forms.folded) else None for token in tokens
    ]


def _no_words(tokens: Sequence[AnalyzedToken]) -> _Ways:
    """Return the ways to find no words at all in a written name: the same everywhere."""
    return [Fit(0, ())] * (len(tokens) + 1)


def _extended(ways: _Ways, costs: Sequence[int | None]) -> _Ways:
    """Return the best ways to find one typed word more, after those before it.

    Args:
        ways: those to find the words before it.
        costs: what it costs at each written word; None where that does not answer.
    """
    extended: _Ways = [None]
    for place, (before, cost) in enumerate(zip(ways, costs, strict=False)):
        here = None
        if before is not None and cost is not None:
            here = Fit(before.cost + cost, (*before.places, place))
        extended.append(_better(extended[-1], here))
    return extended


def _better(one: Fit | None, other: Fit | None) -> Fit | None:
    return min((way for way in (one, other) if way is not None), default=None)


def _occurrences(text: str, part: str) -> Iterator[int]:
    """Yield where a part starts in a text, one overlapping another also."""
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)
