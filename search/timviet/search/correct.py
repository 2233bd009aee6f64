"""What a query was meant to say, by what the index has: marks restored, slips repaired, input methods' keys decoded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from timviet.index.analysis import forms
from timviet.index.tokens import TOKEN
from timviet.index.unicode import nfc
from timviet.search.candidates import Candidates, canonical_of, find_candidates, folded_of
from timviet.search.lexicon import Lexicon
from timviet.search.limits import DEFAULT_LIMITS, Limits
from timviet.search.marks import Level, level
from timviet.search.readings import likely_readings, terms_of
from timviet.search.typed_words import Piece, typed_runs
from timviet.search.word_counts import WordCounts

Kind = Literal["marks", "slip", "input method"]

# A word that the index has, too, is changed where what it is changed for stands beside another word so often, and such
# a part of either's occurrences: `ma tùy` is `ma túy`, but `tín dụng đen` is not `tín dụng đến`.
_TOGETHER = 3
_BELONGING = 0.05
_OPERATORS = {"AND", "OR", "NOT", "TO"}


@dataclass(frozen=True, slots=True)
class Change:
    """A word that was meant otherwise than it was typed.

    Attributes:
        start: where it starts in the query as typed, in code points.
        end: where it ends: the first code point that is not part of it.
        written: what was meant.
        kind: "marks" where only marks were added, "slip" where marks or letters were others or spaces were left out,
            "input method" where keys of Telex, VNI or VIQR had been left in the text.
    """

    start: int
    end: int
    written: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Correction:
    """What a query was meant to say.

    Attributes:
        query: the query as it was meant.
        changes: what differs from the query as typed, in order.
    """

    query: str
    changes: tuple[Change, ...]

    @property
    def has_slips(self) -> bool:
        """Whether more than marks was changed."""
        return any(change.kind != "marks" for change in self.changes)


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a word was meant for.

    Attributes:
        word: the word.
        terms: the keyed terms: several where spaces were left out.
    """

    word: Candidates
    terms: Sequence[str]

    @property
    def is_change(self) -> bool:
        """Whether that is something else than was typed."""
        return [self.word.forms.keyed] != self.terms

    @property
    def is_decoded(self) -> bool:
        """Whether the word has the keys of an input method for it."""
        return self.terms[0] in self.word.decoded

    @property
    def kind(self) -> Kind:
        """What kind of change it is."""
        if self.is_decoded:
            return "input method"
        own, term = self.word.forms, self.terms[0]
        is_other = len(self.terms) > 1 or folded_of(term) != own.folded
        return "slip" if is_other or level(own.canonical, canonical_of(term)) is Level.CONTRADICTS else "marks"

    def as_typed(self) -> "_Meant":
        """Return that the word was meant as it stands."""
        return replace(self, terms=[self.word.forms.keyed])


def correct(
    query: str, lexicon: Lexicon, fields: Mapping[str, str], limits: Limits = DEFAULT_LIMITS
) -> Correction | None:
    """Return what a query was meant to say, by what the index has; None where that is what it says.

    Marks are restored to words typed without; words that the index does not have in this company are repaired where a
    space, another tone, another vowel mark or another letter (a likelier slip in this order) makes words that it has;
    and keys of Telex, VNI and VIQR are decoded where that makes words that it has in this company. Only words that are
    asked for in texts and titles are corrected (see `timviet.search.typed_words`).

    Args:
        query: as typed.
        lexicon: the terms of the index.
        fields: the names that may be typed before a colon, and the index's names for them.
        limits: how long and how deep the query may be.

    Raises:
        QueryLimitError: the query is too long or too deep.
    """
    is_marked = any(own.canonical != own.folded for own in map(forms, TOKEN.findall(query)))
    changes: list[Change] = []
    for pieces in typed_runs(query, fields, limits):
        for run in _runs(pieces, lexicon):
            changes += _changes(run, is_marked, lexicon)
    if not changes:
        return None
    corrected = query
    for change in reversed(changes):
        corrected = corrected[: change.start] + change.written + corrected[change.end :]
    return Correction(corrected, tuple(changes))


def _runs(pieces: Sequence[Piece], lexicon: Lexicon) -> Iterator[list[Candidates]]:
    """Yield the words in some pieces that stand side by side with no pattern between them, run by run."""
    run: list[Candidates] = []
    for piece in pieces:
        found = list(find_candidates(piece, lexicon))
        run += found
        if piece.is_pattern and not found and run:
            yield run
            run = []
    if run:
        yield run


def _changes(run: Sequence[Candidates], is_marked: bool, lexicon: Lexicon) -> Iterator[Change]:
    """Yield what is to be changed of words that stand side by side."""
    best = map(terms_of, likely_readings([word.meant for word in run], lexicon.words))
    meant = _sure([_Meant(word, terms) for word, terms in zip(run, best, strict=True)], is_marked, lexicon.words)
    for before, own in zip([None, *meant], meant, strict=False):
        if own.is_change:
            befores = [before.terms[-1] if before else None, *own.terms]
            written = " ".join(map(lexicon.surfaces.of, own.terms, befores))
            yield Change(own.word.start, own.word.end, _in_case_of(own.word.text, written), own.kind)


def _sure(meant: Sequence[_Meant], is_marked: bool, counts: WordCounts) -> Sequence[_Meant]:
    """Return what words were meant for, those as typed that might be, beside what is left of the others."""
    while True:
        befores = [None, *(own.terms[-1] for own in meant)]
        afters = [*(own.terms[0] for own in meant[1:]), None]
        sure = [
            own if not own.is_change or _is_sure(own, before, after, is_marked, counts) else own.as_typed()
            for own, before, after in zip(meant, befores, afters, strict=False)
        ]
        if sure == meant:
            return sure
        meant = sure


def _is_sure(meant: _Meant, before: str | None, after: str | None, is_marked: bool, counts: WordCounts) -> bool:
    """Tell whether a word may be changed.

    Marks may be added where the query has none. Otherwise, where the index has the word, or it has only the keys of an
    input method, what it was meant for has to belong to a word beside it: a good part of either's occurrences are next
    to the other. A word beside it that the index does not have tells nothing.
    """
    if not is_marked and meant.kind == "marks":
        return True
    beside = [term for term in (before, *meant.terms, after) if term and counts.paragraphs(term)]
    pairs = list(pairwise(beside))
    is_known = counts.paragraphs(meant.word.forms.keyed) > 0
    if meant.is_decoded and not is_known:
        return not pairs or any(counts.pair(*pair) for pair in pairs)
    return not is_known or any(_belong(*pair, counts) for pair in pairs)


def _belong(before: str, after: str, counts: WordCounts) -> bool:
    together = counts.pair(before, after)
    fewest = min(counts.single(term) for term in (before, after))
    return together >= _TOGETHER and together > _BELONGING * fewest


def _in_case_of(typed: str, written: str) -> str:
    if typed.isupper() and len(typed) > 1 and _OPERATORS.isdisjoint(written.upper().split()):
        return nfc(written.upper())
    return nfc(written.capitalize() if typed[:1].isupper() else written.lower())
