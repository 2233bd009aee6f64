"""TCVN3, the encoding of the ABC fonts, in which capitals with tones are small letters in a font that shows capitals.

So what the fonts `.VnTime` and `.VnTimeH` show as `đảng` and `ĐẢNG` may be the same bytes, and a text alone cannot say
which it was. Where capitals of ASCII stand among small letters, it can: `CéNG HßA` can only have been `CỘNG HÒA`.
"""

import re
from codecs import charmap_decode

from timviet.index.encodings.tables import TCVN3

# Words in a row without a small letter of ASCII. They are in capitals where a small letter with a mark stands before a
# capital, or after two, as in `NộI` and `CHủ`; in `Hà` it may be a name's.
_NO_SMALL_ASCII = re.compile(r"(?<!\S)[^\sa-z]++(?!\S)(?:[^\S\n]+[^\sa-z]++(?!\S))*")
_CAPITAL = "[A-ZĂÂÊÔƠƯĐ]"
_SMALL = f"[{''.join(filter(str.islower, TCVN3[0xA0:]))}]"
_IN_CAPITALS = re.compile(f"{_SMALL}{_CAPITAL}|{_CAPITAL}{{2}}{_SMALL}")


def decode_tcvn3(content: bytes) -> str:
    """Decode TCVN3; small letters among capitals become capitals.

    Example:
        >>> decode_tcvn3("§¶ng bé, CéNG HßA ë Hµ NéI".encode("windows-1252"))
        'Đảng bộ, CỘNG HÒA Ở HÀ NỘI'
    """
    text = charmap_decode(content, "replace", TCVN3)[0]
    return _NO_SMALL_ASCII.sub(lambda words: words[0].upper() if _IN_CAPITALS.search(words[0]) else words[0], text)


def decode_tcvn3_upper(content: bytes) -> str:
    """Decode TCVN3 that was all in a font which shows capitals, as `.VnTimeH`.

    Example:
        >>> decode_tcvn3_upper("§¶ng bé".encode("windows-1252"))
        'ĐẢNG BỘ'
    """
    return charmap_decode(content, "replace", TCVN3)[0].upper()
