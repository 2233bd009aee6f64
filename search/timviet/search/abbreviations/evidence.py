"""What tells that a phrase is what an abbreviation stands for, and when that is enough to believe it.

The numbers were chosen on the abbreviations that law and encyclopedias define: what is told there was looked for again
by the other evidence alone. Whoever takes a wrong phrase for an abbreviation finds what nobody asked for, so that what
is doubtful is left out.
"""

from dataclasses import dataclass

from timviet.index.analysis import Forms
from timviet.index.columnfile import Column

# A single definition counts where the phrase is in one paragraph for so many that have the abbreviation, at least:
# otherwise the abbreviation is most often used for something else.
_RARE_DEFINED = 20

# What no text defines has to occur so often, and once for so many times that the abbreviation does.
MIN_FREQUENCY = 8
_RARE = 8

# Three words have the right initials by chance too often: the evidence has to be more.
SHORT_LENGTH = 3
# How well a phrase has to fit before and after, together, and how much better where an abbreviation occurs but once.
_MIN_FIT = 0.9
_MORE_FIT = 2.5
# On one side it may fit worse than anything, but not by more than this, unless it is in some of the same paragraphs.
_MIN_SIDE = -0.75
_SOME_TOGETHER = 2
_SOME_SHARE = 0.05

# Whatever fits, a phrase may be in the same paragraphs: in this share of those that have the abbreviation; and of all
# phrases there of these initials it has to be this share.
_LARGE_SHARE = 0.1
_DOMINANCE = 0.6
# It is in so many of them, at least, and so much more often than in others; or, of more than three words, likewise.
_TOGETHER = 4
_LIFT = 20
_LONG_TOGETHER = 2
_LONG_LIFT = 100


@dataclass(frozen=True, slots=True)
class Subject:
    """An abbreviation.

    Attributes:
        forms: its forms.
        frequency: how often it occurs.
        paragraph_count: how many paragraphs have it.
    """

    forms: Forms
    frequency: int
    paragraph_count: int

    @property
    def is_short(self) -> bool:
        """Whether it has so few letters that many phrases have them for initials."""
        return len(self.forms.canonical) <= SHORT_LENGTH

    @property
    def least_frequency(self) -> int:
        """How often a phrase has to occur that no text says it stands for."""
        return max(MIN_FREQUENCY, self.frequency // _RARE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase that an abbreviation may stand for.

    Attributes:
        words: its words.
        ends: where the last one stands in each segment, as keys of occurrences.
        paragraph_count: how many paragraphs have it.
        together: how many have both it and the abbreviation.
        definitions: how often texts say that the abbreviation stands for it.
        before: how well what stands before the abbreviation fits before it; see `surroundings`.
        after: how well what stands after the abbreviation fits after it.
    """

    words: tuple[Forms, ...]
    ends: tuple[Column, ...]
    paragraph_count: int
    together: int
    definitions: int = 0
    before: float = 0.0
    after: float = 0.0

    @property
    def frequency(self) -> int:
        """How often it occurs."""
        return sum(map(len, self.ends))

    @property
    def fit(self) -> float:
        """How well it fits on both sides."""
        return self.before + self.after

    def is_defined(self, own: Subject) -> bool:
        """Tell whether texts say that an abbreviation stands for it, and it is used so."""
        is_used = self.paragraph_count * _RARE_DEFINED >= own.paragraph_count
        return self.definitions > 1 or (self.definitions == 1 and is_used)

    def fits(self, own: Subject) -> bool:
        """Tell whether it fits where an abbreviation stands."""
        is_together = self.together >= max(_SOME_TOGETHER, _SOME_SHARE * own.paragraph_count)
        fits_sides = min(self.before, self.after) >= _MIN_SIDE or is_together
        may_be = self.together > 0 or not own.is_short
        return may_be and fits_sides and self.fit >= _MIN_FIT + _MORE_FIT / own.frequency

    def belongs(self, own: Subject, dominance: float, paragraph_count: int) -> bool:
        """Tell whether it is in the same paragraphs as an abbreviation, much more often than in others.

        Args:
            own: the abbreviation.
            dominance: its share of all phrases of the same initials in paragraphs that have the abbreviation.
            paragraph_count: how many paragraphs there are.
        """
        share = self.together / max(own.paragraph_count, 1)
        lift = share * paragraph_count / max(self.paragraph_count, 1)
        is_often = self.together >= _TOGETHER and lift >= _LIFT
        is_often_for_long = not own.is_short and self.together >= _LONG_TOGETHER and lift >= _LONG_LIFT
        return (is_often or is_often_for_long) and share >= _LARGE_SHARE and dominance >= _DOMINANCE
