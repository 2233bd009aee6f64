r"""VIQR: letters of ASCII, each followed by punctuation for its marks, as in `Tie^'ng Vie^.t`.

Source: RFC 1456 (1993); second, GNU Recode. A character is a mark where it makes a Vietnamese letter with what is
before it, and a backslash before it says that it is not: `ddi dda^u\?` is `đi đâu?`. Four things that the RFC does not
have, to read what people wrote: a syllable has one tone, so that after its last letter another one is punctuation
(`cu?a.` is `của.`); `*` is a horn, too; `dd` is đ only at the start of a word (`add` stays), `DD` anywhere (`HDDND`);
addresses (`an@hue.vn`) have no marks. Its commands to change to English or to no marks are not read.
"""

import re

from timviet.index.encodings.syllables import is_syllable
from timviet.index.spelling import ACUTE, BREVE, CIRCUMFLEX, DOT_BELOW, GRAVE, HOOK_ABOVE, HORN, TILDE
from timviet.index.unicode import nfc

_TONES = {"": "", "'": ACUTE, "`": GRAVE, "?": HOOK_ABOVE, "~": TILDE, ".": DOT_BELOW}
_MARKS = (("", "", "aeiouy"), ("^", CIRCUMFLEX, "aeo"), ("(", BREVE, "a"), ("+", HORN, "ou"), ("*", HORN, "ou"))


def _letters() -> dict[str, str]:
    small = {
        base + key + tone_key: nfc(base + mark + tone)
        for key, mark, bases in _MARKS
        for tone_key, tone in _TONES.items()
        for base in bases
        if key or tone_key
    }
    return small | {code.upper(): letter.upper() for code, letter in small.items()} | {"dd": "đ", "Dd": "Đ", "DD": "Đ"}


_LETTERS = _letters()
_CODE = re.compile(
    r"""
    (?P<address> (?<!\S) \S*? (?: :// | @ | www\. ) \S* )
    | (?P<letter> (?: [aA][(^] | [eEoO]\^ | [oOuU][+*] ) ['`?~.]? | [aeiouyAEIOUY]['`?~.] | DD | (?<![A-Za-z])[dD]d )
    | \\ (?P<literal> [(^+*'`?~.\\] ) | (?<=[dD]) \\ (?=[dD])
    """,
    re.VERBOSE,
)
_LONGEST_SYLLABLE = 12  # code points of one but for its last letter, with all its marks: `ngu+o+'`, and some to spare
_SYLLABLE = re.compile(r"[A-Za-z] [A-Za-z(^+*'`?~.]* \Z", re.VERBOSE)
_TONE = re.compile(r"[a-zA-Z(^+*]['`?~.]")


def decode_viqr(content: bytes) -> str:
    r"""Decode VIQR.

    Example:
        >>> decode_viqr(b"DDa?ng u?y ho.p o+? ddo^` Ha~ng\.")
        'Đảng ủy họp ở đồ Hãng.'
    """
    return _CODE.sub(_meant, content.decode("utf-8", "replace"))


def _meant(code: re.Match[str]) -> str:
    letter = code["letter"]
    if not letter:
        return code["address"] or code["literal"] or ""
    if letter[-1] in _TONES and _has_tone_before(code):
        return _LETTERS.get(letter[:-1], letter[:-1]) + letter[-1]
    return _LETTERS[letter]


def _has_tone_before(code: re.Match[str]) -> bool:
    """Tell whether a vowel ends a syllable that has a tone already."""
    text, start, end = code.string, code.start(), code.end()
    before = _SYLLABLE.search(text[max(0, start - _LONGEST_SYLLABLE) : start])
    if before is None or text[end : end + 1].isalpha() or not _TONE.search(before[0]):
        return False
    return is_syllable(_CODE.sub(_meant, before[0]) + _LETTERS.get(code["letter"][:-1], code["letter"][:-1]))
