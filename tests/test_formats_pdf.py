"""PDF: lines become paragraphs again, without the margins of pages, and pages without text are told."""

import pytest

from format_files import LETTER_WIDTH, fault_of, passages, pdf, read_all, read_one, set_in_lines, texts
from timviet.index.formats import limits
from timviet.index.formats.pdf.hyphens import Words
from timviet.index.formats.pdf.lines import HYPHEN

FIRST = (
    "Tổ thống nhất quét vôi lại nhà sinh hoạt, sửa mái hiên phía sau và thay hai bóng đèn ngoài sân trước ngày rằm, "
    "tiền lấy từ quỹ chung."
)
SECOND = (
    "Anh Tú mua vôi và chổi, chị Xuyến mượn thang của trường, các hộ còn lại mỗi nhà cử một người đến từ bảy giờ "
    "sáng chủ nhật."
)
LEFT, RIGHT, TOP, SIZE = 50, 350, 550, 10
PITCH = 1.2 * SIZE


def below(lines: list, gap: float = 0) -> float:
    """Where the next line stands after these."""
    return lines[-1][1] - PITCH - gap


def of(*pages: list | None) -> list[str]:
    """The texts of a PDF of these pages."""
    return texts(read_one("a.pdf", pdf(pages)))


@pytest.mark.parametrize(
    ("gap", "indent"),
    [
        pytest.param(8, 0, id="a distance"),
        pytest.param(0, 20, id="an indent"),
        pytest.param(0, 0, id="a short line"),
    ],
)
def test_paragraphs(gap, indent):
    """Lines are joined until a distance, an indent or a line with room at its end parts paragraphs."""
    first = set_in_lines(FIRST, LEFT, TOP, RIGHT, indent=indent)
    second = set_in_lines(SECOND, LEFT, below(first, gap), RIGHT, indent=indent)
    assert len(first) > 2
    assert of(first + second) == [FIRST, SECOND]


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_turned_pages(turned):
    """A page that is turned to be shown is read as it is shown."""
    first = set_in_lines(FIRST, LEFT, TOP, RIGHT)
    second = set_in_lines(SECOND, LEFT, below(first), RIGHT)
    cells = [(LEFT, 300, SIZE, "Thôn"), (200, 300, SIZE, "Tổ trưởng")]
    found = texts(read_one("a.pdf", pdf([first + second + cells], turned=turned)))
    assert found == [FIRST, SECOND, "Thôn | Tổ trưởng"]


def test_headings():
    """A heading in larger letters is a paragraph, also in two lines."""
    heading = set_in_lines("Biên bản họp của tổ dân phố số ba, quận mới lập", LEFT, TOP, RIGHT, size=18)
    text = set_in_lines(FIRST, LEFT, below(heading), RIGHT)
    assert len(heading) == 2
    assert of(heading + text) == ["Biên bản họp của tổ dân phố số ba, quận mới lập", FIRST]


def test_items():
    """Items of a list are paragraphs, also where the lines before them are full."""
    full = "x" * int((RIGHT - LEFT) / (SIZE * LETTER_WIDTH) - 1)
    lines = [f"{full};", f"- {full[2:]};", f"a) {full[3:]}.", f"Điều 5. {full[8:]}", f"{full} theo"]
    placed = [(LEFT, TOP - PITCH * number, SIZE, line) for number, line in enumerate([*lines, "Điều 5 của quy chế."])]
    assert of(placed) == [*lines[:3], f"{lines[3]} {lines[4]} Điều 5 của quy chế."]


def test_pages():
    """A paragraph that goes on over pages is one, on the page that it starts on."""
    lines = set_in_lines(f"{FIRST[:-1]} và {SECOND}", LEFT, TOP, RIGHT)
    head, tail = lines[:3], set_in_lines(" ".join(text for *_, text in lines[3:]), LEFT, TOP, RIGHT)
    next_one = set_in_lines(FIRST, LEFT, below(tail, 9), RIGHT)
    document = read_one("a.pdf", pdf([head, tail + next_one]))
    assert [(passage.page, passage.text) for passage in passages(document)] == [
        (1, f"{FIRST[:-1]} và {SECOND}"),
        (2, FIRST),
    ]


def test_columns():
    """Columns are read one after the other, and a paragraph may go on in the next one."""
    lines = set_in_lines(f"{FIRST[:-1]} và {SECOND}", LEFT, 300, 190)
    middle = len(lines) // 2
    right = [(210, 300 - PITCH * number, SIZE, text) for number, (*_, text) in enumerate(lines[middle:])]
    assert of(lines[:middle] + right) == [f"{FIRST[:-1]} và {SECOND}"]


def test_cells():
    """What stands apart on one height is the cells of a row, and a row is a paragraph."""
    rows = [
        (left, base, SIZE, text)
        for base, row in ((500, ("Thôn", "Tổ trưởng")), (488, ("Thượng", "Ông Lực")))
        for left, text in zip((LEFT, 200), row, strict=True)
    ]
    assert of(rows) == ["Thôn | Tổ trưởng", "Thượng | Ông Lực"]


def with_margins(count: int, header: str, footer: str) -> list:
    """Pages of one paragraph each, with a header and a footer that tell the page's number for `#`."""
    words = f"{FIRST} {SECOND}".lower().split()
    return [
        [
            (LEFT, 580, 8, header.replace("#", str(number))),
            *set_in_lines(f"Trang thứ {' '.join(words[number:] + words[:number])}.", LEFT, 540, RIGHT),
            (190, 20, 8, footer.replace("#", str(number))),
        ]
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("count", [2, 3, 9])
@pytest.mark.parametrize(
    ("header", "footer"),
    [("CÔNG BÁO/Số 123 + 124", "#"), ("#", "Trang #/9"), ("Sổ tay #", "- # -")],
)
def test_margins(count, header, footer):
    """Headers, footers and the numbers of pages are left out, also where there are two pages."""
    pages = with_margins(count, header, footer)
    found = of(*pages)
    assert found == [" ".join(text for *_, text in page[1:-1]) for page in pages]


def test_letters_to_many():
    """A letter that is the same on each page, but for a name, is kept, as so much is no margin."""
    letters = [f"Kính gửi {name}. {FIRST} {SECOND}" for name in ("ông Ba", "bà Tư", "anh Năm")]
    assert of(*(set_in_lines(letter, LEFT, 540, RIGHT) for letter in letters)) == letters


def test_margins_of_left_and_right_pages():
    """Margins that every other page has are left out, too."""
    pages = with_margins(8, "Sổ tay", "")
    for page in pages[::2]:
        page[0] = (250, 580, 8, "Chương của trang phải")
    found = " ".join(of(*pages))
    assert "Sổ tay" not in found
    assert "Chương" not in found


def test_what_is_no_margin():
    """What one page has, what stands elsewhere on each, and what is numbered on few pages of many, is kept."""
    pages = with_margins(9, "", "")
    pages[0][0] = (LEFT, 580, 8, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    for number in (2, 3, 4):
        pages[number][0] = (LEFT, 580, 8, f"Mẫu số {number}")
    for number in (5, 6, 7):
        pages[number][0] = (LEFT, 590 - 12 * (number - 5), 8, "Tổng cộng")
    found = of(*pages)
    assert [found.count(text) for text in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Mẫu số 3", "Tổng cộng")] == [1, 1, 3]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ["Nghị định số 25/2020/NĐ-", "CP ngày"], "Nghị định số 25/2020/NĐ-CP ngày", id="a hyphen of the word"
        ),
        pytest.param(["dùng pông-", "tông làm cầu"], "dùng pông-tông làm cầu", id="syllables of a loan"),
        pytest.param(["từ 24-", "30 giờ"], "từ 24-30 giờ", id="numbers"),
        pytest.param(["Hà Nội -", "Huế"], "Hà Nội - Huế", id="a dash"),
        pytest.param(["about infor-", "mation: information"], "about information: information", id="of the line"),
        pytest.param(["infor\u00ad", "mation: information"], "information: information", id="a soft hyphen"),
    ],
)
def test_hyphens(lines, expected):
    """A hyphen at a line's end stays, unless the word is written without it elsewhere."""
    assert of([(LEFT, TOP - PITCH * number, SIZE, line) for number, line in enumerate(lines)]) == [expected]


def test_hyphens_of_many_lines():
    """A word may be parted again and again, and a paragraph may have any number of lines."""
    words = Words(["information informa"])
    assert words.join([f"infor{HYPHEN}", f"ma{HYPHEN}", f"tion{HYPHEN}", "X"]) == "information-X"
    for end in ("", HYPHEN, "-"):
        assert Words([]).join(["a b" + end] * 200_000).count("a b") == 200_000


def test_decomposed_letters():
    """Letters come as the file has them, however they are composed."""
    assert of([(LEFT, TOP, SIZE, "Đa\u0309ng uy\u0309 xa\u0303")]) == ["Đa\u0309ng uy\u0309 xa\u0303"]


def test_pictures():
    """Pages that are pictures are told, and the others are read."""
    line = [(LEFT, TOP, SIZE, "Một dòng")]
    document, fault = read_all("a.pdf", pdf([None, None, line, None, []]))
    assert [passage.page for passage in passages(document)] == [3]
    assert str(fault) == "a.pdf: has pages that are pictures, without text (pages 1-2, 4 of 5)"
    assert fault_of("a.pdf", pdf([None])) == "has pages that are pictures, without text (page 1 of 1)"
    assert fault_of("a.pdf", pdf([[], []])) == "holds no text"


def test_properties():
    """What a PDF tells of itself is its metadata; a title that a program gave is none."""
    told = {
        "Title": "Quyết định 05",
        "Author": "Lê Bần",
        "Subject": "",
        "Keywords": "đê, rừng",
        "CreationDate": "D:20240517063000+07'00'",
        "ModDate": "D:2024",
    }
    document = read_one("a.pdf", pdf([[(LEFT, TOP, SIZE, "ab")]], told))
    assert document.title == "Quyết định 05"
    assert document.metadata == {
        "author": "Lê Bần",
        "date": "2024-05-17T06:30:00+07:00",
        "modified": "2024",
        "keywords": ["đê", "rừng"],
        "format": "pdf",
    }
    assert read_one("a.pdf", pdf([[(LEFT, TOP, SIZE, "ab")]], {"Title": "Microsoft Word - a.doc"})).title is None


def test_bookmarks():
    """A paragraph stands under the bookmark before it, which may be in the middle of a page."""
    pages = [
        [(LEFT, 500, 14, "Chương I"), (LEFT, 450, SIZE, "một"), (LEFT, 400, 14, "Chương II"), (LEFT, 350, SIZE, "hai")],
        [(LEFT, 500, SIZE, "ba")],
    ]
    document = read_one("a.pdf", pdf(pages, bookmarks=[("Chương I", 0, 520), ("Chương II", 0, 420)]))
    assert [(passage.section, passage.text) for passage in passages(document)] == [
        (None, "Chương I"),
        ("Chương I", "một"),
        (None, "Chương II"),
        ("Chương II", "hai"),
        ("Chương II", "ba"),
    ]


def test_too_many_pages():
    """A PDF of too many pages is refused by that limit."""
    many = pdf([[(LEFT, TOP, SIZE, "ab")]])
    kids = many[many.index(b"/Kids [") + 7 :].partition(b"]")[0]
    pages = (kids + b" ") * (limits.MAX_PAGES + 1)
    many = many.replace(b"/Count 1 /Kids [" + kids, b"/Count %d /Kids [%b" % (limits.MAX_PAGES + 1, pages))
    assert fault_of("a.pdf", many) == "has more pages than the limit of 10,000 pages"


def test_damaged_pages():
    """A page that cannot be read is told, and the others are read."""
    content = pdf([[(LEFT, TOP, SIZE, f"Dòng {word}.")] for word in ("một", "hai", "ba")])
    document, fault = read_all("a.pdf", content.replace(b"/Kids [7 0 R 9 0 R", b"/Kids [7 0 R 99 0 R"))
    assert [passage.page for passage in passages(document)] == [1, 3]
    assert str(fault) == "a.pdf: has damaged pages (page 2 of 3)"


def test_no_pdf():
    """What is no PDF is told as such."""
    assert fault_of("a.pdf", b"%PDF-1.7 no").startswith("is damaged, or no PDF (")
