"""What a query was meant to say, by what the index has: marks restored, slips repaired, input methods' keys decoded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from timviet.index.analysis import forms
from timviet.index.tokens import TOKEN
from timviet.index.unicode import nfc
from timviet.search.candidates import Candidates, canonical_of, find_candidates, folded_of, is_known
from timviet.search.deadline import check_time
from timviet.search.lexicon import Lexicon
from timviet.search.limits import DEFAULT_LIMITS, Limits
from timviet.search.marks import Level, level
from timviet.search.readings import likelihood, likely_readings, terms_of
from timviet.search.typed_words import Piece, typed_runs
from timviet.search.word_counts import WordCounts

Kind = Literal["marks", "slip", "input method"]

# A word that the index has, too, is changed where what it is changed for stands beside another word so often, and is so
# many times as likely there: `ma tùy` is `ma túy`, but `tín dụng đen` is not `tín dụng đến`.
_TOGETHER = 3
_LIKELIER = 3
_LIKELIER_MARKED = 100
# Two words belong together that stand next to each other so often, of the occurrences of the rarer one.
_BELONGING = 0.005
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
        reading: one of its candidates.
    """

    word: Candidates
    reading: str

    @property
    def terms(self) -> list[str]:
        """The keyed terms: several where spaces were left out."""
        return terms_of(self.reading)

    @property
    def is_change(self) -> bool:
        """Whether that is something else than was typed."""
        return self.word.forms.keyed != self.reading

    @property
    def is_decoded(self) -> bool:
        """Whether the word has the keys of an input method for it."""
        return self.reading in self.word.decoded

    @property
    def kind(self) -> Kind:
        """What kind of change it is."""
        if self.is_decoded:
            return "input method"
        own, term = self.word.forms, self.terms[0]
        is_same = len(self.terms) == 1 and folded_of(term) == own.folded
        return "marks" if is_same and level(own.canonical, canonical_of(term)) is Level.COMPLETES else "slip"

    def settled(self) -> Candidates:
        """Return the word with no other candidate."""
        return replace(self.word, meant={self.reading: self.word.meant[self.reading]})

    def as_typed(self) -> "_Meant":
        """Return that the word was meant as it stands."""
        return replace(self, reading=self.word.forms.keyed)


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
        for run in _runs(pieces, is_marked, lexicon):
            changes += _changes(run, is_marked, lexicon)
    if not changes:
        return None
    corrected = query
    for change in reversed(changes):
        corrected = corrected[: change.start] + change.written + corrected[change.end :]
    return Correction(corrected, tuple(changes))


def _runs(pieces: Sequence[Piece], is_marked: bool, lexicon: Lexicon) -> Iterator[list[Candidates]]:
    """Yield the words in some pieces that stand side by side with no pattern between them, run by run."""
    run: list[Candidates] = []
    for piece in pieces:
        found = list(find_candidates(piece, is_marked, lexicon))
        run += found
        if piece.is_pattern and not found and run:
            yield run
            run = []
    if run:
        yield run


def _changes(run: Sequence[Candidates], is_marked: bool, lexicon: Lexicon) -> Iterator[Change]:
    """Yield what is to be changed of words that stand side by side."""
    meant = _sure(_likeliest(run, is_marked, lexicon.words), is_marked, lexicon.words)
    for before, own in zip([None, *meant], meant, strict=False):
        if own.is_change:
            befores = [before.terms[-1] if before else None, *own.terms]
            written = " ".join(map(lexicon.surfaces.of, own.terms, befores))
            yield Change(own.word.start, own.word.end, _in_case_of(own.word.text, written), own.kind)


def _likeliest(run: Sequence[Candidates], is_marked: bool, counts: WordCounts) -> list[_Meant]:
    """Return what words are likeliest to have been meant for; words of the same sound where they keep no company."""
    best = [_Meant(*own) for own in zip(run, likely_readings([word.meant for word in run], counts), strict=True)]
    belong = [_belong(before.terms[-1], after.terms[0], counts) for before, after in pairwise(best)]
    doubted = [not any(beside) for beside in zip([False, *belong], [*belong, False], strict=True)]
    if is_marked or not any(doubted):
        return best
    wider = [
        own.word.with_sounds(counts) if is_doubted else own.settled()
        for own, is_doubted in zip(best, doubted, strict=True)
    ]
    return [_Meant(*own) for own in zip(wider, likely_readings([word.meant for word in wider], counts), strict=True)]


def _sure(meant: Sequence[_Meant], is_marked: bool, counts: WordCounts) -> Sequence[_Meant]:
    """Return what words were meant for, those as typed that might be, beside what is left of the others."""
    while True:
        check_time()
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

    Marks may be added where the query has none, and keys of an input method that are no word be decoded where the word
    that they make stands beside one next to it. Otherwise what was meant has to be far more likely, and where the index
    has what was typed, to stand beside a word next to it. A word beside it that the index does not have tells nothing.
    """
    if not is_marked and meant.kind == "marks":
        return True
    own, (known_before, known_after) = meant.word.forms.keyed, (_known(term, counts) for term in (before, after))
    pairs = [*pairwise([*known_before, *meant.terms[:1]]), *pairwise([*meant.terms[-1:], *known_after])]
    together = max((counts.pair(*pair) for pair in pairs), default=None)
    is_new = not counts.paragraphs(own)
    if is_new and meant.is_decoded:
        return together != 0
    if together is None and len(meant.terms) == 1 and is_known(meant.word.forms, counts):
        return False
    if together is not None and together < _TOGETHER and not is_new:
        return False
    least = _LIKELIER_MARKED if meant.kind == "marks" else _LIKELIER
    likelier = meant.word.meant[meant.reading] * likelihood([*known_before, *meant.terms, *known_after], counts)
    return likelier > least * likelihood([*known_before, own, *known_after], counts)


def _known(term: str | None, counts: WordCounts) -> list[str]:
    return [term] if term and counts.paragraphs(term) else []


def _belong(before: str, after: str, counts: WordCounts) -> bool:
    """Tell whether a good part of either's occurrences are next to the other."""
    together = counts.pair(before, after)
    return together >= _TOGETHER and together > _BELONGING * min(map(counts.single, (before, after)))


def _in_case_of(typed: str, written: str) -> str:
    if typed.isupper() and len(typed) > 1 and _OPERATORS.isdisjoint(written.upper().split()):
        return nfc(written.upper())
    return nfc(written.capitalize() if typed[:1].isupper() else written.lower())
