"""Cut a text into tokens: runs of letters, digits and combining marks.

Whatever else is written (spaces, punctuation, symbols, emoji) separates tokens, so that `05-CT/TW` and `31,77%` are
runs of tokens at consecutive positions.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from timviet.index.unicode import combining_marks

# Soft hyphen, zero-width spaces and joiners, direction marks, byte order mark: within a token they are no separators.
_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u2060\ufeff"
_MARKS = combining_marks()

# That there are marks is asked only where something else than ASCII follows: there are hundreds to compare with.
TOKEN = re.compile(rf"[^\W_]+(?:(?=[^\x00-\x7f])(?:[{_MARKS}{_INVISIBLE}]+[^\W_]+)*(?:[{_INVISIBLE}]*[{_MARKS}])*)?")


class Token(NamedTuple):
    """One token of a text.

    Attributes:
        surface: the token exactly as written.
        start: where it starts in the text, in code points from 0.
        end: where it ends, in code points: the first one that is not part of it.
    """

    surface: str
    start: int
    end: int


def tokenize(text: str) -> Iterator[Token]:
    """Cut a text into tokens, in order.

    Args:
        text: any text, in any Unicode form.

    Yields:
        Each token; `text[token.start:token.end] == token.surface`.

    Example:
        >>> [token.surface for token in tokenize("Đảng ủy, 31,77%")]
        ['Đảng', 'ủy', '31', '77']
    """
    return (Token(match.group(), match.start(), match.end()) for match in TOKEN.finditer(text))


def surfaces(text: str) -> list[str]:
    """Return the surface forms of a text's tokens alone, as indexing needs them.

    Example:
        >>> surfaces("Công an xã")
        ['Công', 'an', 'xã']
    """
    return TOKEN.findall(text)
