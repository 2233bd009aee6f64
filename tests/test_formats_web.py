"""Web pages: their text by headings, paragraphs and rows, without what stands around it, and what their head tells."""

import json
import tomllib
from pathlib import Path

import pytest

from encoders import encode
from format_files import fault_of, in_sections, read_one, texts

PAGES = Path(__file__).parent / "data" / "pages"
EXPECTED = tomllib.loads((PAGES / "pages.toml").read_text("utf-8"))


def page(body: str, head: str = "") -> bytes:
    return f'<!DOCTYPE html><html lang="vi"><head>{head}</head><body>{body}</body></html>'.encode()


def of(body: str) -> list[str]:
    """The texts of a page."""
    return texts(read_one("a.html", page(body)))


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_kept_of_pages(name):
    """All that is a page's text is kept, and what stands around it is left out, but for what is known not to be."""
    text = "\n".join(texts(read_one("a.html", (PAGES / f"{name}.html").read_bytes())))
    one_line = " ".join(text.split())
    expected = EXPECTED[name]
    assert [part for part in expected["text"] if part not in one_line] == []
    assert [part for part in expected["around"] if part in one_line] == []
    assert [part for part in expected["not_told_apart"] if part not in one_line] == []


def test_all_pages_are_expected():
    """Each page that is there is one of those."""
    assert {path.stem for path in PAGES.glob("*.html")} == EXPECTED.keys()


BLOCKS = {
    "paragraphs": ("<p>a</p>b<p>c", ["a", "b", "c"]),
    "blanks": ("<p>  a\n\t b </p>", ["a b"]),
    "a no-break space": ("<p>a\u00a0b\u00a0</p><p>&nbsp;</p>", ["a\u00a0b"]),
    "marks within": ("<p>Đảng <b>u</b><i>ỷ</i> <a href=x>xã</a></p>", ["Đảng uỷ xã"]),
    "a line break": ("<p>a <br> b</p>", ["a\nb"]),
    "two line breaks": ("<p>a<br><br/>b<br>\n<br>c</p>", ["a", "b", "c"]),
    "items": ("<ul><li>a<li>b<ul><li>c</li></ul>d</ul>", ["a", "b", "c", "d"]),
    "terms": ("<dl><dt>a<dd>b</dl>", ["a", "b"]),
    "code": ("<pre>\n  a\n\n  b\n</pre>", ["  a\n\n  b"]),
    "no text": ("a<script>b</script><style>c</style><noscript>d</noscript><template>e</template><!-- f -->g", ["ag"]),
    "controls": ("a<button>b</button><select><option>c</select><textarea>d</textarea><input value=e>", ["a"]),
    "readings": ("<ruby>a<rp>(</rp><rt>b</rt></ruby>", ["a"]),
    "rows": ("<table><tr><th>a<th>b<tr><td>c<p>d</p><td>e</table>", ["a | b", "c d | e"]),
    "a row of blanks": ("<table><tr><td> <td>&nbsp;<tr><td>a</table>", ["a"]),
    "a caption": ("<table><caption>a</caption><tr><td>b<td>c</table>", ["a", "b | c"]),
    "a table for layout": ("<table><tr><td><p>a<p>b<td><table><tr><td>c<td>d</table></table>", ["a", "b", "c | d"]),
    "headings in a table": ("<table><tr><td><h2>a</h2>b<td>c</table>", ["a", "b", "c"]),
    "many paragraphs in a cell": (f"<table><tr><td>{'<p>a' * 50_000}</table>", ["a"] * 50_000),
    "text that no cell has": ("<table><tr>a<td>b</table>", ["a | b"]),
    "empty elements": ('<p/>a<script src="x"/>b', ["ab"]),
    "entities": ("<p>&Dstrok;&#7843;ng &amp; x&atilde;</p>", ["Đảng & xã"]),
    "control characters": ("<p>a&#11;<nav>b</nav>c\x08<p>d", ["a\x0bc\x08", "d"]),
    "hidden": ("a<p hidden>b<p aria-hidden=true>c<p style='display: none'>d<p>e", ["a", "e"]),
    "nothing but menus": ("<nav><p>a</nav>", ["a"]),
}


@pytest.mark.parametrize(("body", "expected"), BLOCKS.values(), ids=BLOCKS)
def test_blocks(body, expected):
    """Paragraphs are what a browser sets apart; a row of a table of data is one."""
    assert of(body) == expected


LONG = "Bến tàu mở từ năm giờ sáng, mỗi giờ có một chuyến sang đảo. " * 3


def kept(around: str) -> bool:
    return "quanh" in " ".join(of(f"<h1>Bến</h1><p>{LONG * 5}</p>{around}"))


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        pytest.param("<footer>quanh</footer>", False, id="a footer"),
        pytest.param("<header>quanh</header>", False, id="a header of the page"),
        pytest.param("<article><header>quanh</header></article>", True, id="a header of an article"),
        pytest.param("<header><h1>quanh</h1></header>", True, id="a header with the title"),
        pytest.param("<aside>quanh</aside>", False, id="an aside"),
        pytest.param("<aside role=doc-footnote>quanh</aside>", True, id="an aside that is a note"),
        pytest.param("<div role=navigation>quanh</div>", False, id="a role"),
        pytest.param('<div class="box-tinlienquan">quanh</div>', False, id="a class in Vietnamese"),
        pytest.param('<div class="siteFooter">quanh</div>', False, id="a class in two words"),
        pytest.param('<div id="quang_cao_1">quanh</div>', False, id="an id in two words"),
        pytest.param('<div class="commentary">quanh</div>', True, id="a word that only starts so"),
        pytest.param(f'<div class="comment-list">{LONG * 2} quanh</div>', False, id="a class of a part"),
        pytest.param(f'<div class="nav-with-text">{LONG * 2} quanh</div>', False, id="a class that has something"),
        pytest.param(f'<div class="x no-sidebar">{LONG * 2} quanh</div>', True, id="a class of what is not there"),
        pytest.param(f'<div class="post-with-comments">{LONG * 2} quanh</div>', True, id="a class of what is there"),
        pytest.param(f'<div class="menu-nha-hang">{LONG * 5} quanh</div>', True, id="a text on a menu"),
        pytest.param('<div class="menu-nha-hang"><a>quanh</a> b</div>', False, id="a menu of restaurants"),
        pytest.param(f'<div id="toc-1">{LONG * 5} quanh</div>', True, id="what a table of contents leads to"),
        pytest.param('<pre><span class="hljs-comment">quanh</span></pre>', True, id="a comment in code"),
        pytest.param(
            '<table><tr class="header"><td class="comment">quanh<td>b<tr><td>c<td>d</table>', True, id="cells of data"
        ),
        pytest.param("<ul><li><a>quanh</a><li><a>b</a></ul>", False, id="a list of links"),
        pytest.param("<p><a>quanh</a></p>", True, id="one link"),
        pytest.param(f"<p>{LONG}<a>quanh</a> <a>b</a></p>", True, id="links in a text"),
        pytest.param("<table><tr><td><a>quanh</a><td><a>b</a><tr><td><a>c</a><td>1</table>", True, id="links in data"),
        pytest.param(f'<div class="menu">{LONG * 30} quanh</div>', True, id="nearly all of the page"),
    ],
)
def test_boilerplate(around, expected):
    """An element is left out for what it is, what it is called, or what its links say, unless it may be the text."""
    assert kept(around) == expected


def test_headings():
    """Headings are sections of what follows, the title is not."""
    body = "<h1>Quy chế</h1>a<h2>Chương I</h2><h4>Điều 1</h4>b<h3>Mục 2</h3>c"
    document = read_one("a.html", page(body, "<title>Quy chế</title>"))
    assert in_sections(document) == [
        (None, "Quy chế"),
        (None, "a"),
        (None, "Chương I"),
        ("Chương I", "Điều 1"),
        ("Chương I › Điều 1", "b"),
        ("Chương I", "Mục 2"),
        ("Chương I › Mục 2", "c"),
    ]


TITLES = {
    "the page's": ("<title>Bến tàu</title>", "<p>a", "Bến tàu"),
    "for sharing": ('<title>a | Báo</title><meta property="og:title" content="Bến tàu">', "<h1>b</h1>", "Bến tàu"),
    "without the site's name": ("<title>Bến tàu - Báo</title>", "<h1>Bến  tàu</h1>", "Bến tàu"),
    "of two headings": ("<title>Bến tàu - Báo</title>", "<h1>Bến tàu</h1><h1>Báo</h1>", "Bến tàu - Báo"),
    "without what is beside it": (
        "<title>Bến tàu - Sổ tay</title>",
        '<h1>Bến <b>t<a class="headerlink">¶</a>àu</b></h1>',
        "Bến tàu",
    ),
    "another heading": ("<title>Bến tàu</title>", "<h1>Đảo</h1>", "Bến tàu"),
    "none": ("", "<p>a", None),
    "of no meaning": ("<title>Untitled Document</title>", "<p>a", None),
}


@pytest.mark.parametrize(("head", "body", "expected"), TITLES.values(), ids=TITLES)
def test_titles(head, body, expected):
    """The title is the page's own, without the name of the site where that can be told."""
    assert read_one("a.html", page(body, head)).title == expected


LINKED = {"@graph": [{"@type": "WebSite"}, {"datePublished": "2023-09-02", "author": [{"name": "Mận"}, "Tú"]}]}
NAMES = (
    '<meta name="AUTHOR" content=" Lê Bần "><meta name="keywords" content="đê, rừng"><meta name=date content=2024-05>'
)
OPEN_GRAPH = """<meta property="article:published_time" content="2024-05-17T06:30:00+07:00">
<meta property="article:author" content="https://x/y"><meta property="og:site_name" content="Báo">"""
HEADS = {
    "names": (NAMES, {"author": "Lê Bần", "keywords": ["đê", "rừng"], "date": "2024-05"}),
    "Open Graph": (OPEN_GRAPH, {"date": "2024-05-17T06:30:00+07:00", "publisher": "Báo"}),
    "linked data": (
        f'<script type="application/ld+json">{json.dumps(LINKED)}</script>',
        {"author": "Mận, Tú", "date": "2023-09-02"},
    ),
    "broken linked data": ('<script type="application/ld+json">{"a": </script>', {}),
    "deep linked data": (f'<script type="application/ld+json">{"[" * 50_000}</script>', {}),
    "no time": ('<meta name="date" content="hôm qua">', {}),
    "said twice": ('<meta name="author" content="A"><meta name="author" content="B">', {"author": "A"}),
}


@pytest.mark.parametrize(("head", "expected"), HEADS.values(), ids=HEADS)
def test_heads(head, expected):
    """What the head tells of a page is its metadata."""
    assert read_one("a.html", page("<p>a", head)).metadata == {"language": "vi", "format": "html", **expected}


OLD_WAY = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1258">'
ENCODINGS = {
    "said": ('<meta charset="windows-1258">', "Đò", "windows-1258"),
    "said in the old way": (OLD_WAY, "Đò", "windows-1258"),
    "said as XML": ('<?xml version="1.0" encoding="utf-8"?>', "Đò", "utf-8"),
    "wrongly said": ('<meta charset="utf-16">', "Đò", "utf-8"),
    "a mark that knows better": ('<meta charset="windows-1258">', "Đò", "utf-8-sig"),
    "old ones of Vietnam": ('<meta charset="viscii">', "Đò", "viscii"),
    "Latin-1, for the sake of a font": (
        '<meta charset="iso-8859-1">',
        "Đảng uỷ xã Hải Bình họp phiên thứ hai, bàn việc sửa đường.",
        "tcvn3",
    ),
    "one of no text": ('<meta charset="hex">', "Đò", "utf-8"),
    "an unknown one": ('<meta charset="x-vni">', "Đò", "utf-8"),
    "Latin-1, which is Windows' own": ('<meta charset="iso-8859-1">', "“à”", "windows-1252"),
    "not said": ("", "Đò", "utf-8"),
}


@pytest.mark.parametrize(("head", "text", "encoding"), ENCODINGS.values(), ids=ENCODINGS)
def test_encodings(head, text, encoding):
    """A page is decoded as it says, unless it cannot be true."""
    assert texts(read_one("a.html", encode(f"{head}<p>{text}</p>", encoding))) == [text]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param(b"", "holds no text", id="empty"),
        pytest.param(b"<p></p>", "holds no text", id="no text"),
        pytest.param(b"<title>a</title>", "holds no text", id="a title alone"),
        pytest.param(b"<frameset><frame src=a></frameset>", "holds no text", id="frames"),
        pytest.param(b"<p>\xff", "is not UTF-8, and its encoding cannot be told", id="not UTF-8"),
        pytest.param(b"<div>" * 3000 + b"a", "is nested deeper than the limit of 2,048 elements", id="nested"),
    ],
)
def test_faults(content, fault):
    """A page without text, of another encoding or beyond a limit is told as such."""
    assert fault_of("a.html", content).startswith(fault)


def test_large_tables_are_read():
    """A table of many rows, with links in each, is read in a time that grows as it does."""
    row = '<tr class="header"><td><a>quyết định</a> <a>nghị quyết</a></td><td>x</td></tr>'
    assert len(of(f"<table>{row * 20_000}</table>")) == 20_000


def test_large_pages_are_read():
    """A page with pictures in it, and one with deep but sane nesting, is read."""
    assert of(f'<img src="data:image/png;base64,{"A" * (12 << 20)}"><p>a') == ["a"]
    assert of("<div>" * 1000 + "a") == ["a"]
