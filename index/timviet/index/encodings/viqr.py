r"""VIQR: letters of ASCII, each followed by punctuation for its marks, as in `Tie^'ng Vie^.t`.

Source: RFC 1456 (1993); second, GNU Recode. A character is a mark where it makes a Vietnamese letter with what is
before it, and a backslash before it says that it is not: `ddi dda^u\?` is `đi đâu?`. Three things that the RFC does not
have, to read what people wrote: `*` is a horn, too; `dd` is đ only at the start of a word (`add` stays), `DD` anywhere
(`HDDND`); addresses (`an@hue.vn`) have no marks. Its commands to change to English or to no marks are not read.
"""

import re

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


def decode_viqr(content: bytes) -> str:
    r"""Decode VIQR.

    Example:
        >>> decode_viqr(b"DDa?ng u?y ho.p o+? ddo^` Ha~ng\.")
        'Đảng ủy họp ở đồ Hãng.'
    """
    return _CODE.sub(_meant, content.decode("utf-8", "replace"))


def _meant(code: re.Match[str]) -> str:
    if code["letter"]:
        return _LETTERS[code["letter"]]
    return code["address"] or code["literal"] or ""
