"""The search page as people use it, in a real Chromium over a real server."""

import re
from math import isnan
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from browsing import THEMES, WIDTHS, browsing, visiting
from page_site import LONG_PARAGRAPHS, PAGE_DOCUMENTS
from serving_process import serving
from timviet.index import canonical, open_index
from web_site import fill

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "index"
    with open_index(folder, create=True) as index:
        fill(index, PAGE_DOCUMENTS)
    with serving(folder, "--title", "Kho văn bản", "--no-access-log") as server:
        yield server.url


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


@pytest.fixture
def visitor(browser, address):
    with visiting(browser, address) as visitor:
        yield visitor


def asked_for(page):
    """What the address of a page says."""
    return {name: values for name, values in parse_qs(urlsplit(page.url).query).items() if values != [""]}


def assert_searched(page, query):
    """A query is in the box, and its results are shown."""
    page.wait_for_function("text => document.title.startsWith(text)", arg=query)
    assert page.locator("#q").input_value() == query


def test_searching_while_typing(visitor):
    """Results are there before anything is pressed: title, place, date and the match highlighted, one a document."""
    page = visitor.open()
    visitor.type("dang uy xa")
    hit = page.locator("article").filter(has_text="Hội nghị Đảng uỷ xã mở rộng")
    assert hit.locator(".place").inner_text().startswith("30/12/2022")
    assert "Đảng uỷ xã" in hit.locator("mark").first.inner_text()
    assert len(visitor.titles) == len(set(visitor.titles))
    assert asked_for(page) == {"q": ["dang uy xa"]}
    assert re.match(r"\d+ văn bản", page.locator("#status").inner_text())


def test_places(visitor):
    """A hit names its section and page, and how many more the document has."""
    page = visitor.open("?q=muc+nuoc")
    hit = page.locator("article").filter(has_text="Sổ tay giữ đê").first
    assert re.search(
        r"Chương \d+\. Việc của người gáctrang \d+", "".join(hit.locator(".place").inner_text().split("\n"))
    )
    assert "đoạn khác trong văn bản này" in hit.inner_text()


@pytest.mark.parametrize("typed", ["ma t", "ma tu", "MA TÚ"])
def test_completions(visitor, typed):
    """They come with and without marks; arrows go through them and put them into the box, and Enter searches."""
    page = visitor.open()
    visitor.type(typed)
    page.wait_for_selector("#suggestions [role=option]")
    assert any(text.lower().startswith("ma tuý") or text.lower().startswith("ma túy") for text in visitor.suggested)
    page.keyboard.press("ArrowDown")
    chosen = visitor.suggested[0]
    assert page.locator("#q").input_value() == chosen
    assert page.locator("#q").get_attribute("aria-activedescendant") == "suggestion-0"
    page.keyboard.press("ArrowUp")
    assert page.locator("#q").input_value() == typed
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert_searched(page, chosen)
    assert page.locator("#suggestions").is_hidden()
    assert asked_for(page) == {"q": [chosen]}


def test_a_completion_is_clicked(visitor):
    """The mouse chooses one, too, and Esc leaves what was typed."""
    page = visitor.open()
    visitor.type("đảng u")
    page.wait_for_selector("#suggestions [role=option]")
    page.keyboard.press("Escape")
    assert page.locator("#suggestions").is_hidden()
    assert page.locator("#q").input_value() == "đảng u"
    visitor.type("ỷ")
    option = page.locator("#suggestions [role=option]").first
    option.wait_for()
    text = option.inner_text()
    option.click()
    assert_searched(page, text)


def test_asking_back(visitor):
    """What was likely meant is offered, and searched for when it is followed."""
    page = visitor.open("?q=phòng+chống+ma+tùy")
    link = page.locator(".note a").first
    meant = link.inner_text()
    assert canonical(meant.split()[-1]) == canonical("túy")
    link.click()
    assert_searched(page, meant)


def test_filters(visitor):
    """Values are counted, chosen and left out again; the address says which are chosen."""
    page = visitor.open("?q=dang+uy")
    before = page.locator("#status").inner_text()
    facet = page.locator(".facets section").filter(has_text="lĩnh vực")
    value = facet.locator("a").filter(has_text="Thời tiết")
    count = int(value.locator(".count").inner_text())
    value.click()
    page.wait_for_selector(".chips")
    assert page.locator("#status").inner_text().startswith(f"{count} văn bản")
    assert len(visitor.titles) == min(count, 10)
    (filter_asked,) = asked_for(page)["filter"]
    assert filter_asked.replace("_", " ").endswith("=Thời tiết")
    page.locator(".chips a").click()
    page.wait_for_selector(".chips", state="detached")
    assert page.locator("#status").inner_text().split()[0] == before.split()[0]


def test_filters_stay_while_typing(visitor):
    """What is typed on is searched for among what the filters keep."""
    page = visitor.open("?q=dang&filter=n%C4%83m%3D2022")
    page.locator("#q").focus()
    page.keyboard.press("End")
    visitor.type(" uy")
    assert asked_for(page) == {"q": ["dang uy"], "filter": ["năm=2022"]}
    assert visitor.titles == ["Hội nghị Đảng uỷ xã mở rộng"]


def test_marks(visitor):
    """Exact marks find those alone, ignored ones find all; the address and the choice agree."""
    page = visitor.open("?q=ma+tuý")
    found = {}
    for name, mode in (("chính xác", "strict"), ("bỏ dấu", "ignore"), ("tự động", "auto")):
        before = page.locator(".hits").element_handle()
        page.locator(".marks label").filter(has_text=name).click()
        before.wait_for_element_state("hidden")  # others took its place
        found[mode] = set(visitor.titles)
    assert found["strict"] <= found["ignore"]
    assert "Chợ phiên vùng cao họp lại" in found["ignore"]  # it has “mà tuỳ”
    assert "Chợ phiên vùng cao họp lại" not in found["strict"]


def test_pages_of_results(visitor):
    """There is a way on to what does not fit, and back."""
    page = visitor.open("?q=bao+cao+tuan")
    first = visitor.titles
    page.locator("a[rel=next]").click()
    page.wait_for_url("**page=2")
    assert set(visitor.titles).isdisjoint(first)
    assert page.locator(".hits ol").get_attribute("start") == "11"
    page.locator("a[rel=prev]").click()
    page.wait_for_url(lambda url: "page=2" not in url)
    assert visitor.titles == first


def test_back_and_forward(visitor):
    """They go from one search to the next one, not from key to key, and to a document and back."""
    page = visitor.open()
    visitor.type("cho phien")
    page.keyboard.press("Enter")
    page.locator("#q").fill("")
    visitor.type("lũ lụt")
    page.keyboard.press("Enter")
    page.go_back()
    page.wait_for_function("() => document.title.startsWith('cho phien')")
    assert page.locator("#q").input_value() == "cho phien"
    assert visitor.titles[0] == "Chợ phiên vùng cao họp lại"
    page.go_forward()
    page.wait_for_function("() => document.title.startsWith('lũ lụt')")
    assert page.locator("#q").input_value() == "lũ lụt"
    page.locator(".hit").first.click()
    page.wait_for_selector(".document")
    page.go_back()
    page.wait_for_selector(".hits")
    assert page.locator("#q").input_value() == "lũ lụt"


def test_reading(visitor):
    """A document opens at the paragraph found, all its matches marked; keys and buttons go from one to the next."""
    page = visitor.open("?q=báo+cho+đảng+uỷ")
    page.locator("article").filter(has_text="Sổ tay giữ đê").locator(".hit").click()
    page.wait_for_selector(".document .opened")
    opened = page.locator(".opened")
    assert "báo cho đảng uỷ" in opened.inner_text()
    opened.wait_for(state="visible")
    assert page.evaluate("document.querySelector('.opened').getBoundingClientRect().top") < 800
    total = page.locator(".document mark").count()
    first = int(page.locator("#match").inner_text())
    page.keyboard.press("n")
    assert int(page.locator("#match").inner_text()) == first % total + 1
    assert page.locator("mark.current").count() == 1
    page.keyboard.press("p")
    page.locator("#previous").click()
    assert int(page.locator("#match").inner_text()) == (first - 2) % total + 1
    page.locator("#next").click()
    assert int(page.locator("#match").inner_text()) == first
    page.keyboard.press("Escape")
    page.wait_for_selector(".hits")
    assert page.locator("#q").input_value() == "báo cho đảng uỷ"


def test_long_documents_are_read_in_parts(visitor):
    """There is a way to what comes before and after the part that is shown."""
    page = visitor.open("read?id=so-tay")
    assert page.locator(".document > p[id]").count() == 1000
    page.locator(".part a").click()
    page.wait_for_selector(f"#p{LONG_PARAGRAPHS - 1}")
    assert page.locator("#p0").count() == 0
    page.locator(".part a").first.click()
    page.wait_for_selector("#p0")


def test_recent_searches(visitor):
    """They are shown while the box is empty, can be cleared, and are kept in the browser alone."""
    page = visitor.open()
    for query in ("cho phien", "lũ lụt"):
        page.locator("#q").fill(query)  # at once: keys that a busy machine is slow about are searches of their own
        visitor.await_results()
        page.keyboard.press("Enter")
    page.locator("#q").fill("")
    page.wait_for_function("() => document.querySelectorAll('#suggestions [role=option]').length > 1")
    assert visitor.suggested[:2] == ["lũ lụt", "cho phien"]
    assert page.evaluate("document.cookie") == ""
    assert not any(quote("lũ lụt") in request and "cho" in request for request in visitor.requests)
    page.locator("#suggestions [role=option]").last.click()
    page.reload()
    page.locator("#q").click()
    assert visitor.suggested == []


def test_the_keyboard_alone(visitor):
    """Everything is reached by keys: the box, the results, a document, and back; ? tells which."""
    page = visitor.open("?q=dang+uy")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == visitor.titles[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#keys").is_hidden()
    page.keyboard.press("Enter")
    page.wait_for_selector(".document mark.current")  # the keys work by now
    page.keyboard.press("Escape")
    page.wait_for_selector(".hits")


def test_in_english(visitor):
    """The page speaks English where it is asked to, and goes on doing so; the documents stay as they are."""
    page = visitor.open("?q=dang+uy")
    page.get_by_role("link", name="English").click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    assert "documents" in page.locator("#status").inner_text()
    page.locator("#q").focus()
    page.keyboard.press("End")
    visitor.type(" xa")
    assert asked_for(page)["lang"] == ["en"]
    assert page.locator(".hit").first.get_attribute("lang") == "vi"
    page.locator(".hit").first.click()
    page.wait_for_selector(".document")
    assert page.locator("#back").inner_text() == "← Results"


def test_the_browsers_language(browser, address):
    """Where the address says nothing, the browser's owner's language is spoken."""
    with visiting(browser, address, locale="en-GB") as visitor:
        assert visitor.open().locator("html").get_attribute("lang") == "en"


def test_without_scripts(browser, address):
    """Searching, filtering, turning pages, reading and the languages work with JavaScript off."""
    with visiting(browser, address, java_script_enabled=False) as visitor:
        page = visitor.open()
        page.locator("#q").fill("dang uy")
        page.locator("#q").press("Enter")
        assert "Hội nghị Đảng uỷ xã mở rộng" in visitor.titles
        page.locator(".facets a").filter(has_text="Thời tiết").first.click()
        assert page.locator(".chips a").count() == 1
        page.locator(".chips a").click()
        page.locator(".hit").first.click()
        assert page.locator(".document mark").count() >= 1
        page.locator("#back").click()
        assert page.locator("#q").input_value() == "dang uy"
        visitor.open("?q=bao+cao+tuan")
        page.locator("a[rel=next]").click()
        assert len(visitor.titles) == 10
        page.get_by_role("link", name="English").click()
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator("#show-keys").is_hidden()


@pytest.mark.parametrize(
    "where",
    [
        "?q=thuốc+độc",
        "?q=" + quote("<script>window.harmed=1</script>"),
        "?q=" + quote('"><img src=x onerror=window.harmed=1>'),
        "?q=x&filter=" + quote("năm=<script>window.harmed=1</script>"),
        "?q=x&sort=" + quote('"><script>window.harmed=1</script>'),
        "?q=x&marks=" + quote('"><script>window.harmed=1</script>') + "&lang=" + quote("<script>"),
        "read?id=" + quote("<script>window.harmed=1</script>"),
    ],
)
def test_scripts_are_text(browser, address, where):
    """Script in documents, titles, names, metadata and queries is shown, and never run."""
    with visiting(browser, address, expected="status of 40[04]") as visitor:
        page = visitor.open(where)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.harmed") is None
        assert page.locator("main img, main script").count() == 0
        for hit in page.locator(".hit").all():
            assert not hit.get_attribute("href").startswith("javascript")


def test_scripts_in_a_document_are_read_as_text(visitor):
    """The document that would do harm is opened, and suggested from, without any."""
    page = visitor.open("?q=thuoc+doc")
    page.locator(".hit").filter(has_text="<script>").click()
    page.wait_for_selector(".document")
    assert "<script>window.harmed = 1</script>" in page.locator(".document").inner_text()
    visitor.open()
    visitor.type("thuoc d")
    page.wait_for_selector("#suggestions [role=option]")
    assert page.evaluate("window.harmed") is None


PLACES = {
    "bat-dau": "",
    "ket-qua": "?q=dang+uy",
    "loc": "?q=dang+uy&filter=n%C4%83m%3D2024",
    "khong-thay": "?q=zzzzqqqq",
    "doc": "read?id=so-tay&paragraph=40&q=dang+uy",
    "khong-co": "read?id=khong-co",
    "english": "?q=dang+uy&lang=en",
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_how_it_looks(browser, address, theme, width):
    """No width scrolls sideways or cuts a control off; axe finds nothing amiss; pictures are kept to be looked at."""
    is_checked = width == max(WIDTHS) or (width, theme) == (min(WIDTHS), "light")
    settings = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
    with visiting(browser, address, expected="status of 404", **settings) as visitor:
        for name, where in PLACES.items():
            page = visitor.open(where)
            visitor.picture(f"{name}-{width}-{theme}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            if is_checked:
                assert_accessible(page, name)
        page = visitor.open()
        visitor.type("dang u")
        page.wait_for_selector("#suggestions [role=option]")
        visitor.picture(f"goi-y-{width}-{theme}")
        if is_checked:
            assert_accessible(page, "suggestions")
        page.locator("#q").fill("")
        page.keyboard.press("Escape")
        page.locator("#show-keys").click()
        visitor.picture(f"phim-tat-{width}-{theme}")
        if is_checked:
            assert_accessible(page, "keys")


def assert_accessible(page, what):
    """Axe finds nothing that breaks WCAG 2.2 AA, or its own good practice."""
    violations = Axe().run(page, options=RULES).response["violations"]
    told = [(own["id"], [node["html"][:120] for node in own["nodes"]][:3]) for own in violations]
    assert told == [], what


def test_lines_never_clip_marks(visitor):
    """Lines of headings and texts are as high as letters with two marks one above the other need."""
    page = visitor.open("?q=lu+lut")
    for selector in (".hit", ".snippet", "#q"):
        ratio = page.evaluate(
            "s => { const own = getComputedStyle(document.querySelector(s));"
            " return parseFloat(own.lineHeight) / parseFloat(own.fontSize); }",
            selector,
        )
        # A field without a line height of its own has that of its font, which is none to compare.
        assert ratio >= 1.45 or (selector == "#q" and isnan(ratio))
