"""Encodings are told from what the bytes say in them, and never guessed."""

import gzip
import json
import random
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoders import BYTE_ENCODINGS, encode
from timviet.index import Decoded, decode
from timviet.index.encodings.detection import detect
from timviet.index.encodings.evidence import weigh_byte_encodings, weigh_references, weigh_viqr
from timviet.index.errors import EncodingError, UndecidableError

TEXT = (
    "Sáng nay, Đảng uỷ xã Hải Bình họp phiên thứ hai, bàn việc sửa đường liên thôn trước mùa mưa lũ.\n"
    "Theo báo cáo của Uỷ ban nhân dân xã, ba thôn còn thiếu nước sạch; trạm y tế đã nhận đủ thuốc.\n"
)
ENCODINGS = (*BYTE_ENCODINGS, "viqr", "ncr", "utf-8", "utf-16-le", "utf-16-be")
FRENCH = "À l'été, les élèves là-bas ont déjà goûté le pâté à la française; où êtes-vous allés?\n"
ITALIAN = "È là che è più facile: sì, è già così, è lì che c'è il caffè, è vero? È la città più bella.\n"
PORTUGUESE = "Não é só à noite que há pão; é lá também que vê a avó, já às três, nós e vós, à mão.\n"
GERMAN = "Über die Größe der Straße läßt sich für Jürgen nichts Schönes sagen, nämlich gar nichts.\n"
TURKISH = "Çocuklar için güzel bir gün: öğretmen şarkı söylüyor, ağaçların altında çay içiyoruz.\n"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", [TEXT, TEXT.upper(), "Đảng uỷ xã Hải Bình họp bàn", "(1) Ở đây: “Về việc nghỉ Tết”"])
def test_told(encoding, text):
    """A text is told in every encoding, also a short one, and one in capitals."""
    content = encode(text, encoding)
    decoded = decode(content)
    assert (decoded.encoding, decoded.text) == (encoding, decode(content, encoding).text)
    assert 0.9 <= decoded.confidence <= 1


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param("\ufeffà".encode(), "utf-8", id="byte order mark of UTF-8"),
        pytest.param("à".encode("utf-16"), "utf-16-le", id="byte order mark of UTF-16"),
        pytest.param(b"\xfe\xff\0a", "utf-16-be", id="byte order mark of UTF-16, most significant byte first"),
        pytest.param("là".encode(), "utf-8", id="one letter in UTF-8"),
        pytest.param("Số 5".encode("utf-16-be"), "utf-16-be", id="short UTF-16 without a mark"),
        pytest.param("report".encode("utf-16-le"), "utf-16-le", id="English in UTF-16"),
        pytest.param(unicodedata.normalize("NFD", TEXT).encode(), "utf-8", id="decomposed"),
        pytest.param(b"", "utf-8", id="nothing"),
        pytest.param(b"Dang uy xa Hai Binh hop ban viec sua duong.", "utf-8", id="typed without marks"),
        pytest.param(b"What do you do? I'm so-so. a.m. e^x (u+v) U+1EA1 'ho?' so. Go. A. To.", "utf-8", id="English"),
        pytest.param(b"to. do? go. me. no? do. so. la. mi. re. (hi) a? o. i' o'clock e.g. i.e.", "utf-8", id="ends"),
        pytest.param(b"x = a^2 + o(n) - u*v; if (a(i) > e^x) do(a, i.u, o.e);", "utf-8", id="a program"),
        pytest.param(b"AT&T, &#65; &amp; &#8217; C&#47;C++", "utf-8", id="references to no Vietnamese letter"),
        pytest.param("Chữ ệ có mã &#7879;, viết là &#x1EC7; hay Vi&#7879;t.".encode(), "utf-8", id="about references"),
        pytest.param("Vi&#7879;t Nam, qu&#7889;c gia bi&#7875;n đó".encode(), "ncr", id="references and letters"),
        pytest.param("Tiê&#769;ng Viê&#803;t, nươ&#769;c ta".encode(), "ncr", id="references to combining marks"),
    ],
)
def test_told_of_unicode(content, encoding):
    """Valid UTF-8 is UTF-8 and nothing else, but for VIQR and references that make most of what is Vietnamese."""
    assert detect(content).encoding == encoding


@pytest.mark.parametrize(
    "content",
    [
        pytest.param((text * 4).encode(encoding, "replace"), id=f"{name} in {encoding}")
        for name, text, encodings in (
            ("French", FRENCH, ("windows-1252", "cp850", "mac-roman")),
            ("Italian", ITALIAN, ("windows-1252", "cp850", "mac-roman")),
            ("Portuguese", PORTUGUESE, ("windows-1252", "cp850")),
            ("German", GERMAN, ("windows-1252", "cp850")),
            ("Turkish", TURKISH, ("windows-1254",)),
            ("Russian", "Он сказал, что дорога будет готова к осени.", ("windows-1251", "koi8-r", "cp866")),
            ("Chinese", "越南社会主义共和国的道路", ("gb18030",)),
            ("Vietnamese", TEXT, ("utf-8",)),
        )
        for encoding in encodings
        if encoding != "utf-8"
    ]
    + [
        pytest.param(TEXT.encode()[:-5] + b"\xff" + TEXT.encode(), id="UTF-8 with a bad byte"),
        pytest.param(b"caf\xe9", id="one word"),
        pytest.param(b"\x93Go on: do so, and then, la, la, la,\x94 I hear him say, ta ta ta.", id="quotation marks"),
        pytest.param(b"\xff", id="one byte"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 9, id="an image"),
        pytest.param(random.Random(5).randbytes(50_000), id="noise"),  # noqa: S311
    ],
)
def test_not_guessed(content):
    """What is no Vietnamese in any encoding is not taken for it."""
    with pytest.raises(UndecidableError):
        detect(content)


def test_candidates():
    """Where several encodings make sense of a text, it is said which, the likeliest first, and nothing is chosen."""
    with pytest.raises(UndecidableError, match="it may be tcvn3 ") as caught:
        decode(encode("tài hồng", "tcvn3"))  # `tội hăng` in VISCII
    (first, highest), (second, next_one) = caught.value.candidates
    assert ({first, second}, highest >= next_one > 0.1) == ({"tcvn3", "viscii"}, True)


def test_the_same_in_several():
    """Where encodings differ in nothing that a text has, it does not matter which one is named."""
    assert decode("là bà già, nhà có".encode("latin-1")).text == "là bà già, nhà có"


def test_named():
    """A text is decoded in the encoding that is named, whatever it says."""
    assert decode(b"caf\xe9", "VNI") == Decoded("café", "vni", 1.0)
    assert decode("à".encode(), "windows-1258").text == "Ă\xa0"
    with pytest.raises(EncodingError):
        decode(b"a", "tcvn4")


def test_structured():
    """In a structured text, VIQR and references are not looked for: its punctuation means something."""
    assert decode(encode(TEXT, "viqr"), structured=True).encoding == "utf-8"
    assert decode(encode(TEXT, "ncr"), structured=True).encoding == "utf-8"
    assert decode(encode(TEXT, "vps"), structured=True).encoding == "vps"


@pytest.mark.parametrize("encoding", [*BYTE_ENCODINGS, "viqr", "ncr"])
@pytest.mark.parametrize("before", ["", "The quick brown fox jumps over the lazy dog. " * 2_000])
def test_long_texts(encoding, before):
    """Of a long text a part is enough, and where it begins in another language, the part is not only that."""
    text = before + TEXT * 500
    assert detect(encode(text, encoding)).encoding == encoding


@given(st.binary() | st.text().map(str.encode) | st.text().map(lambda text: text.encode("utf-16-le", "replace")))
def test_anything_is_told_or_not(content):
    """Any bytes are decoded, or they are undecidable, or a byte order mark promises what they are not."""
    try:
        decoded = decode(content)
    except (UndecidableError, EncodingError):
        return
    assert decode(content, decoded.encoding).text == decoded.text
    assert 0 < decoded.confidence <= 1


def test_weights():
    """Each word with marks counts for an encoding or against it; single letters and abbreviations count nothing."""
    weights = weigh_byte_encodings(encode("Đảng uỷ xã: HĐND, QĐ, ở, đ", "vps"), ("vps", "vni"))
    assert weights["vps"] == weigh_byte_encodings(encode("Đảng uỷ xã", "vps"), ("vps",))["vps"] > 0 > weights["vni"]
    assert weigh_byte_encodings(b"khong dau", ("vps",)) == {}
    assert weigh_viqr(b"") == weigh_references(b"&#7871;") == 0


def runs(path, part, length, number):
    """Runs of so many characters from one in sixty texts of a file, drawn by a fixed seed."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for count, line in enumerate(lines) if count % 60 == part]
    chance = random.Random(7)  # noqa: S311
    for _ in range(number):
        start = chance.randrange(len(texts))
        yield " ".join(texts[start : start + 60])[:length]


@pytest.mark.parametrize(("length", "least"), [(200, 0.97), (1000, 0.995)])
@pytest.mark.parametrize("name", ["phapdien", "viwiki"])
def test_real_texts(shared, name, length, least):
    """Real texts are told in every encoding, as often as the documentation promises, and nothing wrong is told."""
    told = Counter()
    for text in runs(shared / "corpus" / f"{name}.jsonl.gz", 1, length, 60):
        for encoding in ENCODINGS:
            content = encode(text, encoding)
            try:
                decoded = decode(content)
            except UndecidableError:
                told["undecidable"] += 1
            else:
                told["right" if decoded.text == decode(content, encoding).text else "wrong"] += 1
    assert told["right"] / told.total() >= least
    assert told["wrong"] / told.total() < 0.005


def test_a_text_is_not_decoded():
    """What is a text already is refused as such."""
    with pytest.raises(TypeError, match="only bytes are decoded, not str"):
        decode("Đảng ủy")
