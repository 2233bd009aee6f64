"""The Unicode work that ICU does for us: normal forms, transliteration, boundaries.

ICU's objects do not pickle and are slow to make, so they live here, at module level, and nowhere else.
"""

import icu

_NFC = icu.Normalizer2.getNFCInstance()
_NFD = icu.Normalizer2.getNFDInstance()
_NFKC_CASEFOLD = icu.Normalizer2.getNFKCCasefoldInstance()
_LATIN_ASCII = icu.Transliterator.createInstance("Latin-ASCII")
_VIETNAMESE = icu.Locale("vi")
_COLLATOR = icu.Collator.createInstance(_VIETNAMESE)

LAST_BMP_CHARACTER = "\uffff"


def nfc(text: str) -> str:
    """Return the composed normal form (Unicode Standard Annex 15), as in `nfc("ủy")` of any spelling."""
    return str(_NFC.normalize(text))


def nfd(text: str) -> str:
    """Return the decomposed normal form (Unicode Standard Annex 15): letters, then their marks."""
    return str(_NFD.normalize(text))


def nfkc_casefold(text: str) -> str:
    """Return the text without differences of case, width and composition, and without invisible characters.

    This is Unicode's NFKC_Casefold (Unicode Standard, section 3.13, and Annex 15): full-width letters become
    plain ones, and soft hyphens and zero-width characters disappear: `nfkc_casefold("ＴÌＭ")` is `"tìm"`.
    """
    return str(_NFKC_CASEFOLD.normalize(text))


def latin_ascii(text: str) -> str:
    """Return the text with Latin letters in plain ASCII: `latin_ascii("đường")` is `"duong"`.

    The table is CLDR's Latin-ASCII transform. Other scripts stay as they are.
    """
    return str(_LATIN_ASCII.transliterate(text))


def collation_key(text: str) -> bytes:
    """Return what sorts as the text does in a Vietnamese dictionary (CLDR's collation for Vietnamese).

    `sorted(["đá", "dạ", "em", "da"], key=collation_key)` is `["da", "dạ", "đá", "em"]`.
    """
    return bytes(_COLLATOR.getSortKey(text))


def combining_marks() -> str:
    """Return all combining marks (general category M) as the inside of a regular expression's character class."""
    marks = icu.UnicodeSet("[:M:]")
    ranges = [(marks.getRangeStart(i), marks.getRangeEnd(i)) for i in range(marks.getRangeCount())]
    return "".join(f"{first}-{last}" for first, last in ranges)


def sentence_boundaries(text: str) -> list[int]:
    """Return where sentences of a Vietnamese text end, in code points, the text's end included.

    `sentence_boundaries("Một. Hai.")` is `[5, 9]`.
    """
    return _boundaries(icu.BreakIterator.createSentenceInstance(_VIETNAMESE), text)


def word_boundaries(text: str) -> list[int]:
    """Return where words and what is between them end in a Vietnamese text, in code points, the text's end included.

    `word_boundaries("Công an")` is `[4, 5, 7]`.
    """
    return _boundaries(icu.BreakIterator.createWordInstance(_VIETNAMESE), text)


def _boundaries(breaks: icu.BreakIterator, text: str) -> list[int]:
    breaks.setText(text)
    utf16 = [int(offset) for offset in breaks]
    if not text or max(text) <= LAST_BMP_CHARACTER:
        return utf16
    code_points = {}
    offset = 0
    for position, character in enumerate(text):
        code_points[offset] = position
        offset += 2 if character > LAST_BMP_CHARACTER else 1
    code_points[offset] = len(text)
    return [code_points[boundary] for boundary in utf16]
