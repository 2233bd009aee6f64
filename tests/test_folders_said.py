"""What is said of encodings and of fields is how files are read, and what was told or guessed of them is told."""

import json
from pathlib import Path

import pytest

from encoders import encode
from places import Place, counts, lines
from timviet.index import RecordFields
from timviet.index.errors import EncodingError
from timviet.index.formats.decoding import ALMOST_UTF_8


@pytest.fixture
def place(tmp_path):
    """An empty place."""
    return Place(tmp_path)


VILLAGE = "Đảng uỷ xã Hải Bình họp bàn việc sửa đường liên thôn."


def test_encodings(place):
    """What is read in another encoding than UTF-8 is told with how sure that is, once, as it is read once."""
    place.write("kho/a.txt", VILLAGE)
    old = place.write("kho/b.txt", encode(VILLAGE, "tcvn3"))
    record = json.dumps({"id": "x", "text": VILLAGE}, ensure_ascii=False)
    lines_of = place.write("kho/c.jsonl", encode(record, "vni"))
    summary = place.sync("kho", stream=encode(VILLAGE, "viqr"))
    told = {(file.path, file.encoding) for file in summary.encodings}
    assert told == {(old, "tcvn3"), (lines_of, "vni"), (Path("-"), "viqr")}
    assert all(0.9 < file.confidence <= 1 for file in summary.encodings)
    assert set(place.contents().values()) == {VILLAGE}
    assert (counts(again := place.sync("kho")), again.encodings) == ((0, 0, 3, 0, 0), [])


def test_a_named_encoding(place):
    """A file whose encoding cannot be told is a fault until it is named; then it is read, and stays as it is."""
    path = place.write("kho/a.txt", encode("tài hồng", "tcvn3"))
    assert [error.path for error in place.sync("kho").errors] == [path]
    assert [error.path for error in place.sync("kho").errors] == [path]
    assert counts(place.sync("kho/a.txt", encoding="VISCII")) == (1, 0, 0, 0, 0)
    assert place.contents() == {"kho/a.txt": "tội hăng"}
    assert counts(place.sync("kho/a.txt", encoding="viscii")) == counts(place.sync("kho")) == (0, 0, 1, 0, 0)
    assert counts(place.sync("kho/a.txt", encoding="tcvn3")) == (0, 1, 0, 0, 0)
    assert place.contents() == {"kho/a.txt": "tài hồng"}


def test_a_said_encoding_is_remembered(place):
    """What was said of a file's encoding holds when it is read again, changed or renamed, until something else is."""
    path = place.write("kho/a.txt", encode("tài hồng", "vps"))
    assert counts(place.sync("kho", encoding="vps")) == (1, 0, 0, 0, 0)
    for content in ("tội hăng", "tài"):
        place.write("kho/a.txt", encode(content, "vps"))
        assert (counts(place.sync("kho")), place.contents()) == ((0, 1, 0, 0, 0), {"kho/a.txt": content})
    path.rename(path.with_name("b.txt"))
    assert place.sync("kho").renamed == 1
    place.write("kho/b.txt", encode("hồng", "vps"))
    assert (place.sync("kho").changed, place.contents()) == (1, {"kho/b.txt": "hồng"})
    place.write("kho/c.txt", encode("tài hồng", "tcvn3"))
    assert len(place.sync("kho").errors) == 1  # it was said of no other file
    place.write("kho/b.txt", encode("hồng", "viscii"))
    assert (place.sync("kho/b.txt", encoding="viscii").changed, place.contents()) == (1, {"kho/b.txt": "hồng"})


def test_what_is_said_of_files_with_faults_is_remembered(place):
    """What was said of a file that had nothing but faults holds when that has changed, unless it was the fault."""
    place.write("kho/a.txt", "")
    place.write("kho/b.csv", "mã,hỏi,đáp\n,Chợ họp lúc nào?,Sáng.\n")
    assert counts(place.sync("kho/a.txt", encoding="vps")) == (0, 0, 0, 0, 1)
    assert counts(place.sync("kho/b.csv", fields=RecordFields("mã", text=("đáp",)))) == (0, 0, 0, 0, 1)
    assert counts(place.sync("kho")) == (0, 0, 0, 0, 2)
    place.write("kho/a.txt", encode("tài hồng", "vps"))
    place.write("kho/b.csv", TABLE)
    assert counts(place.sync("kho")) == (2, 0, 0, 0, 0)
    assert place.contents() == {"kho/a.txt": "tài hồng", "1": "Từ năm giờ sáng."}


def test_broken_bytes_of_a_named_encoding(place):
    """A few broken bytes are a fault that tells how to have them replaced; then it is told where that was done."""
    text = "Đảng ủy xã họp bàn về phí chợ.\n" * 5
    place.write("kho/a.txt", text.encode().replace("ợ".encode(), b"\xe1\xbb", 2))
    place.write("kho/b.txt", text)
    assert [error.reason for error in place.sync("kho").errors] == [ALMOST_UTF_8]
    summary = place.sync("kho", encoding="utf-8")
    assert (counts(summary), summary.errors) == ((1, 0, 1, 0, 0), [])
    assert [(file.path.name, file.encoding, file.replaced) for file in summary.encodings] == [("a.txt", "utf-8", 2)]
    assert place.contents()["kho/a.txt"].count("ph\u00ed ch\ufffd.") == 2
    assert (counts(again := place.sync("kho")), again.errors) == ((0, 0, 2, 0, 0), [])


def test_a_fault_of_a_named_encoding(place):
    """What cannot be read in the encoding that was named is read again where none is, or another one."""
    place.write("kho/a.txt", "Hội")
    assert counts(place.sync("kho", encoding="ascii")) == (0, 0, 0, 0, 1)
    assert counts(place.sync("kho", encoding="ascii")) == (0, 0, 0, 0, 1)
    assert counts(place.sync("kho")) == (1, 0, 0, 0, 0)
    with pytest.raises(EncodingError, match="there is no encoding 'tcvn4'"):
        place.sync("kho", encoding="tcvn4")


def test_an_encoding_that_a_format_does_not_take(place):
    """A file of a format that is in one encoding only is not read again because another one is given."""
    place.write("kho/a.docx", (Path(__file__).parent / "data/formats/libreoffice.docx").read_bytes())
    new = place.sync("kho").new
    assert counts(place.sync("kho", encoding="vps")) == (0, 0, new, 0, 0)
    place.write("kho/b.pdf", b"%PDF")
    assert counts(place.sync("kho", encoding="vps")) == (0, 0, new, 0, 1)


TABLE = "mã,hỏi,đáp\n1,Chợ họp lúc nào?,Từ năm giờ sáng.\n"


def test_said_fields(place):
    """Tables and JSON are read again where something else is said of their fields, and other files are not."""
    place.write("kho/a.csv", TABLE)
    place.write("kho/b.txt", "Một")
    assert counts(place.sync("kho")) == (2, 0, 0, 0, 0)
    assert place.contents() == {"kho/a.csv#1": "Chợ họp lúc nào?", "kho/b.txt": "Một"}
    assert counts(place.sync("kho", fields=RecordFields("mã", text=("hỏi", "đáp")))) == (1, 0, 1, 1, 0)
    assert place.contents() == {"1": "Chợ họp lúc nào?\nTừ năm giờ sáng.", "kho/b.txt": "Một"}
    assert counts(place.sync("kho")) == (0, 0, 2, 0, 0)


@pytest.mark.parametrize(
    ("saved_as", "as_latin_1"),
    [
        pytest.param("utf-8", (0, 1, 0, 0, 0), id="letters in UTF-8"),
        pytest.param("utf-8-sig", (0, 1, 0, 0, 0), id="with a mark"),
        pytest.param("utf-16", (0, 0, 0, 0, 1), id="UTF-16, which has zeros and so is no text in Latin-1"),
    ],
)
def test_what_was_said_of_an_old_encoding_is_not_of_unicode(place, saved_as, as_latin_1):
    """A file that was read in an old encoding, and is in one of Unicode's now, is read as that; unless it is said."""
    place.write("kho/a.txt", encode("tài hồng", "vps"))
    assert counts(place.sync("kho", encoding="vps")) == (1, 0, 0, 0, 0)
    place.write("kho/a.txt", "Đảng ủy xã họp".encode(saved_as))
    assert (counts(place.sync("kho")), place.contents()) == ((0, 1, 0, 0, 0), {"kho/a.txt": "Đảng ủy xã họp"})
    assert counts(place.sync("kho")) == (0, 0, 1, 0, 0)
    assert counts(place.sync("kho", encoding="latin-1")) == as_latin_1


def test_said_fields_are_remembered(place):
    """What was said of each field of a file holds when it is read again, changed or renamed, until another is said."""
    path = place.write("kho/a.csv", TABLE)
    said = RecordFields("MA", text=("dap",))
    assert counts(place.sync("kho", fields=said)) == (1, 0, 0, 0, 0)
    assert counts(place.sync("kho", fields=said)) == counts(place.sync("kho")) == (0, 0, 1, 0, 0)
    place.write("kho/a.csv", TABLE.replace("sáng", "chiều"))
    place.write("kho/b.csv", TABLE.replace("1,", "2,"))
    assert counts(place.sync("kho")) == (1, 1, 0, 0, 0)
    assert place.contents() == {"1": "Từ năm giờ chiều.", "kho/b.csv#2": "Chợ họp lúc nào?"}
    path.rename(path.with_name("c.csv"))
    assert place.sync("kho").renamed == 1
    place.write("kho/c.csv", TABLE)
    assert place.sync("kho").changed == 1
    assert place.contents()["1"] == "Từ năm giờ sáng."
    assert counts(place.sync("kho", fields=RecordFields(text=("hỏi",)))) == (0, 2, 0, 0, 0)
    assert place.contents() == {"kho/b.csv#2": "Chợ họp lúc nào?", "1": "Chợ họp lúc nào?"}


def test_guesses_are_told(place):
    """What was guessed of a file's fields is told when it is read; what was said, or has to be so, is not."""
    place.write("kho/a.csv", TABLE)
    place.write("kho/b.jsonl", lines("x1"))
    guess = RecordFields("mã", None, ("hỏi",))
    assert [(file.path.name, file.fields) for file in place.sync("kho").guesses] == [("a.csv", guess)]
    assert place.sync("kho").guesses == []
    assert place.sync("kho", fields=RecordFields("mã", "đáp", ("hỏi",))).guesses == []


def test_faults_of_said_fields(place):
    """A fault that comes of what is said is not remembered, and what the index held stays."""
    place.write("kho/a.csv", TABLE)
    summary = place.sync("kho", fields=RecordFields(text=("lời",)))
    assert [error.reason for error in summary.errors] == ["has no column 'lời'"]
    assert counts(place.sync("kho")) == (1, 0, 0, 0, 0)
    assert counts(place.sync("kho", fields=RecordFields(text=("lời",)))) == (0, 0, 0, 0, 1)
    assert place.contents() == {"kho/a.csv#1": "Chợ họp lúc nào?"}
