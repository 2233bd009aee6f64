"""Abbreviations that are defined where they are written: `an ninh trật tự (ANTT)`, `ANTT: an ninh trật tự`."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from timviet.index.analysis import Forms, analyze, forms
from timviet.index.spelling import normalized
from timviet.search.abbreviations.initials import MAX_LEFT_OUT, is_abbreviation, stands_for
from timviet.search.deadline import check_time

# Words that may stand between an abbreviation and what it stands for: `(sau đây gọi tắt là ANTT)`, `ANTT (viết tắt của
# an ninh trật tự)`. Where no bracket is before them, one has to be the next one.
_TELLING = frozenset(
    forms(word).canonical
    for word in "sau dưới đây được gọi viết tắt là hay từ chữ cụm của tên ký hiệu".split()  # noqa: SIM905
)
_SHORT = forms("tắt").canonical
_MAX_TELLING = 8

_QUOTES = "\"“”„'‘’«»"
_OPENING = re.compile(rf"[\s{_QUOTES}]*[(\[][\s{_QUOTES}]*")
_EQUATING = re.compile(rf"[\s{_QUOTES}]*[(\[:=–—-][\s{_QUOTES}]*")
_TOLD = re.compile(rf"[\s{_QUOTES},;:(\[–—-]*")
_CLOSING = re.compile(rf"[\s{_QUOTES}]*(?:[)\],;:.=/–—-]|$)")
BREAK = re.compile(r"[.;:()\[\]!?\n]")
"""What stands between the words of no name of anything."""

# Near most abbreviations nothing of this is written, and there is nothing to look at more closely.
_HINT_BEFORE = re.compile(rf"[(\[][\s{_QUOTES}]*\Z|(?:[(\[]|tắt)[^()\[\]]*(?:là|tắt|hay|từ|hiệu)[\s{_QUOTES},:]*\Z")
_HINT_AFTER = r"|[^()\[\]]*?tắt"
_HINT_LENGTH = 60
_CONSONANTS = "bcfghjklmnpqrstvxz"
# So many characters have room for what tells, and for a word.
_TELLING_LENGTH = 50
_WORD_LENGTH = 8
# What is told is told where an abbreviation first occurs.
_MOST_OCCURRENCES = 16


def definitions(text: str, abbreviation: Forms) -> Iterator[tuple[Forms, ...]]:
    """Yield the words that a text says an abbreviation stands for, once for each time that it does, up to 16 times.

    Args:
        text: any text.
        abbreviation: an abbreviation's forms.

    Example:
        >>> text = "Giữ gìn an ninh trật tự (ANTT). ATGT: an toàn giao thông."
        >>> [[word.folded for word in words] for words in definitions(text, forms("ANTT"))]
        [['an', 'ninh', 'trat', 'tu']]
        >>> [[word.folded for word in words] for words in definitions(text, forms("ATGT"))]
        [['an', 'toan', 'giao', 'thong']]
    """
    if not is_abbreviation(abbreviation):
        return
    text = normalized(text)
    own, hint_after = _patterns(abbreviation.canonical)
    for start, end in (match.span() for match in islice(own.finditer(text), _MOST_OCCURRENCES)):
        check_time()
        is_hinted = _HINT_BEFORE.search(text, max(start - _HINT_LENGTH, 0), start)
        if is_hinted or hint_after.match(text, end, end + _HINT_LENGTH):
            words = _Written(text, start, end).definition(abbreviation)
            if words is not None:
                yield tuple(words)


@lru_cache(maxsize=1 << 6)
def _patterns(letters: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds an abbreviation in a text, and what finds a hint after it that it is defined there."""
    first = {"d": "[dđ]", "đ": "[dđ]"}.get(letters[0], letters[0] if letters[0] in _CONSONANTS else r"\w")
    own = re.compile(rf"(?<![^\W_]){letters}(?![^\W_])")
    return own, re.compile(_EQUATING.pattern + first + _HINT_AFTER)


class _Written:
    """What is written around an abbreviation.

    Args:
        text: the text, normalized.
        start: where the abbreviation starts.
        end: where it ends.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        length = _TELLING_LENGTH + _WORD_LENGTH * (end - start + MAX_LEFT_OUT)
        first, last = max(start - length, 0), end + length
        self._text = text[first:last]
        self._tokens = analyze(self._text)
        self._forms = [token.forms for token in self._tokens]
        # At the ends of what was cut out, words may be cut, too.
        self._low = 1 if first else 0
        self._high = len(self._tokens) - (1 if last < len(text) else 0)
        own = start - first
        self._place = next((place for place, token in enumerate(self._tokens) if token.start == own), None)

    def definition(self, abbreviation: Forms) -> Sequence[Forms] | None:
        """Return the words that the abbreviation is told to stand for, or None."""
        if self._place is None or self._forms[self._place].canonical != abbreviation.canonical:
            return None
        return self._before(self._place) or self._after(self._place)

    def _before(self, place: int) -> Sequence[Forms] | None:
        """Return the words before the abbreviation that it stands for: `an ninh trật tự (ANTT)`."""
        for end in range(place, max(place - _MAX_TELLING, self._low + 1) - 1, -1):
            if end < place and self._forms[end].canonical not in _TELLING:
                return None
            is_told = self._is_between(_OPENING, end - 1) or self._says_short(end, place)
            if is_told and self._is_joined(end - 1, place):
                start = self._start(end, self._forms[place].canonical)
                if start is not None:
                    return self._forms[start:end]
        return None

    def _after(self, place: int) -> Sequence[Forms] | None:
        """Return the words after the abbreviation that it stands for: `ANTT (an ninh trật tự)`."""
        next_one = place + 1
        for start in range(next_one, min(next_one + _MAX_TELLING + 1, self._high)):
            if start > next_one and self._forms[start - 1].canonical not in _TELLING:
                return None
            is_told = self._is_between(_EQUATING, place) if start == next_one else self._says_short(next_one, start)
            if is_told and self._is_joined(next_one if start == next_one else place, start):
                end = self._end(start, self._forms[place].canonical)
                if end is not None:
                    return self._forms[start:end]
        return None

    def _start(self, end: int, letters: str) -> int | None:
        """Return from where on the words before a token are what letters stand for."""
        starts = range(end - len(letters), max(end - len(letters) - MAX_LEFT_OUT, self._low) - 1, -1)
        return next((start for start in starts if start >= self._low and self._fits(start, end, letters)), None)

    def _end(self, start: int, letters: str) -> int | None:
        """Return up to where the words from a token on are what letters stand for, with a sign after them."""
        ends = range(start + len(letters), min(start + len(letters) + MAX_LEFT_OUT, self._high) + 1)
        fitting = (end for end in ends if self._fits(start, end, letters))
        return next((end for end in fitting if _CLOSING.match(self._text, self._tokens[end - 1].end)), None)

    def _fits(self, start: int, end: int, letters: str) -> bool:
        is_whole = not BREAK.search(self._text, self._tokens[start].end, self._tokens[end - 1].start)
        return is_whole and stands_for(letters, self._forms[start:end])

    def _says_short(self, start: int, end: int) -> bool:
        return any(own.canonical == _SHORT for own in self._forms[start:end])

    def _is_joined(self, first: int, last: int) -> bool:
        """Tell whether nothing ends between a token and a later one."""
        return all(self._is_between(_TOLD, place) for place in range(first, last))

    def _is_between(self, pattern: re.Pattern[str], place: int) -> bool:
        """Tell whether a pattern is what stands between a token and the next one."""
        return pattern.fullmatch(self._text, self._tokens[place].end, self._tokens[place + 1].start) is not None
