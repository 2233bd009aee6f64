"""One form for all correct spellings of a Vietnamese syllable, and one form without marks.

The canonical form of a syllable is its letters with their vowel marks (ă â đ ê ô ơ ư), then its tone mark, apart:
where the tone sits in a syllable carries no meaning, so `hòa` and `hoà` are both `hoa` + grave. The folded form is
the canonical form without any mark: `hoa`.

Sources of the rules:

* composition, order of marks, case, width, invisible characters: Unicode Standard Annex 15 and section 3.13
  (NFKC_Casefold);
* where tones were and are written, and i for y: the spelling regulations of the Ministry of Education, decision
  240/QĐ of 5 March 1984 and decision 1989/QĐ-BGDĐT of 25 May 2018 (article 9: `hi vọng, kỉ niệm, lí luận,
  mĩ thuật, bác sĩ, tỉ lệ`; names keep the spelling their bearers chose, so both are in use);
* other Latin letters: CLDR's Latin-ASCII transform.
"""

import re

from timviet.index.unicode import latin_ascii, nfc, nfd, nfkc_casefold

GRAVE, ACUTE, TILDE, HOOK_ABOVE, DOT_BELOW = TONES = "\u0300\u0301\u0303\u0309\u0323"
CIRCUMFLEX, BREVE, HORN = "\u0302\u0306\u031b"

_VOWEL_MARKS = {"a": {CIRCUMFLEX, BREVE}, "e": {CIRCUMFLEX}, "o": {CIRCUMFLEX, HORN}, "u": {HORN}}
_PLAIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789đ")

# Eth and the African D look like Đ, and old fonts and input methods write them for it.
_LOOK_ALIKES = str.maketrans("ðɖ", "đđ")

# What encloses or strikes through a letter, as in a keycap: CLDR's transform leaves it.
_SYMBOL_MARKS = re.compile("[\u20d0-\u20ff]")

# After these initials, and alone, y as the whole rhyme is the same sound as i and regulations admit both.
_INITIALS_OF_Y = ("", "h", "k", "l", "m", "qu", "s", "t")
_I_FOR_Y = {f"{initial}y": f"{initial}i" for initial in _INITIALS_OF_Y}
_Y_FOR_I = {i: y for y, i in _I_FOR_Y.items()}


def canonical(token: str) -> str:
    """Return what all correct spellings of a syllable share.

    A token that is not written with Vietnamese letters and at most one tone keeps its own letters; differences of
    case, width, composition and order of marks go all the same. Any string is taken, also one of lone surrogates.

    Args:
        token: one token as written, in any Unicode form.

    Returns:
        The letters with vowel marks, composed, and then the tone mark, if there is one.

    Example:
        >>> canonical("Ủy") == canonical("UỶ") == "uy" + HOOK_ABOVE
        True
        >>> canonical("kỹ") == canonical("kĩ")
        True
        >>> canonical("tai") == canonical("tay")
        False
    """
    return _i_for_y(as_written(token))


def as_written(token: str) -> str:
    """Return the canonical form but for i and y, which stay apart: what a prefix or a pattern is compared with.

    Example:
        >>> as_written("KỸ") == "ky" + TILDE
        True
    """
    plain = normalized(token)
    if plain.isascii():
        return plain
    letters = _letters_with_marks(plain)
    tones = [tone for _, marks in letters for tone in set(marks).intersection(TONES)]
    if len(tones) > 1 or not all(_is_vietnamese(base, marks) for base, marks in letters):
        return nfc("".join(base + "".join(sorted(marks)) for base, marks in letters))
    return nfc("".join(base + "".join(set(marks).difference(TONES)) for base, marks in letters)) + "".join(tones)


def normalized(text: str) -> str:
    """Return a text without differences of case, width, composition and look-alikes, and without invisible characters.

    Example:
        >>> normalized("HÐND: Hội đồng")
        'hđnd: hội đồng'
    """
    return nfkc_casefold(text).translate(_LOOK_ALIKES)


def fold(token: str) -> str:
    """Return the canonical form without any mark: plain letters and digits.

    Letters of other scripts stay. Any string is taken.

    Args:
        token: one token as written, or its canonical form.

    Returns:
        The folded form; `fold(canonical(token)) == fold(token)`.

    Example:
        >>> fold("Đường"), fold("KỸ"), fold("M519")
        ('duong', 'ki', 'm519')
    """
    return canonical_and_folded(token)[1]


def canonical_and_folded(token: str) -> tuple[str, str]:
    """Return both forms of a token, of which most of the work is the same.

    Example:
        >>> canonical_and_folded("Ủy") == (canonical("Ủy"), fold("Ủy"))
        True
    """
    written = as_written(token)
    plain = written if written.isascii() else _SYMBOL_MARKS.sub("", latin_ascii(written).lower())
    return _i_for_y(written), _i_for_y(plain)


def spellings(folded: str) -> tuple[str, ...]:
    """Return the ways to write a folded form: with i, and with y where both are right.

    Example:
        >>> spellings("ki"), spellings("kim")
        (('ki', 'ky'), ('kim',))
    """
    return (folded, _Y_FOR_I[folded]) if folded in _Y_FOR_I else (folded,)


def marks(token: str) -> frozenset[tuple[int, str]]:
    """Return each mark of a token with its place: the letter's number, or -1 for the tone of a syllable.

    Args:
        token: a canonical form.

    Returns:
        Pairs of (letter's number from 0, mark); the stroke of đ counts as a mark, written "đ".

    Example:
        >>> sorted(marks(canonical("đã"))) == [(-1, TILDE), (0, "đ")]
        True
    """
    if token.isascii():
        return frozenset()
    letters = _letters_with_marks(token)
    tone = {(-1, token[-1])} if token[-1] in TONES else set()
    if tone:
        letters[-1] = (letters[-1][0], letters[-1][1].replace(token[-1], "", 1))
    strokes = {(place, base) for place, (base, _) in enumerate(letters) if base == "đ"}
    return frozenset(tone | strokes | {(place, mark) for place, (_, own) in enumerate(letters) for mark in own})


def _i_for_y(written: str) -> str:
    letters, tone = (written[:-1], written[-1]) if written.endswith(tuple(TONES)) else (written, "")
    return _I_FOR_Y.get(letters, letters) + tone


def _letters_with_marks(text: str) -> list[tuple[str, str]]:
    letters: list[tuple[str, str]] = []
    for character in nfd(text):
        if letters and "\u0300" <= character <= "\u036f":
            base, marks_before = letters[-1]
            letters[-1] = (base, marks_before + character)
        else:
            letters.append((character, ""))
    return letters


def _is_vietnamese(base: str, marks: str) -> bool:
    vowel_marks = set(marks).difference(TONES)
    return base in _PLAIN_LETTERS and len(vowel_marks) <= 1 and vowel_marks <= _VOWEL_MARKS.get(base, set())
