"""Equal spellings have equal forms, different syllables different ones, and no string is refused."""

import unicodedata
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timviet.index.spelling import BREVE, CIRCUMFLEX, HORN, TONES, as_written, canonical, fold, marks, spellings

GRAVE, ACUTE, TILDE, HOOK_ABOVE, DOT_BELOW = TONES
INITIALS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
RHYMES = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong
    op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm
    uôn uông uôt uơ up ut uy uya uych uyên uyêt uynh uyp uyt uyu ư ưa ưc ưi ưng ươc ươi ươm ươn ương ươp ươt ươu
    ưt ưu y yêm yên yêng yêt yêu"""
# Every string of letters that an initial and a rhyme can make, and each with every tone and without one.
LETTERS = tuple(dict.fromkeys(map("".join, product(["", *INITIALS.split()], RHYMES.split()))))
SYLLABLES = tuple(product(LETTERS, ("", *TONES)))
# Where official spelling admits i and y, after decision 1989/QĐ-BGDĐT.
EITHER = {"y": "i", "hy": "hi", "ky": "ki", "ly": "li", "my": "mi", "quy": "qui", "sy": "si", "ty": "ti"}

VOWELS = [unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in ("", *TONES)]
ALPHABET = [letter for lower in (*VOWELS, "đ") for letter in (lower, lower.upper())]

syllables = st.sampled_from(SYLLABLES)
any_text = st.text(st.characters(exclude_categories=()))


def toned(letters, tone, place=-1):
    """The letters with the tone on the one at the place."""
    place %= len(letters)
    return unicodedata.normalize("NFC", letters[: place + 1] + tone + letters[place + 1 :])


def plain(letters):
    """The letters without marks, by Unicode's decomposition alone."""
    decomposed = unicodedata.normalize("NFD", letters.replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@st.composite
def shuffled(draw):
    """A syllable, and it with each letter's marks decomposed and in any order."""
    letters, tone = draw(syllables)
    whole = toned(letters, tone, draw(st.integers(0, len(letters) - 1)))
    clusters = (unicodedata.normalize("NFD", letter) for letter in whole)
    return whole, "".join(cluster[0] + "".join(draw(st.permutations(cluster[1:]))) for cluster in clusters)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # In the wild
        pytest.param("hoà", "hòa", id="new and old place of the tone"),
        pytest.param("uỷ", "ủy", id="new and old place, uy"),
        pytest.param("khoẻ", "khỏe", id="new and old place, oe"),
        pytest.param("vịêt", "việt", id="tone typed too early"),
        pytest.param("qúy", "quý", id="tone on the u of qu"),
        pytest.param("gìa", "già", id="tone on the i of gi"),
        *(pytest.param(toned(y, DOT_BELOW), toned(i, DOT_BELOW), id=f"{y} or {i}") for y, i in EITHER.items()),
        pytest.param("qúi", "quý", id="i for y and a slip together"),
        pytest.param("Ðảng", "Đảng", id="capital eth"),
        pytest.param("ðảng", "đảng", id="small eth"),
        pytest.param("Ɖảng", "Đảng", id="capital African D"),
        pytest.param("ɖảng", "đảng", id="small African D"),
        pytest.param("va\u0340", "và", id="deprecated grave U+0340"),
        pytest.param("ca\u0341", "cá", id="deprecated acute U+0341"),
        pytest.param("tiê\u0301ng", "tiếng", id="half-composed"),
        pytest.param("bô\u0323", "bộ", id="half-composed, dot below last"),
        pytest.param("b\u1ecd\u0302", "bộ", id="dot below composed, circumflex after it"),
        pytest.param("Ti\u00adếng", "tiếng", id="soft hyphen"),
        pytest.param("cô\u200bng", "công", id="zero-width space"),
        pytest.param("\ufeffan", "an", id="byte order mark"),
        pytest.param("ＴÌＭ", "tìm", id="full-width letters"),
        pytest.param("２０２４", "2024", id="full-width digits"),
        # Synthetic
        pytest.param("h\u0300oa", "hoà", id="tone on a consonant"),
        pytest.param("u\u0308\u0301", "u\u0301\u0308", id="marks of no Vietnamese letter in any order"),
        pytest.param("Straße", "STRASSE", id="a letter whose capital is two"),
        # Known failures
        pytest.param("quít", "quýt", id="i and y before a final", marks=pytest.mark.xfail(reason="whole rhymes only")),
        pytest.param("ı", "I", id="dotless i", marks=pytest.mark.xfail(reason="Unicode folds case without Turkish")),
    ],
)
def test_equal_spellings(one, other):
    """Correct spellings of one syllable, its typing slips and encodings have one canonical and one folded form."""
    assert canonical(one) == canonical(other)
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("tai", "tay"), ("tui", "tuy"), ("cui", "cuy"), ("hai", "hay"), ("nguỵ", "ngụi")),  # y changes the word
        *(("vi", "vy"), ("thi", "thy"), ("di", "dy"), ("kim", "kym"), ("iêu", "yêu")),  # not where both are official
        *(("túy", "tùy"), ("ma", "mà"), ("đường", "dương"), ("ăn", "ân"), ("to", "tô"), ("tô", "tơ")),  # marks differ
        *(("M519", "M51"), ("tp", "hcm"), ("naïve", "naive"), ("Łódź", "Lódz")),  # no Vietnamese syllables
        ("a\u0302\u0306í", "a\u0302\u0306\u0301i"),  # no Vietnamese letter, so the place of the tone counts
        ("résumé", "resumé"),  # two letters with a tone are no syllable, so each keeps its own
        ("résumé", "résume"),
    ],
)
def test_different_spellings(one, other):
    """What changes the word changes the canonical form; a token that is no syllable keeps its own letters."""
    assert canonical(one) != canonical(other)


def test_every_syllable_is_distinguished():
    """All syllables of Vietnamese have canonical forms of their own, but for the documented pairs with i and y."""
    classes = {}
    for letters, tone in SYLLABLES:
        classes.setdefault(canonical(toned(letters, tone)), set()).add((EITHER.get(letters, letters), tone))
    assert {form: members for form, members in classes.items() if len(members) > 1} == {}
    assert len(classes) == len({(EITHER.get(letters, letters), tone) for letters, tone in SYLLABLES}) > 20_000


def test_every_syllable_is_spelled_as_documented():
    """A syllable's canonical form is its letters with vowel marks and then its tone; the folded one, plain letters."""
    for letters, tone in SYLLABLES:
        assert canonical(toned(letters, tone)) == EITHER.get(letters, letters) + tone
        assert fold(toned(letters, tone)) == plain(EITHER.get(letters, letters))
        assert fold(letters).isascii()


def test_all_letters_fold_to_one():
    """The 146 letters of the alphabet, 134 of them marked, are one code point each and fold to one plain letter."""
    assert len(set(ALPHABET)) == 146
    assert sum(not letter.isascii() for letter in ALPHABET) == 134
    assert {len(letter) for letter in ALPHABET} == {1}
    for letter in ALPHABET:
        assert fold(f"b{letter}") == "b" + plain(letter.lower())


@given(syllables, st.data())
def test_the_place_of_the_tone_means_nothing(syllable, data):
    """Wherever the tone sits in a syllable, on vowels or consonants, the canonical form is the same."""
    letters, tone = syllable
    places = st.integers(0, len(letters) - 1)
    assert canonical(toned(letters, tone, data.draw(places))) == canonical(toned(letters, tone))


@given(shuffled())
def test_encodings_agree(spelled):
    """A syllable is the same composed, decomposed, half-composed, and with its marks in any order."""
    whole, decomposed = spelled
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert canonical(unicodedata.normalize(form, whole)) == canonical(whole)
    assert canonical(decomposed) == canonical(whole)


@given(syllables)
def test_half_composed_agrees(syllable):
    """A letter with its vowel mark in one code point and the tone after it in another is the composed letter."""
    letters, tone = syllable
    assert canonical(letters + tone) == canonical(toned(letters, tone))


@given(st.lists(st.sampled_from([*ALPHABET, *"bcghklmnpqrstvx0123456789"])).map("".join))
def test_case_does_not_count(token):
    """Upper, lower, title and swapped case have the same forms."""
    for changed in (token.upper(), token.lower(), token.title(), token.swapcase()):
        assert canonical(changed) == canonical(token)
        assert fold(changed) == fold(token)


@given(any_text)
@example("\ud83d")
@example("🇻🇳 👩‍👩‍👧")
@example("كتاب ﷺ")
@example("\0\x1b\t")
@example("\u0301a")
@example("y\u0301\u0303")
def test_canonical_is_idempotent_and_total(text):
    """Any string has a canonical form, which is its own canonical form and folds as the string does."""
    assert canonical(canonical(text)) == canonical(text)
    assert fold(canonical(text)) == fold(text)
    assert as_written(as_written(text)) == as_written(text)


@given(any_text)
@example("KỸ")
@example("ɢʀ")  # small capitals, which the transform to ASCII writes as capitals
@example("©")
def test_fold_is_idempotent(text):
    """Any string has a folded form, which is its own folded form."""
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("token", ["1\ufe0f\u20e3", "5\u0301", "ŏ\u0301"])
def test_fold_leaves_no_mark(token):
    """A folded form of Latin letters and digits has no mark left, whatever marks they were written with."""
    assert fold(token) == unicodedata.normalize("NFD", token)[0]


@given(syllables)
def test_as_written_keeps_i_and_y(syllable):
    """As written, a syllable keeps its i or y; all else is as in the canonical form."""
    letters, tone = syllable
    assert as_written(toned(letters, tone).upper()) == letters + tone


@pytest.mark.parametrize("letters", [*EITHER, *EITHER.values(), "kim", "tay", "vi", "vy", ""])
def test_spellings(letters):
    """The spellings of a folded form are all the plain letters, itself first, whose folded form it is."""
    others = [y for y, i in EITHER.items() if i == fold(letters)]
    assert spellings(fold(letters)) == (fold(letters), *others)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("dang", set()),
        ("M519", set()),
        ("", set()),
        ("đang", {(0, "đ")}),
        ("Đảng", {(0, "đ"), (-1, HOOK_ABOVE)}),
        ("dảng", {(-1, HOOK_ABOVE)}),
        ("quyền", {(3, CIRCUMFLEX), (-1, GRAVE)}),
        ("kỹ", {(-1, TILDE)}),
        ("đường", {(0, "đ"), (1, HORN), (2, HORN), (-1, GRAVE)}),
        ("ắ", {(0, BREVE), (-1, ACUTE)}),
        ("naïve", {(2, "\u0308")}),  # other marks than Vietnamese ones are at their letter
    ],
)
def test_marks(token, expected):
    """The marks of a canonical form are its vowel marks and strokes by letter, and its tone without a place."""
    assert marks(canonical(token)) == expected


def test_marks_and_folded_form_make_the_canonical_form():
    """Two syllables of one folded form have the same marks only if they are the same syllable."""
    forms = {canonical(toned(letters, tone)) for letters, tone in SYLLABLES}
    assert len({(fold(form), marks(form)) for form in forms}) == len(forms)
    assert all((not marks(form)) == (form == fold(form)) for form in forms)
