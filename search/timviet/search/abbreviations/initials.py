"""Abbreviations of initials: which tokens are such, and which words their letters may stand for.

In Vietnamese each syllable gives its first letter: `ANTT` is `an ninh trật tự`. A word of grammar between the others
may give none: `GDĐT` is `giáo dục và đào tạo`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from timviet.index.analysis import Forms, forms
from timviet.index.spelling import fold

# Two letters stand for too many things: `TT` is `thông tư`, `thị trấn`, `Thủ tướng` and more.
MIN_LETTERS = 3
MAX_LETTERS = 12
# Words of grammar that an abbreviation may leave out, with and without marks; no more of them than the number after it.
_FOREIGN = frozenset(("of", "and", "for"))
_LEFT_OUT = _FOREIGN.union(*(forms(word) for word in "và về của có với cho các trong".split()))  # noqa: SIM905
MAX_LEFT_OUT = 3
# No name of anything starts with one of these words of grammar, or ends with one of those.
_NO_START = frozenset(forms(word).canonical for word in "và của các những này đã bị".split())  # noqa: SIM905
_NO_END = _NO_START.union(forms(word).canonical for word in "với cho trong theo tại được là để".split())  # noqa: SIM905
# `y` and what starts with `ư` may be abbreviated in two ways; a phrase with more such words has no abbreviation.
_MAX_AMBIGUOUS = 3
# `y` and `i` are the same word, and `w` is how one types `ư`.
_OTHER_INITIALS = {"y": "i", "w": "u"}
_ALIKE = str.maketrans(_OTHER_INITIALS)
# What a word typed without marks may start with.
_MARKED = {"a": "ăâ", "d": "đ", "e": "ê", "o": "ôơ", "u": "ư"}
_LETTERS = re.compile("[a-zđăâêôơư]+")
# The shape of a syllable without marks. What has it may be one, and is no abbreviation.
_INITIAL = "(?:ngh?|nh|kh|gh|gi|ph|th|tr|ch|qu|[bcdghklmnpqrstvx])?"
_RHYME = "(?:[aeiou]{1,3}(?:ng|nh|ch|[cmnpt])?|[ou]?ay|uy(?:a|e[nt]|ch|nh|[nptu])?|ye(?:ng|[mntu])|y)"
_SYLLABLE = re.compile(_INITIAL + _RHYME)


@lru_cache(maxsize=1 << 14)
def is_abbreviation(token: Forms) -> bool:
    """Tell whether a token may be an abbreviation of initials: some letters that make no syllable.

    Example:
        >>> [is_abbreviation(forms(token)) for token in ("ANTT", "hđnd", "an", "TAN", "TW", "M519", "quầy")]
        [True, True, False, False, False, False, False]
    """
    return (
        MIN_LETTERS <= len(token.canonical) == len(token.folded) <= MAX_LETTERS
        and _LETTERS.fullmatch(token.canonical) is not None
        and _SYLLABLE.fullmatch(token.folded) is None
    )


def stands_for(letters: str, words: Sequence[Forms]) -> bool:
    """Tell whether the letters of an abbreviation are the initials of words, all or without words of grammar.

    Args:
        letters: the abbreviation's canonical form.
        words: the words.

    Example:
        >>> from timviet.index.analysis import indexed_forms
        >>> words = indexed_forms("giáo dục và đào tạo")
        >>> [stands_for(letters, words) for letters in ("gdđt", "gddt", "gdvđt", "gđđt")]
        [True, True, True, False]
    """
    if not words or words[0].canonical in _FOREIGN:  # `of American States`
        return False
    return any(
        len(letters) == len(own) and all(map(_is_initial, letters, own)) and not _is_ambiguous(own)
        for own in (words, _without_left_out(words))
    )


def may_be_name(words: Sequence[Forms]) -> bool:
    """Tell whether words, one at least, may be what something is called.

    Example:
        >>> from timviet.index.analysis import indexed_forms
        >>> [may_be_name(indexed_forms(words)) for words in ("thủy nội địa", "thủy nội địa theo", "theo dõi")]
        [True, False, True]
    """
    return words[0].canonical not in _NO_START and words[-1].canonical not in _NO_END


def abbreviations_of(words: Sequence[Forms]) -> Iterator[str]:
    """Yield the abbreviations that words may have, without marks.

    Example:
        >>> from timviet.index.analysis import indexed_forms
        >>> list(abbreviations_of(indexed_forms("giáo dục và đào tạo")))
        ['gdvdt', 'gddt']
        >>> list(abbreviations_of(indexed_forms("bảo hiểm y tế")))
        ['bhit', 'bhyt']
    """
    kept = _without_left_out(words)
    for own in (words, kept) if len(kept) < len(words) else (words,):
        if MIN_LETTERS <= len(own) <= MAX_LETTERS and not _is_ambiguous(own):
            yield from map("".join, product(*map(_initials, own)))


def stretches(letters: str, tokens: Sequence[Forms]) -> set[tuple[int, int]]:
    """Return where words stand whose initials are the letters of an abbreviation: from which token and to before which.

    Args:
        letters: the abbreviation's canonical form.
        tokens: the tokens of a text.

    Example:
        >>> from timviet.index.analysis import indexed_forms
        >>> stretches("gdđt", indexed_forms("Bộ Giáo dục và Đào tạo"))
        {(1, 6)}
    """
    kept = [place for place, token in enumerate(tokens) if token.canonical not in _LEFT_OUT]
    asked = fold(letters).translate(_ALIKE)
    found = set()
    for places in (range(len(tokens)), kept):
        initials = "".join(tokens[place].folded[:1] or " " for place in places).translate(_ALIKE)
        start = initials.find(asked)
        while start >= 0:
            found.add((places[start], places[start + len(letters) - 1] + 1))
            start = initials.find(asked, start + 1)
    return {(start, end) for start, end in found if stands_for(letters, tokens[start:end])}


def folded_initials(letter: str) -> str:
    """Return the letters without marks that the words start with for which a letter may stand.

    Example:
        >>> folded_initials("đ"), folded_initials("w")
        ('d', 'wu')
    """
    plain = letter if letter.isascii() else fold(letter)
    return plain + _OTHER_INITIALS.get(plain, "")


def _without_left_out(words: Sequence[Forms]) -> Sequence[Forms]:
    """Return words without those of grammar between them that an abbreviation may leave out."""
    inner = [word for word in words[1:-1] if word.canonical not in _LEFT_OUT]
    return [*words[:1], *inner, *words[1:][-1:]]


def _is_ambiguous(words: Sequence[Forms]) -> bool:
    return sum(len(_initials(word)) > 1 for word in words) > _MAX_AMBIGUOUS


def _is_initial(letter: str, word: Forms) -> bool:
    """Tell whether a letter may stand for a word."""
    first = word.canonical[:1]
    if letter == first or letter in _initials(word):
        return True
    return word.canonical == word.folded and letter in _MARKED.get(first, "")


@lru_cache(maxsize=1 << 14)
def _initials(word: Forms) -> str:
    """Return the letters without marks that may stand for a word."""
    if word.folded == "i":
        return "iy"
    first = word.folded[:1]
    may_be_horned = word.canonical[:1] == "ư" or (first == "u" and word.canonical == word.folded)
    return f"{first}w" if may_be_horned else first
