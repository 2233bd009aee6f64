"""Put lines of a PDF together again, and words that were parted at their ends."""

import re
from collections.abc import Iterable, Sequence

from timviet.index.formats.pdf.lines import HYPHEN

_LETTERS_BEFORE = re.compile(r"(?<![^\W_])[^\W_]+$")
_LETTERS_AFTER = re.compile(r"[^\W_]+")
_OPEN_HYPHEN = re.compile(r"\S-$")  # to be looked for in the last two letters
_WORDS = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


class Words:
    """The words of a document, by which a hyphen at the end of a line is told from one of the word.

    Vietnamese parts no syllable, so a hyphen there is one of the word, as in `pông-tông`, unless the document has the
    word elsewhere without it, as foreign words are parted.

    Args:
        lines: the text of each line.

    Example:
        >>> words = Words(["hệ thống information", "cầu pông-tông"])
        >>> words.join(["về infor" + HYPHEN, "mation, bến pông" + HYPHEN, "tông"])
        'về information, bến pông-tông'
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._words = {word for line in lines for word in _WORDS.findall(line.lower())}

    def join(self, lines: Sequence[str]) -> str:
        """Return the lines of a paragraph as one text."""
        pieces: list[str] = []
        last = lines[0]  # and before it, where its first word began in lines before, that beginning
        for line in lines[1:]:
            if last.endswith(HYPHEN):
                before = last[:-1]
                beginning = self._beginning(before, line)
                pieces.append(before[: len(before) - len(beginning)] if beginning else f"{before}-")
                last = beginning + line
            else:
                pieces += (last,) if _OPEN_HYPHEN.search(last[-2:]) else (last, " ")
                last = line
        return "".join((*pieces, last)).replace(HYPHEN, "-")

    def _beginning(self, before: str, after: str) -> str:
        """Return the letters before a hyphen that only parts the word; nothing where it is one of the word."""
        first, second = _LETTERS_BEFORE.search(before), _LETTERS_AFTER.match(after)
        if first and second:
            whole, parted = f"{first[0]}{second[0]}".lower(), f"{first[0]}-{second[0]}".lower()
            if whole in self._words and parted not in self._words:
                return first[0]
        return ""
