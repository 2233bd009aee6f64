"""Every Vietnamese letter is decoded as a second source has it, and whatever else the bytes are, they are decoded."""

import re
import shutil
import subprocess
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoders import CODES, LETTERS, encode
from timviet.index.encodings.decoders import DECODERS, ENCODINGS, decode_as, encoding_name
from timviet.index.encodings.tables import TCVN3, VISCII, VPS
from timviet.index.errors import EncodingError

TONES = "\u0300\u0301\u0303\u0309\u0323"
TABLES = {"viscii": VISCII, "vps": VPS, "tcvn3": TCVN3}
vietnamese = st.text(
    st.sampled_from([*LETTERS, *"abcdeghiklmnopqrstuvxyABCDEGHIKLMNOPQRSTUVXY 0123456789,.?!'()^+*~`\\-/\n"])
)


def test_all_letters():
    """There are 134 letters beyond ASCII: twelve vowels with six tones, but for those that ASCII has, and đ, twice."""
    vowels = [normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in ("", *TONES)]
    assert set(LETTERS) == {
        letter for small in [*vowels, "đ"] for letter in (small, small.upper()) if not small.isascii()
    }
    assert len(LETTERS) == 134


@pytest.mark.parametrize("encoding", TABLES)
def test_the_second_source_agrees(encoding):
    """The table has each letter where the second source has it, and nowhere else."""
    table = {character: code for code, character in enumerate(TABLES[encoding]) if character in LETTERS}
    assert table == {letter: code[0] for letter, code in CODES[encoding].items()}


GLIBC = {"viscii": "VISCII", "tcvn3": "TCVN5712-1", "windows-1258": "CP1258"}


@pytest.mark.parametrize("encoding", GLIBC)
def test_glibc_agrees(encoding):
    """What glibc converts to a letter, or to a combining mark, is decoded as that: a third table, where it is there."""
    iconv = shutil.which("iconv")
    if not iconv or GLIBC[encoding] not in subprocess.run([iconv, "-l"], capture_output=True, text=True).stdout:
        pytest.skip("needs glibc's converters")
    for code in range(0x80, 0x100):
        done = subprocess.run([iconv, "-f", GLIBC[encoding], "-t", "UTF-8"], input=bytes([code]), capture_output=True)
        letter = done.stdout.decode()
        if letter in LETTERS and (encoding != "tcvn3" or letter in CODES["tcvn3"]):
            assert decode_as(bytes([code]), encoding) == letter


@pytest.mark.parametrize("encoding", [*CODES, "windows-1258", "ncr", "utf-8", "utf-16-le", "utf-16-be"])
def test_every_letter_comes_back(encoding):
    """Each letter, encoded by the second source, is decoded: alone, between others, and next to each other letter."""
    for letter in LETTERS:
        if encoding == "tcvn3" and letter not in CODES["tcvn3"]:
            continue
        assert decode_as(encode(letter, encoding), encoding) == letter
        text = f"{letter}n {'' if letter == 'đ' else 'm'}{letter}"
        assert decode_as(encode(text, encoding), encoding) == text


@pytest.mark.parametrize("encoding", ["viscii", "vps", "windows-1258", "utf-16-le"])
@given(text=vietnamese)
def test_texts_come_back(encoding, text):
    """Any text of Vietnamese letters and plain punctuation comes back from an encoding that has all of them."""
    assert decode_as(encode(text, encoding), encoding) == text


@given(text=vietnamese)
def test_texts_come_back_from_viqr(text):
    """Any text comes back from VIQR, but for đ within words, and for words that have two tones."""
    text = re.sub(r"(?<=[^\W\d_])đ", "d", text)
    text = normalize("NFC", re.sub(rf"([{TONES}][\u0302\u0306\u031b]*)(?=\w)", r"\1-", normalize("NFD", text)))
    assert decode_as(encode(text, "viqr"), "viqr") == text


SENTENCES = """Sáng nay, bà con đi mua rau của ai? Của chị Thủy! (Giá rẻ hơn hôm kia.) "Nghĩa vụ của ta." - ông Hòa nói;
mùa này lúa đầy kho. Ủy ban xã: "Hãy giữ gìn cây đa..." Thúy, Toà, Huế, Nghệ. Ai đi Quý Hòa? Tôi đi. Nó ở Bù Gia Mập?
Bà mẹ ru: à ơi! Cha già, con trẻ, nhà cửa. Ngày mai họp ở Mù Cả, rồi về. Chưa! Ừ. Ồ? Ý ạ. ĐƯỜNG VÀO CHÙA. CỦA AI?"""


def test_sentences_come_back_from_viqr():
    """Sentences come back from VIQR as it is to be written, and, but for dots after no tone, as people write it."""
    written = encode(SENTENCES, "viqr")
    assert decode_as(written, "viqr") == SENTENCES
    plain = [word for word in SENTENCES.split() if re.search(f"[{TONES}]", normalize("NFD", word))]
    for word in plain:
        assert decode_as(encode(word, "viqr").replace(b"\\", b""), "viqr") == word


@given(text=st.text(st.sampled_from([*map(str.lower, LETTERS), *"bcdghklmnpqrstvx ,.?!-/\n"])))
def test_small_letters_come_back(text):
    """Any text of small letters comes back from TCVN3; one with vowels that have no marks would not from VNI."""
    assert decode_as(encode(text, "tcvn3"), "tcvn3") == text
    assert decode_as(encode(text, "vni"), "vni") == text


@pytest.mark.parametrize("encoding", DECODERS)
@given(content=st.binary())
def test_anything_is_decoded(encoding, content):
    """Old encodings take any bytes, and make of them a text that UTF-8 can write, in normal form C."""
    text = decode_as(content, encoding)
    assert text.encode().decode() == text
    assert normalize("NFC", text) == text or encoding == "ncr"


@pytest.mark.parametrize(
    ("encoding", "content", "text"),
    [
        pytest.param("windows-1258", b"Vi\xea\xf2t", "Việt", id="a tone after a letter with its mark"),
        pytest.param("windows-1258", b"V\xe0 x\xe3", "Và xă", id="letters that windows-1258 has with their tones"),
        pytest.param("windows-1258", b"e\xf2\xea", "ẹê", id="a tone is the letter's before it"),
        pytest.param("viscii", b"\x02\x05 \xff", "ẲẴ Ữ", id="VISCII has capitals for control characters"),
        pytest.param("vps", b"\x10\x1d \x91\x92", "ỊỮ ‘’", id="so has VPS, and quotation marks"),
        pytest.param("vps", b"\x99", "Ỗ", id="a letter of VPS that one of the sources lacks"),
        pytest.param(
            "tcvn3", b"\x93\xa7\xb6ng\x94 \x96 10%", "“Đảng” – 10%", id="symbols of windows-1252 in ABC fonts"
        ),
        pytest.param("tcvn3", b"\xff\x81", "\ufffd\ufffd", id="bytes that stand for nothing in TCVN3"),
        pytest.param("vni", "Ñaûng uûy, AÉ aé AÈ aè".encode("latin-1"), "Đảng ủy, Ắ ắ Ằ ằ", id="VNI"),
        pytest.param(
            "vni", "ô ö ôù öõ Ñ î Î yù".encode("latin-1"), "ơ ư ớ ữ Đ ỵ Ỵ ý", id="letters that have marks themselves"
        ),
        pytest.param("vni", "bø ù 30° §".encode("latin-1"), "bø ù 30° §", id="a mark after no vowel, and symbols"),
        pytest.param("viqr", rb"To^i ye^u tie^'ng nu+o+'c to^i\.", "Tôi yêu tiếng nước tôi.", id="VIQR"),
        pytest.param(
            "viqr", rb"Anh ddi dda^u\? O^ng gia` la('m.", "Anh đi đâu? Ông già lắm.", id="a mark after a consonant"
        ),
        pytest.param(
            "viqr", b"ba. ba.. ba'. ba.'", "bạ bạ. bá. bạ'", id="a letter has one tone; what follows is punctuation"
        ),
        pytest.param(
            "viqr",
            b"cu?a. MU`A? nghi~a, chi. Hu`a'n hu?.a tho'i.",
            "của. MÙA? nghĩa, chị Hùán hủ.a thói.",
            id="a syllable has one tone",
        ),
        pytest.param("viqr", b"Tru*o*ng tu+o+'ng u+. o*?", "Trương tướng ự ở", id="both signs for the horn"),
        pytest.param("viqr", b"DDa.i ho.c DDHQG, Dde^m, HDDND", "Đại học ĐHQG, Đêm, HĐND", id="the stroke of đ"),
        pytest.param("viqr", rb"address d\de^m ADD AD\D D\DUC", "address ddêm AĐ ADD DDUC", id="dd that is not đ"),
        pytest.param("viqr", rb"C:\\thu a\b a\(b) \\", r"C:\thu a\b a(b) " + "\\", id="backslashes"),
        pytest.param(
            "viqr",
            b"gu+?i a.b@vi.du.vn http://a.vn/e.html www.a.vn o+? dda^y",
            "gửi a.b@vi.du.vn http://a.vn/e.html www.a.vn ở đây",
            id="addresses",
        ),
        pytest.param(
            "ncr", b"Ti&#7871;ng Vi&#x1ec7;t, &#X110;", "Tiếng Việt, Đ", id="decimal and hexadecimal references"
        ),
        pytest.param(
            "ncr",
            b"&ocirc; &amp;#7871; &lt; &khong; &#7871 &#; &",
            "ô &#7871; < &khong; &#7871 &#; &",
            id="named, none, unfinished",
        ),
        pytest.param("ncr", "Vi&#7879;t &#232; à".encode(), "Việt è à", id="in UTF-8"),
        pytest.param(
            "ncr",
            b"&#0;&#xD800;&#1114112;&#150;",
            "\ufffd\ufffd\ufffd–",
            id="references to no characters, as HTML reads them",
        ),
        pytest.param("utf-8", b"\xef\xbb\xbf\xe1\xba\xa3", "ả", id="a byte order mark"),
        pytest.param("utf-16-le", b"\xff\xfe\xa3\x1e", "ả", id="a byte order mark of UTF-16"),
        pytest.param("utf-8", "a\u0309".encode(), "a\u0309", id="combining marks stay"),
        pytest.param("latin-1", b"\xe9", "é", id="an encoding of Python's"),
    ],
)
def test_cases(encoding, content, text):
    """Bytes are decoded as the encoding's rules want it."""
    assert decode_as(content, encoding_name(encoding)) == text


@pytest.mark.parametrize(
    ("shown", "decoded"),
    [
        pytest.param("CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA", id="small letters among capitals"),
        pytest.param("HÀ NỘI", "HÀ NỘI", id="a word that might be a name, next to one that is in capitals"),
        pytest.param("Ở HÀ NỘI, 1/5/1998", "Ở HÀ NỘI, 1/5/1998", id="a word of one letter and numbers"),
        pytest.param("ông Hà VTV", "ông Hà VTV", id="a name before an abbreviation"),
        pytest.param("Hà", "Hà", id="a name alone"),
        pytest.param("HÀ", "Hà", id="and the same bytes in a font of capitals, which nothing tells"),
        pytest.param("Ánh", "ánh", id="a capital with a tone, which takes another font"),
        pytest.param("ĐẢNG BỘ xã Đà Nẵng", "ĐẢNG BỘ xã Đà Nẵng", id="capitals, then small letters"),
        pytest.param("HỌP\nở xã\nĐÃ", "HỌP\nở xã\nĐã", id="another line is another matter"),
    ],
)
def test_capitals_in_tcvn3(shown, decoded):
    """Capitals with tones are small letters in TCVN3; they become capitals where the letters around show them to be."""
    assert decode_as(encode(shown, "tcvn3"), "tcvn3") == decoded


def test_capitals_on_request():
    """A text in a font of capitals alone is decoded in capitals where that is said."""
    assert decode_as(encode("đảng bộ xã", "tcvn3"), "tcvn3-upper") == "ĐẢNG BỘ XÃ"


@pytest.mark.parametrize(
    ("typed", "name"),
    [(name, name) for name in ENCODINGS]
    + [("TCVN3", "tcvn3"), ("ABC", "tcvn3"), ("VNI_Win", "vni"), ("CP1258", "windows-1258"), ("utf8", "utf-8")],
)
def test_names(typed, name):
    """Encodings go by their names, in any case, and by those that are in use beside."""
    assert encoding_name(typed) == name


@pytest.mark.parametrize(
    "name",
    [
        "punycode",
        "idna",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
        "tcvn4",
        "",
        "rot13",
        "hex",
        "utf\0",
        "x" * 1000,
        "ngữ",
    ],
)
def test_no_such_encoding(name):
    """A name that is no text encoding's is an error that tells which there are."""
    with pytest.raises(EncodingError, match="there are utf-8, ") as caught:
        encoding_name(name)
    assert (caught.value.encoding, caught.value.position) == (name, None)


@pytest.mark.parametrize(
    ("encoding", "content", "position"), [("utf-8", b"ab\xff", 2), ("utf-16-le", b"a\0b", 2), ("ascii", b"\xe9", 0)]
)
def test_not_in_the_encoding(encoding, content, position):
    """Bytes that are no text in an encoding of Unicode, or of Python's, are an error that tells where."""
    with pytest.raises(EncodingError, match=f"is not {encoding} text: byte {position}") as caught:
        decode_as(content, encoding)
    assert (caught.value.encoding, caught.value.position) == (encoding, position)
