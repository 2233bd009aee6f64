"""VNI for Windows: a vowel is followed by a byte for its marks, where it has any that the letter itself has not.

Sources: UniKey's converter; second, xvnkb. GNU Recode has the same, but takes Ắ and Ằ for one another, other than ắ
and ằ: the first two agree, and so do the small letters. What is no letter is as in windows-1252.
"""

import re

from timviet.index.spelling import ACUTE, BREVE, CIRCUMFLEX, DOT_BELOW, GRAVE, HOOK_ABOVE, TILDE
from timviet.index.unicode import nfc

_SINGLE = dict(zip("íìæóòîñôö", "íìỉĩịỵđơư", strict=True))
# The bytes for each mark and each tone, in this order, as windows-1252 shows them, and the letters they follow.
_TONES = ("", ACUTE, GRAVE, HOOK_ABOVE, TILDE, DOT_BELOW)
_MARKS = (("", " ùøûõï", "aeouyôö"), (CIRCUMFLEX, "âáàåãä", "aeo"), (BREVE, "êéèúüë", "a"))


def _letters() -> dict[str, str]:
    small = _SINGLE | {
        base + code: nfc(_SINGLE.get(base, base) + mark + tone)
        for mark, codes, bases in _MARKS
        for code, tone in zip(codes, _TONES, strict=True)
        for base in bases
        if code != " "
    }
    return small | {code.upper(): letter.upper() for code, letter in small.items()}


_LETTERS = _letters()
_CODE = re.compile("|".join(sorted(map(re.escape, _LETTERS), key=len, reverse=True)))


def decode_vni(content: bytes) -> str:
    """Decode VNI.

    Example:
        >>> decode_vni("Tieáng Vieät".encode("windows-1252"))
        'Tiếng Việt'
    """
    return _CODE.sub(lambda code: _LETTERS[code.group()], content.decode("windows-1252", "replace"))
