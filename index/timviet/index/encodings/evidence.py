r"""How much the words of a text speak for an encoding: by how many of them are Vietnamese syllables in it.

A word counts by about the logarithm of how much likelier it is in a Vietnamese text in this encoding than in anything
else, and once, however often it is there: a word that comes back tells nothing new. The weights come from counts on one
half of a corpus. In the encoding that a text is in, 99.6 % of the words with marks are syllables; in another one 6 to
50 %; in other languages mostly 0 to 25 % (Italian, with its `è`: 72 %). Of the words without marks, 70 to 98 % are, and
in other languages 8 to 25 %: they count for less, as they tell a language and no encoding, and as some texts have many
foreign names.
"""

import re
from collections.abc import Iterable

from timviet.index.encodings.decoders import DECODERS
from timviet.index.encodings.references import REFERENCE
from timviet.index.encodings.syllables import is_syllable

# VISCII and VPS have capitals in the places of some control characters.
_WORD = re.compile(rb"[A-Za-z\x80-\xff\x02-\x06\x10-\x15\x19\x1c-\x1e]+")
_PLAIN_WORD = re.compile(rb"[A-Za-z]+")
_VIQR_WORD = re.compile(rb"(?<![0-9A-Za-z])[A-Za-z][A-Za-z(^+*'`?~.\\]*+(?![0-9])")
_VIQR_PUNCTUATION = b"(.?'`~\\"  # at the end of a word it may be no mark
_WORD_WITH_REFERENCES = re.compile(rb"(?:[A-Za-z\x80-\xff]|%s)+" % REFERENCE.pattern.encode())
_BETWEEN_WORDS = re.compile("[\u00a0–—…]+")
_AROUND_WORDS = "•‘’“”«»"
_TELLS_NOTHING = re.compile(".?|[A-ZĐ]+", re.DOTALL)  # single letters, abbreviations

# What a word counts that has marks and is a syllable, or has and is none; that has no marks and is one, or is none.
_IN_BYTES = (1.5, -4.0, 0.5, -0.7)
_AGAINST_AT_MOST = -30.0  # twenty words with marks outweigh all words without
# In ASCII, most words of a text in VIQR have marks, and those of any other text have none.
_IN_ASCII = (3.0, -2.0, -1.0, -1.5)
# Words with references that are syllables or none; other words only where they have letters beyond ASCII themselves.
_IN_REFERENCES = (3.0, -3.0, -3.0, -3.0)


def weigh_byte_encodings(sample: bytes, encodings: Iterable[str]) -> dict[str, float]:
    """Weigh encodings of one or two bytes a letter against anything else, which weighs 0.

    Returns:
        The weight of each encoding, but for those in which all words are the same as in one before. None, where no
        word has other letters than those of ASCII.

    Example:
        >>> weigh_byte_encodings("§¶ng uû x·".encode("windows-1252"), ("tcvn3", "vni"))
        {'tcvn3': 4.5, 'vni': -8.0}
    """
    words = dict.fromkeys(_WORD.findall(sample))
    marked = [word for word in words if not _PLAIN_WORD.fullmatch(word)]
    if not marked:
        return {}
    syllable, garbled, plain_syllable, foreign = _IN_BYTES
    language = _sum((word.decode() for word in words if _PLAIN_WORD.fullmatch(word)), plain_syllable, foreign)
    weights: dict[str, tuple[str, float]] = {}
    for encoding in encodings:
        decoded = DECODERS[encoding](b"\n".join(marked))
        if decoded not in weights:
            own = _sum(decoded.split("\n"), syllable, garbled)
            # Words without marks speak for an encoding no more than those with marks do.
            weights[decoded] = encoding, own + min(max(language, _AGAINST_AT_MOST), max(own, 0.0))
    return dict(weights.values())


def weigh_viqr(sample: bytes) -> float:
    r"""Weigh VIQR against ASCII as it stands, which weighs 0.

    Example:
        >>> weigh_viqr(rb"To^i ye^u tie^'ng nu+o+'c to^i.") > 0 > weigh_viqr(b"What do you do (so late)? I'm off.")
        True
    """
    total = 0.0
    for word in dict.fromkeys(_VIQR_WORD.findall(sample)):
        core = word.rstrip(_VIQR_PUNCTUATION)
        decoded = DECODERS["viqr"](core)
        if not decoded.isascii():
            total += _sum([decoded], *_IN_ASCII[:2])
        elif core == word:
            total += _sum([decoded], *_IN_ASCII[2:])
    return total


def weigh_references(sample: bytes) -> float:
    """Weigh a text made of character references against UTF-8 as it stands, which weighs 0.

    Example:
        >>> weigh_references(b"Ti&#7871;ng Vi&#7879;t"), weigh_references("chữ ệ là &#7879;".encode())
        (6.0, -6.0)
    """
    total = 0.0
    for word in dict.fromkeys(_WORD_WITH_REFERENCES.findall(sample)):
        decoded = DECODERS["ncr"](word)
        if not decoded.isascii():
            total += _sum([decoded], *_IN_REFERENCES[:2] if b"&" in word else _IN_REFERENCES[2:])
    return total


def _sum(words: Iterable[str], syllable: float, other: float) -> float:
    """Add up what words count.

    Single letters and abbreviations count nothing, nor do plain words that only have quotation marks around them.
    """
    total = 0.0
    for word in words:
        parts = (part.strip(_AROUND_WORDS) for part in _BETWEEN_WORDS.split(word))
        told = [part for part in parts if part.isascii() == word.isascii() and not _TELLS_NOTHING.fullmatch(part)]
        if told:
            total += syllable if all(map(is_syllable, told)) else other
    return total
