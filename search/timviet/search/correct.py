"""What a query was meant to say, by what the index has: marks restored, slips repaired, input methods' keys decoded."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from timviet.index.analysis import KEY_SEPARATOR, forms
from timviet.index.tokens import TOKEN
from timviet.index.unicode import nfc
from timviet.search.candidates import find_candidates, is_known
from timviet.search.input_methods import decodings
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Level, level
from timviet.search.readings import likely_readings, terms_of

Kind = Literal["marks", "slip", "input method"]

# How likely it is that a word has keys of an input method, beside that it was meant as it stands.
_INPUT_METHOD = 0.1
# A word that the index has, too, is changed where what it is changed for stands beside another word so often, and such
# a part of either's occurrences: `ma tùy` is `ma túy`, but `tín dụng đen` is not `tín dụng đến`.
_TOGETHER = 3
_BELONGING = 0.05
# What stands between spaces, quotation marks and brackets.
_PIECE = re.compile(r"[^\s\"“”„()]+")
# A piece with any of these in it is left as it is: wildcards, fields and ranges, exact words, boosts.
_SYNTAX = re.compile(r"[*\[\]{}=]|\w:\S|\^\d")
# So is one with any of these, unless they are keys of VIQR.
_SYNTAX_OR_KEYS = re.compile(r"\w\?+\w|~\d?$")
_SENTENCE_END = ".?"
_OPERATORS = {"AND", "OR", "NOT", "TO"}
_AROUND = ".,;:!?'`~-+"


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


@dataclass(frozen=True, slots=True)
class _Typed:
    """A word of the query.

    Attributes:
        start: where it starts in the query, in code points.
        end: where it ends.
        text: the word as typed.
        meant: what it may have been meant for, each with how likely that is; see `timviet.search.candidates`.
        decoded: those for which it has the keys of an input method.
    """

    start: int
    end: int
    text: str
    meant: Mapping[str, float]
    decoded: Set[str]


class _Meant(NamedTuple):
    """What a word was meant for.

    Attributes:
        word: the word.
        terms: the keyed terms: several where spaces were left out.
        before: the term before them, or None.
        after: the term after them, or None.
    """

    word: _Typed
    terms: Sequence[str]
    before: str | None
    after: str | None

    @property
    def is_change(self) -> bool:
        """Whether that is something else than was typed."""
        return [forms(self.word.text).keyed] != self.terms

    @property
    def is_decoded(self) -> bool:
        """Whether the word has the keys of an input method for it."""
        return self.terms[0] in self.word.decoded

    @property
    def kind(self) -> Kind:
        """What kind of change it is."""
        if self.is_decoded:
            return "input method"
        own = forms(self.word.text)
        folded, _, canonical = self.terms[0].partition(KEY_SEPARATOR)
        is_other = len(self.terms) > 1 or folded != own.folded
        return "slip" if is_other or level(own.canonical, canonical or folded) is Level.CONTRADICTS else "marks"


def correct(query: str, lexicon: Lexicon) -> Correction | None:
    """Return what a query was meant to say, by what the index has; None where that is what it says.

    Marks are restored to words typed without; words that the index does not have in this company are repaired where a
    space, another tone, another vowel mark or another letter (a likelier slip in this order) makes words that it has;
    and keys of Telex, VNI and VIQR are decoded where that makes words that it has in this company. What has a sign of
    the query language in it stays.

    Args:
        query: as typed.
        lexicon: the terms of the index.
    """
    words = list(_words(query, lexicon))
    changes: list[Change] = []
    is_marked = any(own.canonical != own.folded for own in map(forms, TOKEN.findall(query)))
    for run in _runs(words):
        best = [*map(terms_of, likely_readings([word.meant for word in run], lexicon))]
        befores, afters = [None, *(terms[-1] for terms in best)], [*(terms[0] for terms in best[1:]), None]
        for place in zip(run, best, befores, afters, strict=False):
            meant = _Meant(*place)
            if meant.is_change and ((not is_marked and meant.kind == "marks") or _is_sure(meant, lexicon)):
                changes.append(_change(meant, lexicon))
    if not changes:
        return None
    corrected = query
    for change in reversed(changes):
        corrected = corrected[: change.start] + change.written + corrected[change.end :]
    return Correction(corrected, tuple(changes))


def _words(query: str, lexicon: Lexicon) -> Iterator[_Typed]:
    """Yield the words of a query that can be corrected."""
    for piece in _PIECE.finditer(query):
        if _SYNTAX.search(piece.group()) or piece.group() in _OPERATORS:
            continue
        keys, decoded = _decoded(piece.group(), lexicon)
        if not decoded and _SYNTAX_OR_KEYS.search(piece.group()):
            continue
        start = piece.start()
        if decoded and not keys.isalnum():  # VIQR's marks are no letters
            yield _Typed(start, start + len(keys), keys, decoded, frozenset(decoded))
            continue
        for token in TOKEN.finditer(piece.group()):
            own = forms(token.group())
            if own.canonical:
                meant = find_candidates(token.group(), not decoded, lexicon)
                keyed_in = {term for term, likelihood in decoded.items() if likelihood > meant.get(term, 0)}
                meant |= {term: decoded[term] for term in keyed_in}
                yield _Typed(start + token.start(), start + token.end(), token.group(), meant, keyed_in)


def _runs(words: Sequence[_Typed]) -> Iterator[list[_Typed]]:
    """Yield the words that stand side by side and are known in any form, run by run."""
    run: list[_Typed] = []
    for word in words:
        if word.meant:
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _decoded(piece: str, lexicon: Lexicon) -> tuple[str, dict[str, float]]:
    """Return the part of a piece of a query that is keys of an input method, and the known words that they make."""
    if not piece.isascii():
        return piece, {}
    # A question mark or a full stop at the end belongs to the sentence, unless the word makes none without it.
    sentence = piece.rstrip(_SENTENCE_END)
    if sentence != piece and is_known(forms(sentence), lexicon):
        return piece, {}
    possible = dict.fromkeys((piece, piece.rstrip(_AROUND)))
    for keys in possible:
        found = [forms(word) for word in decodings(keys)]
        known = {own.keyed: _INPUT_METHOD for own in found if lexicon.document_frequency("text", own.keyed)}
        if known:
            return keys, known
    return piece, {}


def _is_sure(meant: _Meant, lexicon: Lexicon) -> bool:
    """Tell whether a word may be changed that the index has, or that has only the keys of an input method.

    What it was meant for has to belong to a word beside it: a good part of either's occurrences are next to the other.
    """
    own = forms(meant.word.text)
    pairs = list(pairwise(term for term in (meant.before, *meant.terms, meant.after) if term))
    if meant.is_decoded and not is_known(own, lexicon):
        return not pairs or any(_together(*pair, lexicon) for pair in pairs)
    return not lexicon.document_frequency("text", own.keyed) or any(_belong(*pair, lexicon) for pair in pairs)


def _belong(before: str, after: str, lexicon: Lexicon) -> bool:
    together = _together(before, after, lexicon)
    fewest = min(lexicon.ngrams.single("text", term) for term in (before, after))
    return together >= _TOGETHER and together > _BELONGING * fewest


def _together(before: str, after: str, lexicon: Lexicon) -> int:
    return int(lexicon.ngrams.pairs("text", [before], [after])[0, 0])


def _change(meant: _Meant, lexicon: Lexicon) -> Change:
    words = map(lexicon.surfaces.of, meant.terms, [meant.before, *meant.terms])
    return Change(meant.word.start, meant.word.end, _in_case_of(meant.word.text, " ".join(words)), meant.kind)


def _in_case_of(typed: str, written: str) -> str:
    if typed.isupper() and len(typed) > 1 and _OPERATORS.isdisjoint(written.upper().split()):
        return nfc(written.upper())
    return nfc(written.capitalize() if typed[:1].isupper() else written.lower())
