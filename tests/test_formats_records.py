"""Tables and JSON: each record is a document, and its fields are found by what they are called."""

import csv
import json
from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from format_files import fault_of, in_sections, read_all, read_one, texts
from timviet.index.documents import Document
from timviet.index.errors import SourceError
from timviet.index.formats import limits
from timviet.index.formats.parts import UNSAID, RecordFields
from timviet.index.formats.records import rows
from timviet.index.formats.records.fields import choose_fields
from timviet.index.formats.records.json_file import NO_TEXT
from timviet.index.preparing import prepare


def told(found: list[Document | SourceError]) -> list[tuple[str | None, str | None, list[str]] | str]:
    """The id, the title and the texts of each document; of a fault its line and reason.

    Of an id that was guessed, or is the number of the record, the file's name is left out, and a title that is one.
    """
    return [
        (identity := own.id.removeprefix(f"{own.path}#"), None if own.title == identity else own.title, texts(own))
        if isinstance(own, Document)
        else f"{own.line}: {own.reason}"
        for own in found
    ]


def table(*rows: str, end: str = "\n") -> bytes:
    return end.join([*rows, ""]).encode()


def test_a_table():
    """A row is a document; what is not its id, title or text is metadata, unless it is blank."""
    content = table("Mã số,Tiêu đề,Nội dung,Năm,Loại", "qd-05,Quyết định 05,Điều 1.,2024,", "qd-06,,Điều 2.,2025,Luật")
    found = read_all("a.csv", content)
    assert told(found) == [("qd-05", "Quyết định 05", ["Điều 1."]), ("qd-06", None, ["Điều 2."])]
    assert [document.metadata for document in found] == [
        {"Mã số": "qd-05", "Năm": "2024"},
        {"Mã số": "qd-06", "Năm": "2025", "Loại": "Luật"},
    ]


def test_a_guessed_id_is_searched():
    """An id that was guessed is metadata as well, and a title where there is no other and it is no mere number."""
    found = read_all("a.csv", table("Số ký hiệu,Nội dung", "01/QĐ-UBND,Điều 1.", "2,Điều 2."))
    assert [(own.id, own.title) for own in found] == [("a.csv#01/QĐ-UBND", "01/QĐ-UBND"), ("a.csv#2", None)]
    assert [own.metadata for own in found] == [{"Số ký hiệu": "01/QĐ-UBND"}, {"Số ký hiệu": "2"}]
    found = read_all("a.csv", table("id,tiêu đề,text", "a1,Một,b", "a2,,c"))
    assert [own.title for own in found] == ["Một", "a2"]


def test_a_guessed_id_costs_no_record():
    """A record whose id was guessed and is blank or another one's goes by its number; a said one is at fault."""
    rows = [f"{number},một" for number in range(1, 61)]
    content = table("id,text", *rows, "60,hai", ",ba", "r61,bốn", "r64,năm", "60,sáu")
    expected = ["r61", "r62", "r63", "r64", "r65"]
    assert [own.id for own in read_all("a.csv", content)[60:]] == [f"a.csv#{own}" for own in expected]
    said = read_all("a.csv", content, fields=RecordFields(id="id"))
    assert [own.reason for own in said if isinstance(own, SourceError)] == [NO_ID]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters(delimiter, end):
    """What separates cells is found out, as is what ends rows."""
    rows = [["id", "text"], ["a", "một, hai; ba"], ["b", "bốn | năm"], ["c", "sáu\tbảy"]]
    lines = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows]
    assert told(read_all("a.csv", table(*lines, end=end))) == [
        ("a", None, ["một, hai; ba"]),
        ("b", None, ["bốn | năm"]),
        ("c", None, ["sáu\tbảy"]),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(table("sep=;", "id;text", "a;một, hai"), [("a", None, ["một, hai"])], id="said in the first line"),
        pytest.param(table("sep=x", "một"), [("1", None, ["một"])], id="said in vain"),
        pytest.param(table("text", "một"), [("1", None, ["một"])], id="one column"),
        pytest.param(table("id,text", 'a,"một ""hai"""'), [("a", None, ['một "hai"'])], id="quotes in quotes"),
        pytest.param(table("id,text", 'a,"một', "", 'hai"'), [("a", None, ["một", "hai"])], id="lines in a cell"),
        pytest.param(table("id,text", "", " , ", "a,một"), [("a", None, ["một"])], id="blank rows"),
        pytest.param(table("id,text,x", "a,một"), [("a", None, ["một"])], id="a short row"),
        pytest.param(table("id,text", "a,một,,"), [("a", None, ["một"])], id="blank cells too many"),
        pytest.param(table("id,title,text", "a,Một,"), [("a", "Một", [])], id="a title without text"),
        pytest.param("\ufeffid,text\na,một\n".encode(), [("a", None, ["một"])], id="byte order mark"),
        pytest.param(table("id,text", "a," + "một " * 50_000), [("a", None, ["một " * 50_000])], id="a long cell"),
        pytest.param(
            table("1,Nguyễn Văn Ba,Trồng lúa ở thôn Thượng.", "2,Trần Thị Tư,Nuôi cá."),
            [("1", None, ["Trồng lúa ở thôn Thượng."]), ("2", None, ["Nuôi cá."])],
            id="no names of columns",
        ),
        pytest.param(
            table(",text,text", "1,một,hai"), [("1", None, ["một"])], id="a nameless column, and a name given twice"
        ),
        pytest.param(
            table("id,text", "a,một", 'b,"hai" ba', "c,bốn"),
            [("a", None, ["một"]), "3: is not CSV", ("c", None, ["bốn"])],
            id="text after a quote",
        ),
        pytest.param(
            table("id,text", 'a,"một', "b,hai", "c,ba"),
            ["2: is not CSV", ("b", None, ["hai"]), ("c", None, ["ba"])],
            id="a quote that is never closed",
        ),
        pytest.param(
            table("id,text", "a,một", "b,hai,ba", "c,bốn"),
            [("a", None, ["một"]), "3: has more cells than the table has columns", ("c", None, ["bốn"])],
            id="a cell too many",
        ),
    ],
)
def test_tables_in_the_wild(content, expected):
    """What programs and people write as CSV is read, and a row at fault is told with its line."""
    assert told(read_all("a.csv", content)) == expected


REGISTER = (
    "STT;Số ký hiệu;Trích yếu;Ngày ban hành",
    "1;05/QĐ;Về phí chợ, bến xe;02/01",
    "2;06/QĐ;;03/01",
    "3;07;Về đê;",
)
ABOVE = ("BỘ TƯ PHÁP", "DANH MỤC VĂN BẢN, NĂM 2024")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize(
    "above",
    [
        pytest.param([*ABOVE, ""], id="lines of their own"),
        pytest.param([f"{ABOVE[0]};;;", f"{ABOVE[1]};;;", ";;;"], id="as wide as the table"),
        pytest.param([f";{ABOVE[0]};;", f"{ABOVE[1]};", "", ""], id="in any cell"),
        pytest.param([f"{ABOVE[0]};;{ABOVE[1]};"], id="two in a line"),
    ],
)
@pytest.mark.parametrize("rows", [2, 4])
def test_lines_above_a_table(above, delimiter, rows):
    """The names of columns may have lines above: these are a document, which has the file's name."""
    content = StringIO()
    csv.writer(content, delimiter=delimiter).writerows(line.split(";") for line in [*above, *REGISTER[:rows]])
    first, *others = read_all("a.csv", content.getvalue().encode())
    assert (first.id, " | ".join(texts(first))) == ("a.csv", " | ".join(ABOVE))
    expected = [("05/QĐ", ["Về phí chợ, bến xe"]), ("06/QĐ", []), ("07", ["Về đê"])]
    assert [(own.metadata["Số ký hiệu"], texts(own)) for own in others] == expected[: rows - 1]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(["text", "một, hai, ba", "bốn", "năm, sáu"], id="one column, with commas"),
        pytest.param([",text", "0,một", "1,hai"], id="two columns, one without a name"),
        pytest.param(["id,text,năm", "a,một", "b,một, hai, ba, bốn, năm, sáu, bảy", "c,hai"], id="cells too many"),
        pytest.param(["id,text,năm", "a,,", "b,,", "c,một,"], id="blank cells"),
    ],
)
def test_no_lines_above_a_table(rows):
    """The first row names the columns where nothing tells that the table begins below it."""
    assert "a.csv" not in [own.id for own in read_all("a.csv", table(*rows)) if isinstance(own, Document)]


def test_said_columns_below_other_lines():
    """A table begins with the first row that has a name which was said."""
    fields = RecordFields(id="mã", text=("nội dung",))
    found = read_all("a.csv", table("Sổ văn bản,2024", "Mã,Nội dung", "1,một"), fields=fields)
    assert [(own.id, texts(own)) for own in found] == [("a.csv", ["Sổ văn bản | 2024"]), ("1", ["một"])]


def test_columns_without_names():
    """A column without a name of its own is called by its number."""
    (document,) = read_all("a.csv", table(",text,text", "1,một,hai"))
    assert document.metadata == {"1": "1", "3": "hai"}


@pytest.mark.parametrize(
    ("row", "text"),
    [
        pytest.param('a\t"một\thai"', "một\thai", id="quoted, as spreadsheets write it"),
        pytest.param('a\t"Đảng" uỷ', '"Đảng" uỷ', id="quotes of the text"),
        pytest.param('a\t"Đảng uỷ', '"Đảng uỷ', id="one quote of the text"),
    ],
)
def test_quotes_of_tsv(row, text):
    """In TSV quotes are taken for what makes sense of the row, and no row is lost by them."""
    assert told(read_all("a.tsv", table("id\ttext", row, "b\thai"))) == [("a", None, [text]), ("b", None, ["hai"])]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@given(st.lists(CELLS, min_size=1))
def test_what_is_written_is_read(cells):
    """Texts that Python's own writer wrote are read back, whatever they are."""
    written = StringIO()
    csv.writer(written).writerows([["id", "text"], *enumerate(cells)])
    found = {
        document.id.removeprefix("a.csv#"): "\n".join(texts(document))
        for document in read_all("a.csv", written.getvalue().encode())
    }
    for number, cell in enumerate(cells):
        assert found[str(number)].split() == cell.split()


def test_quotes_that_do_not_end(monkeypatch):
    """Where quotes are opened again and again, a table is not read to its end for each of them."""
    monkeypatch.setattr(rows, "_AGAIN_AT_LEAST", 1000)
    faults = told(read_all("a.csv", table("id,text", *['a","'] * 1000)))
    assert (len(faults) < 20, set(map(type, faults))) == (True, {str})
    (*_, last) = read_all("a.csv", table("id,text", *['a","'] * 1000))
    assert (last.reason, last.detail) == ("is not CSV", "nothing is read from here on, as quotes are opened too often")
    in_tabs = read_all("a.tsv", table("id\ttext", *['a"\t"'] * 1000))
    assert [texts(document) for document in in_tabs] == [['"']] * 1000


def test_too_many_columns():
    """A table with too many columns is refused by that limit."""
    content = table(",".join(f"c{number}" for number in range(1001)))
    assert fault_of("a.csv", content) == "has more columns than the limit of 1,000 columns"


def test_too_long_a_cell(monkeypatch):
    """A cell beyond the limit is a fault of its row, whatever other readers of tables in the process allow."""
    monkeypatch.setattr(limits, "MAX_CELL", 100_000)
    before = csv.field_size_limit(150)
    try:
        content = table("id,text", f"a,{'một ' * 30_000}", "b,hai")
        assert told(read_all("a.csv", content)) == ["2: is not CSV", ("b", None, ["hai"])]
    finally:
        csv.field_size_limit(before)


ANSWERS = [
    pytest.param([{"id": "1", "text": "a"}], RecordFields("id", None, ("text",)), id="plain names"),
    pytest.param(
        [{"Mã": "1", "Tên": "b", "NỘI DUNG": "a"}], RecordFields("Mã", "Tên", ("NỘI DUNG",)), id="in Vietnamese"
    ),
    pytest.param([{"noi_dung": "a", "tieu-de": "b"}], RecordFields(None, "tieu-de", ("noi_dung",)), id="without marks"),
    pytest.param([{"_id": 7, "body": "a"}], RecordFields("_id", None, ("body",)), id="a number as id"),
    pytest.param(
        [{"id": 1, "text": "a"}, {"id": 1, "text": "b"}], RecordFields(None, None, ("text",)), id="an id given twice"
    ),
    pytest.param([{"id": None, "text": "a"}], RecordFields(None, None, ("text",)), id="no id at all"),
    pytest.param([{"text": "a", "content": "b"}], RecordFields(None, None, ("text",)), id="the likelier of two names"),
    pytest.param([{"text": 5, "content": "b"}], RecordFields(None, None, ("content",)), id="a text is text"),
    pytest.param([{"x": "ngắn", "y": "một câu dài hơn"}], RecordFields(None, None, ("y",)), id="the longest text"),
    pytest.param([{"title": "b"}], RecordFields(None, None, ("title",)), id="nothing but a title"),
    pytest.param(
        [{"STT": "1", "Số ký hiệu": "05/QĐ", "Ngày ban hành": "2021-05-17", "Trích yếu": "a", "Nội dung": "b"}],
        RecordFields("Số ký hiệu", "Trích yếu", ("Nội dung",)),
        id="a register of documents",
    ),
    pytest.param(
        [{"SỐ/KÝ HIỆU": "05/QĐ", "TRÍCH YẾU": "a", "CƠ QUAN BAN HÀNH": "Ủy ban nhân dân xã"}],
        RecordFields("SỐ/KÝ HIỆU", None, ("TRÍCH YẾU",)),
        id="a register without more of a text than what it is about",
    ),
    pytest.param(
        [{"so_van_ban": "5", "Tên văn bản": "a", "Trích yếu nội dung": "b", "Nơi nhận": "các thôn trong xã"}],
        RecordFields("so_van_ban", "Tên văn bản", ("Trích yếu nội dung",)),
        id="a register with names",
    ),
    pytest.param(
        [{"Mã": "1", "Họ và tên": "a", "Địa chỉ": "thôn Thượng"}],
        RecordFields("Mã", "Họ và tên", ("Địa chỉ",)),
        id="a list of people",
    ),
    pytest.param(
        [{"Câu hỏi": "Chợ họp lúc nào?", "Trả lời": "a"}],
        RecordFields(None, "Câu hỏi", ("Trả lời",)),
        id="questions and answers",
    ),
    pytest.param([{"n": 5}], RecordFields(None, None, ()), id="no text"),
    pytest.param([], RecordFields(None, None, ()), id="no records"),
]


@pytest.mark.parametrize(("records", "expected"), ANSWERS)
def test_guessed_fields(records, expected):
    """Id, title and text are told by their names in either language, otherwise the longest text is the text."""
    assert choose_fields(records, UNSAID) == expected


def test_said_fields():
    """What is said is not guessed, and is nothing else as well; of several texts, each is a section."""
    content = json.dumps([{"id": "1", "title": "T", "text": "a", "hỏi": "b", "đáp": "c", "số": 5}]).encode()
    document = read_one("a.json", content, fields=RecordFields(id="title", text=("hỏi", "đáp")))
    assert (document.id, document.title) == ("T", None)
    assert in_sections(document) == [("hỏi", "b"), ("đáp", "c")]
    assert document.metadata == {"id": "1", "text": "a", "số": 5}


def test_said_columns_are_there():
    """A column that is said and is not there is told with those that are."""
    fault = fault_of("a.csv", table("id,text", "a,b"), fields=RecordFields(text=("nội dung",)))
    assert fault == "has no column 'nội dung' (it has 'id', 'text')"
    document = read_one("a.csv", table("id,Nội dung", "a,b"), fields=RecordFields(text=("noi_dung",)))
    assert texts(document) == ["b"]
    document = read_one("a.csv", table("noi_dung,Nội dung", "a,b"), fields=RecordFields(text=("Nội dung",)))
    assert texts(document) == ["b"]
    document = read_one("a.json", b'{"Ten": "a", "LOI": "b"}', fields=RecordFields("tên", None, ("lời",)))
    assert (document.id, texts(document)) == ("a", ["b"])
    document = read_one("a.csv", table("1 a.,2 b.", "a,b"), fields=RecordFields(text=("2 b.",)))
    assert texts(document) == ["b"]


def test_json_of_one_object():
    """A file that is one object is one document."""
    document = read_one("a.json", '{"title": "Quyết định", "content": ["Điều 1.", "Điều 2."], "năm": 2024}'.encode())
    assert (document.title, texts(document), document.metadata) == ("Quyết định", ["Điều 1.", "Điều 2."], {"năm": 2024})


A, B = (("1", None, ["a"]), ("2", None, ["b"]))
NO_OBJECT = "is JSON, but not an object or an array of objects"
NO_ID = 'has no "id" that is text or a whole number'
NO_TEXT_AT_ALL = f"None: {NO_TEXT}"
JSON_IN_THE_WILD = {
    "an array": ('[{"text": "a"}, {"text": "b"}]', [A, B]),
    "numbers as ids": ('[{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]', [A, B]),
    "an empty array": (" \n[\n]\n", [NO_TEXT_AT_ALL]),
    "an array in an object": ('{"v": "1.0", "data": [{"text": "a"}]}', [A]),
    "an array beside a text": ('{"text": "a", "trả lời": [{"x": "b"}]}', [A]),
    "two arrays": ('{"d": [{"x": "b"}], "e": [{"x": "c"}], "f": "a b c d e"}', [("1", None, ["a b c d e"])]),
    "lines": ('{"id": "1", "text": "a"}\n{"id": "2", "text": "b"}\n', [A, B]),
    "no object": (
        '[{"text": "a"}, 5,\n null, {"text": "b"}]',
        [A, f"None: {NO_OBJECT}", f"None: {NO_OBJECT}", ("4", *B[1:])],
    ),
    "one is broken": ('[{"text": "a"},\n{"text" "b"},\n{"text": "c"}]', [A, "2: is not JSON"]),
    "no comma": ('[{"text": "a"} {"text": "b"}]', [A, "1: is not JSON"]),
    "cut short": ('[{"text": "a"},', [A, "1: is not JSON"]),
    "not closed": ('[{"text": "a"}', [A, "1: is not JSON"]),
    "a text": ('"một"', [NO_TEXT_AT_ALL]),
    "a text without a name": ('{"x": "năm giờ sáng chợ họp"}', [("1", None, ["năm giờ sáng chợ họp"])]),
    "settings": ('{"name": "phong chu", "font": {"size": 12}, "on": true}', [NO_TEXT_AT_ALL]),
    "numbers": ("[1, 2, [3]]", [NO_TEXT_AT_ALL]),
    "an empty object": ("{}", [NO_TEXT_AT_ALL]),
    "more after an array": ('[{"text": "a"}]\n[{"text": "b"}]', [A, "2: is not JSON"]),
    "letters after an array": ("[] rác", ["1: is not JSON"]),
    "blanks after an array": ('[{"text": "a"}]\n \n', [A]),
    "a broken object": ('{"text": ', ["1: is not JSON"]),
    "nested too deeply": ('{"text": ' + "[" * 100_000, ["1: is not JSON that can be read"]),
    "an endless number": (
        f'[{{"text": "a"}}, {"9" * 5000}, {{"text": "b"}}]',
        [A, f"None: {NO_OBJECT}", ("3", *B[1:])],
    ),
    "no text": ('[{"n": 1}]', [NO_TEXT_AT_ALL]),
    "one without a text": ('[{"text": "a"}, {"text": 5}]', [A, 'None: has no "text" that is text']),
    "one without an id": ('[{"id": "1", "text": "a"}, {"text": "b"}]', [A, ("r2", *B[1:])]),
    "a title that is none": (
        '[{"title": "T", "text": "a"}, {"title": 5, "text": "b"}]',
        [("1", "T", ["a"]), 'None: has a "title" that is not text'],
    ),
}


@pytest.mark.parametrize(("content", "expected"), JSON_IN_THE_WILD.values(), ids=JSON_IN_THE_WILD)
def test_json_in_the_wild(content, expected):
    """Records are found where they usually are, and one at fault is told with its number."""
    assert told(read_all("a.json", content.encode())) == expected


def test_objects_of_an_array_are_told_by_number():
    """A fault of an object of an array tells which it is, however the array is cut into lines."""
    faults = read_all("a.json", b'{"data": [{"text": "a"}, 5, {"text": 6}]}')[1:]
    assert [(str(fault), fault.line) for fault in faults] == [
        ("a.json: is JSON, but not an object or an array of objects (item 2)", None),
        ('a.json: has no "text" that is text (item 3)', None),
    ]


def test_a_text_after_the_first_objects():
    """Objects of an array that have no text do not decide for later ones that have; without any it is no text."""
    blank = [{"n": 1}] * 120
    found = read_all("a.json", json.dumps([*blank, {"id": "x", "nội dung": "một"}]).encode())
    assert {own.reason for own in found[:-1]} == {'has no "nội dung" that is text'}
    assert told(found[-1:]) == [("x", None, ["một"])]
    assert told(read_all("a.json", json.dumps(blank).encode())) == [NO_TEXT_AT_ALL]
    found = read_all("a.json", (json.dumps(blank)[:-1] + ", {]").encode())
    assert told(found[-1:]) == ["1: is not JSON"]


def test_a_text_after_the_first_lines():
    """Lines of JSON that have no `text` do not decide for later ones that have, whose id is as it is."""
    text = [{"id": f"x{number}", "text": "một"} for number in range(40)]
    expected = [(own["id"], None, ["một"]) for own in text]
    for blank in ({"n": 1}, {"id": "y", "nội dung": "hai"}):
        lines = "\n".join(json.dumps(own) for own in [blank] * 60 + text)
        found = read_all("a.jsonl", lines.encode())
        assert (len(found), told(found[60:])) == (100, expected)
        assert [own.id for own in found[60:]] == [own["id"] for own in text]


def test_numbers_that_cannot_be_kept():
    """Numbers too long or too large, and those that JSON has not, are kept as texts."""
    digits = "9" * 5000
    content = f'{{"id": "1", "text": "a", "v": [1e999, NaN, -Infinity, {digits}, 1.5, 7]}}'
    for name in ("a.jsonl", "a.json"):
        document = read_one(name, content.encode())
        assert document.metadata["v"] == ["1e999", "NaN", "-Infinity", digits, 1.5, 7]
        assert prepare(document, None).paragraphs


def test_lines_without_any_text():
    """JSON lines that have no text by that name are guessed; an id is not asked of them then."""
    lines = '{"tiêu đề": "A", "nội dung": "một"}\n{bad\n{"tiêu đề": "B", "nội dung": "hai"}\n'
    assert told(read_all("a.jsonl", lines.encode())) == [("1", "A", ["một"]), "2: is not JSON", ("3", "B", ["hai"])]


def test_lines_of_another_encoding():
    """Lines are decoded together, where the encoding is said."""
    lines = '{"id": "1", "text": "một"}\n{"id": "2", "text": "hai"}\n'
    assert len(read_all("a.jsonl", lines.encode("utf-16"), encoding="utf-16")) == 2


RECORDS = st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=9) | st.integers() | st.none(), max_size=4))


@given(RECORDS)
def test_json_lines_and_arrays_agree(records):
    """The same records are the same documents, as lines and as an array."""
    records = [{"id": str(number), "text": "", **record} for number, record in enumerate(records)]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    fields = RecordFields("id", "title", ("text",))
    as_lines, as_array = (
        [
            own.reason if isinstance(own, SourceError) else replace(own, path=None)
            for own in read_all(name, content.encode(), fields=fields)
        ]
        for name, content in (("a.jsonl", lines), ("a.json", json.dumps(records)))
    )
    assert as_lines == as_array
