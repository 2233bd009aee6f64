"""Shapes of tokens: letters, with `*` for any letters and `?` for one, compared without marks and then mark by mark."""

import re
from functools import lru_cache

from timviet.index.analysis import MAX_TERM_LENGTH
from timviet.index.spelling import as_written, fold, marks, spellings
from timviet.index.unicode import latin_ascii
from timviet.search.marks import Level, compare

_WILDCARD = re.compile("([*?])")
_WILDCARDS = ("*", "?")
_NOTHING = re.compile("(?!)")
_REMEMBERED = 1 << 6


class Shape:
    """What a pattern asks of a token.

    A tone that is not typed may still come, as in a prefix; one that is typed has to be the token's.

    Args:
        pattern: the pattern as typed.

    Attributes:
        prefixes: folded letters; the folded form of every such token starts with one of these. There are none where no
            token has as many letters.
        has_marks: whether any mark was typed.

    Example:
        >>> shape = Shape("đả*")
        >>> shape.prefixes, shape.fits("dang"), shape.fits("uy")
        (('da',), True, False)
    """

    def __init__(self, pattern: str) -> None:
        pieces = _WILDCARD.split(pattern)
        letters = [piece if piece in _WILDCARDS else latin_ascii(as_written(piece)) for piece in pieces]
        is_possible = sum(len(piece) for piece in letters if piece != "*") <= MAX_TERM_LENGTH
        self.prefixes = tuple({letters[0], fold(letters[0])}) if is_possible else ()
        self._regex = _regex(letters) if is_possible else _NOTHING
        self._typed = marks(as_written("".join(piece for piece in pieces if piece not in _WILDCARDS)))
        self.has_marks = bool(self._typed)

    def fits(self, folded: str) -> bool:
        """Tell whether a token of this folded form has the shape, marks aside."""
        return self._match(folded) is not None

    def level(self, folded: str, canonical: str) -> Level:
        """Return how the marks of a token that fits answer those typed.

        Example:
            >>> from timviet.index.spelling import canonical
            >>> Shape("đả*").level("dang", canonical("đang")).name
            'CONTRADICTS'
        """
        match = self._match(folded)
        if match is None:
            raise ValueError(f"{folded!r} does not have this shape")
        number_typed = {match.start(group): group - 1 for group in range(1, self._regex.groups + 1)}
        written = marks(canonical)
        tone = {place_and_mark for place_and_mark in written if place_and_mark[0] == -1}
        compared = {(number_typed[place], mark) for place, mark in written if place in number_typed}
        if any(place == -1 for place, _ in self._typed):
            compared |= tone
        if not compared and written:
            return Level.CONTRADICTS if self._typed else Level.SAME
        return compare(self._typed, frozenset(compared))

    def _match(self, folded: str) -> re.Match[str] | None:
        matches = (self._regex.fullmatch(spelling) for spelling in spellings(folded))
        return next((match for match in matches if match), None)


@lru_cache(_REMEMBERED)
def shape(pattern: str) -> Shape:
    """Return the shape of a pattern, made once for all the tokens that are compared with it."""
    return Shape(pattern)


def _regex(letters: list[str]) -> re.Pattern[str]:
    """Return a regular expression with a group for each letter typed.

    What stands between two asterisks is taken at the first place where it fits, once and for all (an atomic group), so
    that many asterisks take no more time than one.
    """
    stretches = [""]
    for piece in letters:
        if piece == "*":
            stretches.append("")
        else:
            stretches[-1] += "." if piece == "?" else "".join(f"({re.escape(letter)})" for letter in piece)
    first, *others = stretches
    between = "".join(f"(?>.*?{stretch})" for stretch in others[:-1] if stretch)
    return re.compile(first + between + "".join(f".*{stretch}" for stretch in others[-1:]), re.DOTALL)
