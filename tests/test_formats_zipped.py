"""Word, OpenDocument and e-books: paragraphs as the documents part them, and refusal of what would have no end."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from format_files import (
    DC,
    ODF,
    W,
    docx,
    epub,
    fault_of,
    in_sections,
    odt,
    paragraph,
    passages,
    read_all,
    read_one,
    texts,
    zipped,
)
from timviet.index.errors import SourceError
from timviet.index.formats import limits

CORE = f"""<cp:coreProperties xmlns:cp="c" {DC}><dc:title>Quyết định 05</dc:title><dc:creator>Lê  Bần</dc:creator>
<cp:keywords>đê điều, rừng; bãi bồi</cp:keywords><dc:subject> </dc:subject><dc:language>vi-VN</dc:language>
<dcterms:created>2024-05-17T06:30:00Z</dcterms:created><dcterms:modified>hôm qua</dcterms:modified>
</cp:coreProperties>"""

STYLES = f"""<w:styles {W}>
<w:style w:styleId="Title"><w:name w:val="Title"/></w:style>
<w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="Dieu"><w:name w:val="Điều"/><w:basedOn w:val="2"/></w:style>
<w:style w:styleId="2"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
<w:style w:styleId="A"><w:name w:val="a"/><w:basedOn w:val="B"/></w:style>
<w:style w:styleId="B"><w:name w:val="b"/><w:basedOn w:val="A"/></w:style>
</w:styles>"""


def word(body: str, **parts: str) -> list[str]:
    """The paragraphs of a Word document."""
    return texts(read_one("a.docx", docx(body, {f"{name}.xml": part for name, part in parts.items()})))


def test_headings_of_word():
    """Headings, by whatever a style is based on or a paragraph says of itself, are sections of what follows."""
    own = '<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>Khoản 1</w:t></w:r></w:p>'
    none = '<w:p><w:pPr><w:pStyle w:val="1"/><w:outlineLvl w:val="9"/></w:pPr><w:r><w:t>Không</w:t></w:r></w:p>'
    body = paragraph("Quy chế", "Title") + paragraph("Chương I", "1") + paragraph("Điều 1", "Dieu") + own
    body += paragraph("Nội dung") + paragraph("Chương II", "1") + none + paragraph("Vòng", "A")
    document = read_one("a.docx", docx(body, {"styles.xml": STYLES}))
    assert document.title == "Quy chế"
    assert in_sections(document) == [
        (None, "Quy chế"),
        (None, "Chương I"),
        ("Chương I", "Điều 1"),
        ("Chương I › Điều 1", "Khoản 1"),
        ("Chương I › Điều 1 › Khoản 1", "Nội dung"),
        (None, "Chương II"),
        ("Chương II", "Không"),
        ("Chương II", "Vòng"),
    ]


def test_properties_of_word():
    """What a document's properties tell is its metadata: what is blank, or no time, is not."""
    document = read_one("a.docx", docx(paragraph("Ba"), {"core.xml": CORE}))
    assert document.title == "Quyết định 05"
    assert document.metadata == {
        "author": "Lê Bần",
        "date": "2024-05-17T06:30:00+00:00",
        "language": "vi-VN",
        "keywords": ["đê điều", "rừng", "bãi bồi"],
        "format": "docx",
    }


CONTENTS = """<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>
<w:sdtContent><w:p><w:r><w:t>Mục lục</w:t></w:r></w:p></w:sdtContent></w:sdt>"""
TWO_WAYS = """<w:p xmlns:mc="m"><w:r><mc:AlternateContent><mc:Choice><w:t>mới</w:t></mc:Choice>
<mc:Fallback><w:t>cũ</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>"""
WORD_TEXTS = {
    "runs": ("<w:p><w:r><w:t>Đảng </w:t></w:r><w:r><w:t>uỷ</w:t></w:r></w:p>", ["Đảng uỷ"]),
    "tabs and line ends": ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>", ["a\tb\nc"]),
    "a hyphen": ("<w:p><w:r><w:t>NĐ</w:t><w:noBreakHyphen/><w:t>CP</w:t></w:r></w:p>", ["NĐ-CP"]),
    "smart tags": ("<w:p><w:smartTag><w:r><w:t>Huế</w:t></w:r></w:smartTag></w:p>", ["Huế"]),
    "links": ("<w:p><w:hyperlink><w:r><w:t>Huế</w:t></w:r></w:hyperlink></w:p>", ["Huế"]),
    "inserted": ("<w:p><w:ins><w:r><w:t>Huế</w:t></w:r></w:ins></w:p>", ["Huế"]),
    "deleted": ("<w:p><w:del><w:r><w:delText>Huế</w:delText></w:r></w:del><w:r><w:t>a</w:t></w:r></w:p>", ["a"]),
    "moved away": ("<w:p><w:moveFrom><w:r><w:t>Huế</w:t></w:r></w:moveFrom><w:r><w:t>a</w:t></w:r></w:p>", ["a"]),
    "field codes": ("<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>3</w:t></w:r></w:p>", ["3"]),
    "hidden": ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r><w:r><w:t>a</w:t></w:r></w:p>", ["a"]),
    "not hidden": ('<w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>a</w:t></w:r></w:p>', ["a"]),
    "controls": (f"<w:sdt><w:sdtContent>{paragraph('Huế')}</w:sdtContent></w:sdt>", ["Huế"]),
    "contents": (CONTENTS + paragraph("a"), ["a"]),
    "lines of contents": (paragraph("Điều 1 ... 3", "TOC1") + paragraph("a"), ["a"]),
    "text boxes": (
        f"<w:p><w:r><w:t>a</w:t><w:pict><w:txbxContent>{paragraph('trong khung')}</w:txbxContent></w:pict></w:r></w:p>",
        ["a", "trong khung"],
    ),
    "alternatives": (TWO_WAYS, ["mới"]),
    "alternative blocks": (
        f'<mc:AlternateContent xmlns:mc="m"><mc:Fallback>{paragraph("cũ")}</mc:Fallback></mc:AlternateContent>',
        ["cũ"],
    ),
    "decomposed": (paragraph("Đie\u0302\u0300u"), ["Đie\u0302\u0300u"]),
    "blank": (paragraph(" ") + paragraph("a"), ["a"]),
    "formulas": ('<w:p><w:r><w:t>a</w:t></w:r><m:oMath xmlns:m="m"><m:r><m:t>x2</m:t></m:r></m:oMath></w:p>', ["a"]),
}


@pytest.mark.parametrize(("body", "expected"), WORD_TEXTS.values(), ids=WORD_TEXTS)
def test_texts_of_word(body, expected):
    """All that a reader of the document sees is its text, in order, and nothing else."""
    assert word(body, styles=STYLES) == expected


def cell(*paragraphs: str) -> str:
    return f"<w:tc>{''.join(map(paragraph, paragraphs))}</w:tc>"


def test_tables_of_word():
    """A row is a paragraph, its cells apart; one too long for that is the paragraphs of its cells."""
    inner = f"<w:tc><w:tbl><w:tr>{cell('x')}{cell('y')}</w:tr></w:tbl></w:tc>"
    long = "rất dài " * 100
    rows = (
        f"<w:tr>{cell('Thôn')}{cell('Tổ trưởng')}</w:tr>",
        f"<w:tr>{cell('Thượng')}{cell('')}{cell('Ông Lực', '0912')}</w:tr>",
        f"<w:sdt><w:sdtContent><w:tr>{cell('Hạ')}{inner}</w:tr></w:sdtContent></w:sdt>",
        f"<w:tr><w:trPr><w:del/></w:trPr>{cell('bỏ')}</w:tr>",
        f"<w:tr>{cell(long)}{cell(long, 'ngắn')}</w:tr>",
    )
    assert word(f"<w:tbl>{''.join(rows)}</w:tbl>") == [
        "Thôn | Tổ trưởng",
        "Thượng | Ông Lực 0912",
        "Hạ | x | y",
        long.strip(),
        long.strip(),
        "ngắn",
    ]


def test_notes_of_word():
    """A note stands after the paragraph that refers to it, once, also where notes refer to each other."""
    notes = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:r><w:footnoteRef/><w:t>ghi chú {number}</w:t>'
        f'<w:footnoteReference w:id="{other}"/></w:r></w:p></w:footnote>'
        for number, other in ((1, 2), (2, 1))
    )
    refers = '<w:p><w:r><w:t>a</w:t><w:footnoteReference w:id="1"/></w:r></w:p>'
    found = word(refers + refers, footnotes=f"<w:footnotes {W}>{notes}</w:footnotes>")
    assert found == ["a", "ghi chú 1", "ghi chú 2", "a"]


def test_pages_of_word():
    """Where Word has told the ends of pages, each paragraph has the page that it starts on."""
    end = "<w:lastRenderedPageBreak/>"
    over_pages = f"<w:p><w:r>{end}<w:t>hai</w:t></w:r><w:r>{end}<w:t> ba</w:t></w:r></w:p>"
    document = read_one("a.docx", docx(paragraph("một") + over_pages + paragraph("bốn")))
    assert [(passage.page, passage.text) for passage in passages(document)] == [(1, "một"), (2, "hai ba"), (3, "bốn")]
    assert passages(read_one("a.docx", docx(paragraph("một"))))[0].page is None


def test_other_names_of_the_main_part():
    """A document's main part is found by what the package says of it."""
    relationships = (
        '<Relationships><Relationship Type="x/officeDocument" Target="/word/document2.xml"/></Relationships>'
    )
    body = f"<w:document {W}><w:body>{paragraph('Ba')}</w:body></w:document>"
    document = zipped({"_rels/.rels": relationships, "word/document2.xml": body, "word/document.xml": "<x/>"})
    assert texts(read_one("a.docx", document)) == ["Ba"]


ODT_FRAME = "<draw:frame><draw:text-box><text:p>b</text:p></draw:text-box></draw:frame>"
ODT_NOTE = """<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>b</text:p></text:note-body>
</text:note>"""
ODT_READING = "<text:ruby><text:ruby-base>a</text:ruby-base><text:ruby-text>b</text:ruby-text></text:ruby>"
ODT_TABLE = """<table:table><table:table-header-rows><table:table-row>
<table:table-cell><text:p>Thôn</text:p></table:table-cell>
<table:table-cell><text:p>Tổ</text:p><text:p>trưởng</text:p></table:table-cell>
</table:table-row></table:table-header-rows><table:table-row table:number-rows-repeated="1048576">
<table:table-cell table:number-columns-repeated="16384"><text:p>Hạ</text:p></table:table-cell>
</table:table-row></table:table>"""
ODT_TEXTS = {
    "spans": ("<text:p>Đảng <text:span>u</text:span>ỷ</text:p>", ["Đảng uỷ"]),
    "blanks": ('<text:p>a \n  b<text:s text:c="999999999"/>c</text:p>', ["a b c"]),
    "tabs and line ends": ("<text:p>c<text:tab/>d<text:line-break/>e</text:p>", ["c\td\ne"]),
    "lists": ("<text:list><text:list-item><text:p>a</text:p></text:list-item></text:list>", ["a"]),
    "sections": ("<text:section><text:p>a</text:p></text:section>", ["a"]),
    "frames": (f"<text:p>a{ODT_FRAME}c</text:p>", ["ac", "b"]),
    "notes": (f"<text:p>a{ODT_NOTE}.</text:p>", ["a.", "b"]),
    "contents": ("<text:table-of-content><text:p>Mục lục</text:p></text:table-of-content><text:p>a</text:p>", ["a"]),
    "deleted": ("<text:tracked-changes><text:p>bỏ</text:p></text:tracked-changes><text:p>a</text:p>", ["a"]),
    "comments": ("<text:p>a<office:annotation><text:p>ý kiến</text:p></office:annotation>b</text:p>", ["ab"]),
    "readings": (f"<text:p>{ODT_READING}</text:p>", ["a"]),
    "rows": (ODT_TABLE, ["Thôn | Tổ trưởng", "Hạ"]),
}


@pytest.mark.parametrize(("body", "expected"), ODT_TEXTS.values(), ids=ODT_TEXTS)
def test_texts_of_odt(body, expected):
    """All that a reader of the document sees is its text, in order, and nothing else; repeats are told once."""
    assert texts(read_one("a.odt", odt(body))) == expected


def test_headings_and_properties_of_odt():
    """Headings are sections, a paragraph in the title's style is the title, and properties are metadata."""
    styles = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    body = (
        '<text:p text:style-name="P1">Quy chế</text:p><text:h text:outline-level="1">Chương I</text:h>'
        '<text:h text:outline-level="2">Điều 1</text:h><text:p>a</text:p><text:h>Chương II</text:h>'
    )
    meta = (
        f"<office:document-meta {ODF} {DC}><office:meta><meta:initial-creator>Lê Bần</meta:initial-creator>"
        "<dc:creator>Người sửa</dc:creator><meta:creation-date>2024-05-17T06:30:00.123</meta:creation-date>"
        "<dc:date>2024-06-01</dc:date><meta:keyword>đê</meta:keyword><meta:keyword>rừng</meta:keyword>"
        "</office:meta></office:document-meta>"
    )
    document = read_one("a.odt", odt(body, {"meta.xml": meta}, styles))
    assert document.title == "Quy chế"
    assert in_sections(document) == [
        (None, "Quy chế"),
        (None, "Chương I"),
        ("Chương I", "Điều 1"),
        ("Chương I › Điều 1", "a"),
        (None, "Chương II"),
    ]
    assert document.metadata == {
        "author": "Lê Bần",
        "date": "2024-05-17T06:30:00",
        "modified": "2024-06-01",
        "keywords": ["đê", "rừng"],
        "format": "odt",
    }


BOOK = """<dc:title>Dế</dc:title><dc:creator>Tô An</dc:creator><dc:creator>Vũ Bình</dc:creator>
<dc:language>vi</dc:language><dc:date>1941</dc:date><dc:publisher>Nhà Măng</dc:publisher>
<meta property="dcterms:modified">2020-01-02T03:04:05Z</meta>"""


def test_books():
    """The chapters of a book are read in order, under their headings; what it tells of itself is metadata."""
    chapters = {
        "1.xhtml": "<h1>Chương 1</h1><p>Một</p><h2>Tiết a</h2><p>Hai</p>",
        "2.xhtml": "<h1>Chương 2</h1><ul><li>Ba</li><li>Bốn</li></ul>",
    }
    document = read_one("a.epub", epub(chapters, metadata=BOOK))
    assert document.title == "Dế"
    assert document.metadata == {
        "author": "Tô An, Vũ Bình",
        "date": "1941",
        "modified": "2020-01-02T03:04:05+00:00",
        "language": "vi",
        "publisher": "Nhà Măng",
        "format": "epub",
    }
    assert in_sections(document) == [
        (None, "Chương 1"),
        ("Chương 1", "Một"),
        ("Chương 1", "Tiết a"),
        ("Chương 1 › Tiết a", "Hai"),
        (None, "Chương 2"),
        ("Chương 2", "Ba"),
        ("Chương 2", "Bốn"),
    ]


def test_chapters_without_headings():
    """A chapter without a heading is called what the table of contents calls it; the table itself is not read."""
    ncx = (
        "<ncx><navMap><navPoint><navLabel><text>Chương đầu</text></navLabel><content src='1.xhtml#a'/></navPoint>"
        "<navPoint><navLabel><text>Giữa chương</text></navLabel><content src='1.xhtml#b'/></navPoint></navMap></ncx>"
    )
    items = (
        '<item id="ncx" href="mục%20lục.ncx" media-type="application/x-dtbncx+xml"/>'
        '<item id="nav" href="1.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    )
    book = epub({"1.xhtml": "<p>Một</p>", "nav": "<p>Mục lục</p>"}, {"sách/mục lục.ncx": ncx}, items=items)
    assert ("Chương đầu", "Một") in in_sections(read_one("a.epub", book))


@pytest.mark.parametrize(
    ("chapter", "expected"),
    [
        pytest.param("<p><![CDATA[Điều <1> & 2]]> và 3</p>", ["Điều <1> & 2 và 3"], id="text"),
        pytest.param("<style><![CDATA[p {}]]></style><p>a</p><p>b</p>", ["a", "b"], id="a style"),
        pytest.param("<p>a ]]&gt; b</p>", ["a ]]> b"], id="an end alone"),
        pytest.param("<p>a</p>" + "<![CDATA[" * 100_000, ["a"], id="without an end"),
    ],
)
def test_cdata_of_chapters(chapter, expected):
    """A chapter is XHTML: its CDATA sections are text."""
    assert texts(read_one("a.epub", epub({"1.xhtml": chapter}))) == expected


def test_damaged_chapters():
    """A chapter that is missing or is no text is told, and the others are read."""
    document, *faults = read_all("a.epub", epub({"1": "<p>Một</p>", "2": b"\0\0\0", "3": "<p>Ba</p>"}))
    assert texts(document) == ["Một", "Ba"]
    assert [str(fault) for fault in faults] == ["a.epub: has a chapter that is not text (sách/2)"]


ENCRYPTED = """<encryption><EncryptedData><EncryptionMethod Algorithm="{}"/>
<CipherData><CipherReference URI="sách/1"/></CipherData></EncryptedData></encryption>"""
OFFICE_LOCKED = bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")
ODT_LOCKED = f"<manifest:manifest {ODF}><manifest:encryption-data/></manifest:manifest>"
ZIP_LOCKED = docx("").replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.docx", OFFICE_LOCKED, id="Word"),
        pytest.param("a.odt", odt("", {"META-INF/manifest.xml": ODT_LOCKED}), id="OpenDocument"),
        pytest.param("a.epub", epub({"1": ""}, {"META-INF/encryption.xml": ENCRYPTED.format("aes")}), id="a book"),
        pytest.param("a.docx", ZIP_LOCKED, id="a package"),
    ],
)
def test_locked(name, content):
    """A file that asks for a password is told as such."""
    assert fault_of(name, content).startswith("is locked with a password")


def test_disguised_fonts():
    """A book whose fonts alone are disguised is read."""
    disguise = ENCRYPTED.format("http://www.idpf.org/2008/embedding")
    assert texts(read_one("a.epub", epub({"1": "<p>Một</p>"}, {"META-INF/encryption.xml": disguise}))) == ["Một"]


def bomb(name: str, size: int) -> bytes:
    """A package with a part that unpacks to many times its size."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as package:
        package.writestr("META-INF/container.xml", '<c><rootfile full-path="content.opf"/></c>')
        with package.open(name, "w", force_zip64=True) as part:
            part.write(b"<a>")
            for _ in range(size >> 20):
                part.write(bytes(1 << 20))
    return content.getvalue()


ENTITIES = '<!DOCTYPE a [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY a{n} "{("&a" + str(n - 1 if n else "") + ";") * 10}">' for n in range(12)
)
FAULTS = {
    "no zip": ("a.docx", b"PK no zip", "is damaged, or not of the format that its name says"),
    "an old Word file": ("a.docx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(99), "is of an older Office format"),
    "another zip": ("a.docx", zipped({"a.txt": "a"}), "lacks a part (word/document.xml)"),
    "another zip as a book": ("a.epub", zipped({"a.txt": "a"}), "lacks a part (META-INF/container.xml)"),
    "a book without contents": ("a.epub", zipped({"META-INF/container.xml": "<a/>"}), "is damaged (it does not tell"),
    "broken XML": ("a.odt", zipped({"content.xml": "<a>"}), "is damaged (its XML: "),
    "no text": ("a.odt", odt("<text:p/>"), "holds no text"),
    "nested": ("a.odt", odt("<text:p>" * 300), "is nested deeper than the limit of 256 elements"),
    "a bomb of a part": ("a.docx", bomb("word/document.xml", 64 << 20), "unpacks to more than the limit of 200 times"),
    "a bomb of a book": ("a.epub", bomb("content.opf", 64 << 20), "unpacks to more than the limit of 200 times"),
    "a bomb of entities": (
        "a.odt",
        zipped({"content.xml": f"{ENTITIES}]><a b='&a11;'/>"}),
        "is beyond a limit of libxml2 (Max",
    ),
}


@pytest.mark.parametrize(("name", "content", "reason"), FAULTS.values(), ids=FAULTS)
def test_faults(name, content, reason):
    """What is no document of its format, or would have no end, is refused by its name or its limit."""
    assert fault_of(name, content).startswith(reason)


def test_entities_of_other_files(tmp_path):
    """A reference to another file is not followed."""
    (tmp_path / "khóa").write_text("bí mật")
    body = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{(tmp_path / "khóa").as_uri()}">]><w:document {W}><w:body>'
    body += "<w:p><w:r><w:t>a&x;b</w:t></w:r></w:p></w:body></w:document>"
    found = read_all("a.docx", zipped({"word/document.xml": body}))
    assert "bí mật" not in repr(found) + str(found[0] if isinstance(found[0], SourceError) else "")


def test_too_many_parts():
    """A package of too many parts is refused by that limit."""
    many = zipped({f"{number}": "" for number in range(limits.MAX_PACKAGE_PARTS + 1)})
    assert fault_of("a.docx", many) == "has more parts than the limit of 20,000 parts"


def test_a_bomb_beside_the_text():
    """A part that nobody reads may unpack to anything."""
    body = f"<w:document {W}><w:body>{paragraph('Ba')}</w:body></w:document>"
    content = io.BytesIO(bomb("word/media/1.png", 256 << 20))
    with ZipFile(content, "a") as package:
        package.writestr("word/document.xml", body)
    assert texts(read_one("a.docx", content.getvalue())) == ["Ba"]
