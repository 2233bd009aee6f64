"""Vietnamese as it is typed on plain keys: Telex, VNI and VIQR, decoded where the keys were left in a text.

Sources: the tables of keys in the manuals of UniKey and ibus-unikey for Telex and VNI; for VIQR, RFC 1456. Keys for
marks may be typed after the letter or at the end of the word, as input methods take them.
"""

from collections.abc import Callable, Iterator

from timviet.index.spelling import ACUTE, BREVE, CIRCUMFLEX, DOT_BELOW, GRAVE, HOOK_ABOVE, HORN, TILDE
from timviet.index.unicode import nfc

# No syllable takes more keys than this.
_MOST_KEYS = 16
_VOWELS = frozenset("aeiouy")
_TELEX_TONES = {"s": ACUTE, "f": GRAVE, "r": HOOK_ABOVE, "x": TILDE, "j": DOT_BELOW}
_VNI_TONES = {"1": ACUTE, "2": GRAVE, "3": HOOK_ABOVE, "4": TILDE, "5": DOT_BELOW}
_VIQR_TONES = {"'": ACUTE, "`": GRAVE, "?": HOOK_ABOVE, "~": TILDE, ".": DOT_BELOW}
# Each key for a vowel mark with the mark and the letters that take it.
_VNI_MARKS = {"6": (CIRCUMFLEX, "aeo"), "7": (HORN, "ou"), "8": (BREVE, "a")}
_VIQR_MARKS = {"^": (CIRCUMFLEX, "aeo"), "+": (HORN, "ou"), "*": (HORN, "ou"), "(": (BREVE, "a")}


class _Syllable:
    """A syllable while it is typed: its letters, the mark of each, and its tone."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self._marks: list[str] = []
        self._tone = ""

    def add(self, letter: str) -> bool:
        self.letters.append(letter)
        self._marks.append("")
        return True

    def set_tone(self, tone: str) -> bool:
        """Set the tone, if there is a vowel to carry it."""
        if self._tone or not _VOWELS.intersection(self.letters):
            return False
        self._tone = tone
        return True

    def mark(self, mark: str, takers: str) -> bool:
        """Mark the last letter of those that take it; a horn on `o` goes on a `u` before it, too."""
        free = [place for place, letter in enumerate(self.letters) if letter in takers and not self._marks[place]]
        if not free:
            return False
        self._marks[free[-1]] = mark
        if mark == HORN and self.letters[free[-1] - 1 : free[-1] + 1] == ["u", "o"]:
            self._marks[free[-1] - 1] = mark
        return True

    def mark_horn_or_breve(self) -> bool:
        """Mark the vowel that takes one of them; where there is none, the key is an `ư` by itself, as in `tw`."""
        letters = "".join(self.letters)
        takes_breve = "oa" in letters or letters.startswith("qua")  # `hoặc` and `quặng`; no syllable has `ơa` or `qưa`
        if takes_breve and self.mark(BREVE, "a"):
            return True
        if _VOWELS.isdisjoint(letters):
            self.add("u")
        return self.mark(HORN, "ou") or self.mark(BREVE, "a")

    def stroke(self) -> bool:
        """Make the `d` at the start a `đ`."""
        if self.letters[:1] != ["d"]:
            return False
        self.letters[0] = "đ"
        return True

    def __str__(self) -> str:
        if self.letters[-2:] == ["u", "o"] and self._marks[-1] == HORN:  # as in `thuở`; before other letters it is `ươ`
            self._marks[-2] = ""
        carrier = self._carrier() if self._tone else -1
        return "".join(
            letter + mark + (self._tone if place == carrier else "")
            for place, (letter, mark) in enumerate(zip(self.letters, self._marks, strict=True))
        )

    def _carrier(self) -> int:
        """Return the place of the vowel that carries the tone: `tiến`, `toán`; where no other letter follows, `tía`."""
        vowels = [place for place, letter in enumerate(self.letters) if letter in _VOWELS]
        if self.letters[:2] in (["q", "u"], ["g", "i"]) and len(vowels) > 1:
            del vowels[0]
        marked = [place for place in vowels if self._marks[place]]
        is_open = len(vowels) > 1 and vowels[-1] == len(self.letters) - 1
        return (marked or (vowels[:-1] if is_open else vowels))[-1]


def decodings(typed: str) -> Iterator[str]:
    """Yield what a word may mean that was typed for an input method which was not on.

    Args:
        typed: a word between spaces.

    Yields:
        The word with marks, in lower case: other than `typed`, and no word in most cases.

    Example:
        >>> from timviet.index import canonical
        >>> [canonical(word) == canonical("đảng") for word in decodings("ddarng")]
        [True]
        >>> [canonical(word) == canonical("đảng") for word in decodings("d9ang3")]
        [True]
    """
    for press in _METHODS:
        decoded = _decode(typed.lower(), press)
        if decoded and decoded != typed.lower():
            yield decoded


def decoded_texts(typed: str) -> Iterator[str]:
    """Yield what a text may mean that was typed for an input method which was not on, for each of them.

    Args:
        typed: words with spaces between them; those that are no keys of the method stay as they are.

    Yields:
        The text in lower case, composed, with single spaces; other than `typed`.

    Example:
        >>> list(decoded_texts("Nguyeenx An")), list(decoded_texts("Nguye6n4 An"))
        (['nguyễn an'], ['nguyễn an'])
    """
    words = typed.lower().split()
    for press in _METHODS:
        decoded = [_decode(word, press) or word for word in words]
        if decoded != words:
            yield nfc(" ".join(decoded))


def _decode(typed: str, press: Callable[[_Syllable, str], bool]) -> str | None:
    """Return a word whose keys are pressed one after the other; None where one of them means nothing."""
    syllable = _Syllable()
    is_word = len(typed) <= _MOST_KEYS and all(press(syllable, key) for key in typed)
    return str(syllable) if is_word else None


def _telex(syllable: _Syllable, key: str) -> bool:
    return (
        (key in _TELEX_TONES and syllable.set_tone(_TELEX_TONES[key]))
        or (key in "aeo" and key in syllable.letters and syllable.mark(CIRCUMFLEX, key))
        or (key == "w" and syllable.mark_horn_or_breve())
        or (key == "d" and syllable.stroke())
        or (key.isalpha() and syllable.add(key))
    )


def _vni(syllable: _Syllable, key: str) -> bool:
    return (
        (key in _VNI_TONES and syllable.set_tone(_VNI_TONES[key]))
        or (key in _VNI_MARKS and syllable.mark(*_VNI_MARKS[key]))
        or (key == "9" and syllable.stroke())
        or (key.isalpha() and syllable.add(key))
    )


def _viqr(syllable: _Syllable, key: str) -> bool:
    return (
        (key in _VIQR_TONES and syllable.set_tone(_VIQR_TONES[key]))
        or (key in _VIQR_MARKS and syllable.mark(*_VIQR_MARKS[key]))
        or (key == "d" and syllable.stroke())
        or (key.isalpha() and syllable.add(key))
    )


_METHODS = (_telex, _vni, _viqr)
