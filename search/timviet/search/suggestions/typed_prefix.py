"""The beginning of a phrase as it was typed: words and, last, the first letters of another one."""

from collections.abc import Sequence
from functools import lru_cache

from timviet.index.analysis import KEY_SEPARATOR, MAX_TERM_LENGTH, Forms, analyze, forms_of_term
from timviet.search.marks import Level, level
from timviet.search.pattern import Shape
from timviet.search.rank import LEVEL_WEIGHTS
from timviet.search.suggestions.phrase_source import Wanted

# What has more code points than this, or more words than the next one, is the beginning of no phrase.
MAX_PREFIX_LENGTH = 1000
MAX_PREFIX_WORDS = 16

_ANSWERS = (Level.SAME, Level.COMPLETES)
_AFTER_SEPARATOR = chr(ord(KEY_SEPARATOR) + 1).encode()
_AFTER_LETTERS = b"\xff"  # no letter has this byte
_ANOTHER_LETTER = "n"
_REMEMBERED = 1 << 6
_REMEMBERED_TERMS = 1 << 12


class TypedPrefix:
    r"""What was typed of a phrase.

    Args:
        text: the text. Its last word is unfinished unless something comes after it, such as a space.

    Attributes:
        words: the finished words, as they are wanted.
        next: which words are wanted after these.
        forms: all words that were typed; none where there are too many.

    Example:
        >>> typed = TypedPrefix("cong a")
        >>> len(typed.words), typed.next.ranges
        (1, ((b'a', b'a\xff'),))
    """

    def __init__(self, text: str) -> None:
        tokens = analyze(text) if len(text) <= MAX_PREFIX_LENGTH else []
        tokens = tokens if len(tokens) <= MAX_PREFIX_WORDS else []
        unfinished = tokens[-1].surface if tokens and tokens[-1].end == len(text) else None
        self.forms = tuple(token.forms for token in tokens)
        self._finished = self.forms if unfinished is None else self.forms[:-1]
        self._has_marks = any(map(_has_marks, self._finished))
        self.words = [_finished(forms) for forms in self._finished]
        self.next = Wanted() if unfinished is None else _unfinished(unfinished)

    def is_all_of(self, terms: Sequence[bytes]) -> bool:
        """Tell whether a phrase is what was typed, with the same marks, and no more."""
        return len(terms) == len(self.forms) and all(map(_is, self.forms, terms))

    def weight(self, terms: Sequence[bytes]) -> float:
        """Return how much a phrase counts for how its words answer the finished ones, from 0 to 1: as in a search.

        Where marks were typed, a word without any may have been meant so: then a reading with marks counts less.
        """
        if not self._has_marks:
            return 1.0
        completing = sum(not _is(forms, term) for forms, term in zip(self._finished, terms, strict=False))
        return float(LEVEL_WEIGHTS[Level.COMPLETES] ** completing)


def _is(forms: Forms, term: bytes) -> bool:
    return forms.keyed.encode() == term


def _has_marks(forms: Forms) -> bool:
    return forms.canonical != forms.folded


def _finished(forms: Forms) -> Wanted:
    folded = forms.folded.encode()
    ranges = ((folded, folded + _AFTER_SEPARATOR),)
    if not _has_marks(forms):
        return Wanted(ranges)
    return Wanted(ranges, lambda term: level(forms.canonical, forms_of_term(term).canonical) in _ANSWERS)


@lru_cache(maxsize=_REMEMBERED)
def _unfinished(surface: str) -> Wanted:
    shape = Shape(f"{surface[:MAX_TERM_LENGTH]}*")
    ranges = tuple(_range(prefix, shape) for prefix in sorted(shape.prefixes) if shape.fits(prefix))
    if not shape.has_marks:
        return Wanted(ranges)

    @lru_cache(maxsize=_REMEMBERED_TERMS)
    def accepts(term: bytes) -> bool:
        forms = forms_of_term(term)
        return _has_marks(forms) and shape.level(forms.folded, forms.canonical) in _ANSWERS

    return Wanted(ranges, accepts)


def _range(prefix: str, shape: Shape) -> tuple[bytes, bytes]:
    """Return the range of the terms that start with some letters, or have no others where more would not fit.

    A `y` that was typed may stand for an `i` at the end of a word: `ky` finds `kỉ`, and not `kim`.
    """
    letters = prefix.encode()
    return letters, letters + (_AFTER_LETTERS if shape.fits(f"{prefix}{_ANOTHER_LETTER}") else _AFTER_SEPARATOR)
