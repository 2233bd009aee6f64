"""Texts in old encodings, written by other tables than those they are decoded by.

`data/encodings/letters.tsv` has the code of each Vietnamese letter, in hexadecimal but for VIQR, from the second source
of each encoding: GNU Recode for VISCII, VPS and VIQR (Ỗ in VPS, which it lacks, from UniKey's converter), UniKey's
converter for TCVN3, xvnkb for VNI.
"""

from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize

_ROWS = Path(__file__).with_name("data").joinpath("encodings", "letters.tsv").read_text("utf-8").splitlines()
_COLUMNS = {column[0]: column[1:] for column in zip(*(row.split("\t") for row in _ROWS), strict=True)}
LETTERS = _COLUMNS["letter"]
CODES = {
    name: {
        letter: code.encode() if name == "viqr" else bytes.fromhex(code)
        for letter, code in zip(LETTERS, _COLUMNS[name], strict=True)
        if code
    }
    for name in ("viscii", "vps", "tcvn3", "vni", "viqr")
}
BYTE_ENCODINGS = ("windows-1258", "viscii", "vps", "tcvn3", "vni")

_TYPEWRITTEN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " "})
_VIQR_MARKS = "'`?~.^(+*"
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def encode(text: str, encoding: str) -> bytes:
    """The text in an encoding; what that does not have becomes a question mark, as converters write it."""
    text = normalize("NFC", text)
    if encoding in CODES:
        return b"".join(_encode(text, encoding))
    if encoding == "windows-1258":
        return b"".join(_with_tones_apart(character).encode(encoding, "replace") for character in text)
    if encoding == "ncr":
        return text.encode("ascii", "xmlcharrefreplace")
    return text.encode(encoding)


def _encode(text: str, encoding: str) -> Iterator[bytes]:
    """Yield the code of each character; in TCVN3, capitals with tones are small letters, made capitals by a font."""
    has_symbols = encoding in ("tcvn3", "vni")
    before = ""
    for character in text if has_symbols else text.translate(_TYPEWRITTEN):
        code = CODES[encoding].get(character) or CODES[encoding].get(character.lower())
        if encoding == "viqr" and _would_join(before, (code or character.encode("ascii", "replace"))[:1].decode()):
            yield b"\\"
        yield code or _symbol(character, "windows-1252" if has_symbols else "ascii")
        before = character


def _would_join(before: str, character: str) -> bool:
    """Tell whether VIQR needs a backslash before a character, to keep it from the letter before it."""
    base = normalize("NFD", before or " ")[0].lower()
    return (
        character == "\\"
        or (base in "aeiouy" and character in _VIQR_MARKS)
        or (base == "d" and character in ("d", "D"))
    )


def _symbol(character: str, encoding: str) -> bytes:
    code = character.encode(encoding, "replace")
    return code if code[0] < 0xA0 else b"?"  # from there on there are letters


def _with_tones_apart(letter: str) -> str:
    """The letter as Vietnamese keyboards of Windows write it: with its vowel mark, the tone after it."""
    if letter not in LETTERS:
        return letter
    marks = normalize("NFD", letter)
    return normalize("NFC", "".join(mark for mark in marks if mark not in _TONES)) + "".join(
        mark for mark in marks if mark in _TONES
    )
