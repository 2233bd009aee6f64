"""The HTTP API: what it answers is what Python has, and what it refuses it refuses cleanly."""

import asyncio
import threading
import time
from dataclasses import asdict

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from timviet.index import Document, open_index
from timviet.index.errors import DocumentError
from timviet.search import Limits, Searcher
from timviet.search.web import create_app, schemas
from web_site import TOKEN, client_of, fill


@pytest.fixture
def index(back_end):
    """The site's documents in an index of each back end."""
    with open_index(back_end(), create=True) as index:
        fill(index)
        yield index


@pytest.fixture
def client(index):
    return client_of(index)


def told(results):
    """An answer without how long it took."""
    return {name: value for name, value in results.items() if name != "took_ms"}


SEARCHES = [
    {"q": "dang uy"},
    {"q": "đảng ủy", "marks": "strict", "match": "all", "limit": 1, "offset": 1},
    {"q": "dang uy", "facet": ["năm", "cơ quan"], "filter": ["năm=2023..", "co_quan=Ủy ban nhân dân"]},
    {"q": "cho", "sort": "-năm", "group": "true"},
    {"q": "ma tùy", "ask_back": "true", "snippet_length": 20},
    {"q": "xã OR UBND", "abbreviations": "false"},
    {"q": ""},
]


@pytest.mark.parametrize("parameters", SEARCHES, ids=lambda own: own["q"])
def test_a_search_answers_as_in_python(index, client, parameters):
    """The parameters mean what those of `Searcher.search` do, and the answer is the same, hit by hit."""
    answer = client.get("/search", params=parameters)
    assert answer.status_code == 200
    with Searcher(index) as searcher:
        expected = searcher.search(
            parameters["q"],
            int(parameters.get("limit", 10)),
            int(parameters.get("offset", 0)),
            marks=parameters.get("marks", "auto"),
            match=parameters.get("match", "auto"),
            filters={"năm": ("2023", None), "cơ quan": "Ủy ban nhân dân"} if "filter" in parameters else None,
            facets=parameters.get("facet", ()),
            sort=parameters.get("sort"),
            group_by_document="group" in parameters,
            abbreviations="abbreviations" not in parameters,
            ask_back="ask_back" in parameters,
            snippet_length=parameters.get("snippet_length", 240),
        )
        assert told(answer.json()) == told(as_json(expected.to_dict()))
    schemas.Results.model_validate(answer.json())


def as_json(value):
    """A value as it is after it was JSON: tuples are lists."""
    return TypeAdapter(dict).dump_python(value, mode="json")


def test_other_questions_are_answered_as_in_python(index, client):
    """Suggestions, names, corrections, similar paragraphs, scores and documents are those of the searcher."""
    with Searcher(index) as searcher:
        for path, parameters, model, expected in [
            (
                "/suggest",
                {"q": "ma t"},
                schemas.Suggestions,
                {"suggestions": [asdict(own) for own in searcher.suggest("ma t")]},
            ),
            ("/lookup", {"q": "quy che"}, schemas.NameHits, searcher.lookup("quy che").to_dict()),
            (
                "/lookup",
                {"q": "uy ban", "field": ["cơ quan"]},
                schemas.NameHits,
                searcher.lookup("uy ban", ["cơ quan"]).to_dict(),
            ),
            ("/correct", {"q": "ddarng uyr"}, schemas.Correction, asdict(searcher.correct("ddarng uyr"))),
            ("/correct", {"q": "Đảng ủy"}, schemas.Correction, {"query": "Đảng ủy", "changes": []}),
            ("/similar", {"id": "ma-tuy"}, schemas.Results, searcher.similar("ma-tuy").to_dict()),
            (
                "/explain",
                {"q": "dang uy", "id": "quy-che"},
                schemas.Explanation,
                asdict(searcher.explain("dang uy", "quy-che")),
            ),
            (
                "/documents/quy-che",
                {"q": "dang uy"},
                schemas.ReadDocument,
                searcher.document("quy-che", "dang uy").to_dict(),
            ),
            (
                "/documents/tin/bao.txt",
                {"limit": 1, "offset": 1},
                schemas.ReadDocument,
                searcher.document("tin/bao.txt", "", 1, 1).to_dict(),
            ),
        ]:
            answer = client.get(path, params=parameters)
            assert answer.status_code == 200, answer.text
            assert told(answer.json()) == told(as_json(expected))
            model.model_validate(answer.json())
    info = client.get("/info").json()
    schemas.Info.model_validate(info)
    assert (info["documents"], info["paragraphs"], info["keys"]) == (4, 7, ["cơ quan", "date", "năm"])
    assert client.get("/healthz").json() == {"status": "ok"}


PROBLEMS = [
    ("/search", {}, 422, "q: Field required"),
    ("/search", {"q": "x", "limit": 0}, 422, "limit"),
    ("/search", {"q": "x", "limit": 101}, 422, "limit"),
    ("/search", {"q": "x", "offset": -1}, 422, "offset"),
    ("/search", {"q": "x", "marks": "none"}, 422, "marks"),
    ("/search", {"q": ["x", "y"]}, 422, "q: is given more than once"),
    ("/search", {"q": "x", "querry": "y"}, 422, "querry"),  # a slip in a name is not passed over
    ("/search", {"q": "x " * 6000}, 400, "10,000"),
    ("/search", {"q": "(" * 50 + "x" + ")" * 50}, 400, "bracket"),
    ("/search", {"q": '"x', "strict": "true"}, 400, "position"),
    ("/search", {"q": "x", "filter": "năm"}, 400, "KEY=VALUE"),
    ("/search", {"q": "x", "filter": "nam=2024..2020"}, 400, "lowest"),
    ("/search", {"q": "x", "facet": "tác giả"}, 400, "'tác giả'"),
    ("/search", {"q": "x", "sort": "tác giả"}, 400, "'tác giả'"),
    ("/lookup", {"q": "x", "field": "tác giả"}, 400, "'tác giả'"),
    ("/similar", {"id": "không có"}, 404, "'không có'"),
    ("/similar", {"id": "ma-tuy", "paragraph": 9}, 404, "no paragraph 9"),
    ("/explain", {"q": "chợ", "id": "ma-tuy"}, 404, "does not find"),
    ("/documents/khong-co", {}, 404, "'khong-co'"),
    ("/documents/", {}, 422, "document_id"),
    ("/khong-co", {}, 404, "Not Found"),
    ("/static/../app.py", {}, 404, "Not Found"),
    ("/static/%2e%2e/app.py", {}, 404, "Not Found"),
]


@pytest.mark.parametrize(("path", "parameters", "status", "part"), PROBLEMS)
def test_problems(client, path, parameters, status, part):
    """A request that cannot be answered is told why, as RFC 9457 has it."""
    answer = client.get(path, params=parameters)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert part in problem["detail"]


def test_other_methods_are_refused(index, client):
    """What cannot be done to a resource is told with what can; without a token nothing can be written."""
    for method, path, status, allowed in [
        ("POST", "/search", 405, "GET"),
        ("POST", "/documents", 404, None),
        ("DELETE", "/documents/quy-che", 405, "GET"),
    ]:
        answer = client.request(method, path)
        assert (answer.status_code, answer.headers.get("allow")) == (status, allowed)
        assert answer.headers["content-type"] == "application/problem+json"
    writing = client_of(index, write_token=TOKEN)
    assert writing.put("/documents/quy-che").headers["allow"] == "DELETE, GET"


def test_an_answer_that_is_known_is_not_sent_again(index, client):
    """Its tag is good until the next commit, for the same question, and in the same language."""
    first = client.get("/search", params={"q": "dang uy"})
    tag = {"If-None-Match": first.headers["etag"]}
    again = client.get("/search", params={"q": "dang uy"}, headers=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    several = client.get("/search", params={"q": "dang uy"}, headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
    assert several.status_code == 304
    fill(index, [Document(id="moi", text="Đảng ủy phường.")])
    new = client.get("/search", params={"q": "dang uy"}, headers=tag)
    assert (new.status_code, new.json()["total"]) == (200, first.json()["total"] + 1)
    assert new.headers["etag"] != first.headers["etag"]
    page = client.get("/", params={"q": "chợ"}, headers={"Accept-Language": "vi"})
    assert "Accept-Language" in page.headers["vary"]
    tag = {"If-None-Match": page.headers["etag"]}
    assert client.get("/", params={"q": "chợ"}, headers={"Accept-Language": "vi", **tag}).status_code == 304
    assert client.get("/", params={"q": "chợ"}, headers={"Accept-Language": "en", **tag}).status_code == 200


def test_headers_that_browsers_obey(client):
    """Each answer forbids what a page could be made to do by others, scripts within it above all."""
    for path in ("/", "/?q=ma", "/search?q=ma", "/khong-co", "/static/style.css"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-cache")


def test_answers_are_compressed(client):
    """Long answers are, for those who take it."""
    answer = client.get("/static/style.css", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    plain = client.get("/static/style.css", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert int(answer.headers["content-length"]) < len(plain.content) / 2
    assert answer.content == plain.content


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ((), "https://bao.example.vn", None),  # off, if nothing is said
        (("https://bao.example.vn",), "https://bao.example.vn", "https://bao.example.vn"),
        (("https://bao.example.vn",), "https://khac.example.vn", None),
        (("*",), "https://khac.example.vn", "*"),
    ],
)
def test_pages_elsewhere(index, origins, origin, allowed):
    """Other origins' pages may read the answers of those only that are named."""
    answer = client_of(index, cors_origins=origins).get("/search", params={"q": "ma"}, headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") == allowed


def test_other_hosts(index):
    """A name that was made to stand for this machine by a page elsewhere is not answered."""
    client = client_of(index, allowed_hosts=("localhost", "::1"))
    assert client.get("/healthz", headers={"Host": "localhost:8000"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "[::1]:8000"}).status_code == 200
    for path in ("/search?q=ma", "/", "/info", "/openapi.json", "/search/"):
        answer = client.get(path, headers={"Host": "bao.example.vn"})
        assert (answer.status_code, answer.headers["content-type"]) == (421, "application/problem+json")


BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_documents_come_in_and_go_out(index):
    """What is added is found by the next request, what is removed is not; one of the same id is replaced."""
    client = client_of(index, write_token=TOKEN)
    one = {"id": "a/b", "title": "Thông báo", "text": "Lịch cắt điện.\nXã Vĩnh Hoà.", "metadata": {"năm": 2025}}
    answer = client.post("/documents", json=one, headers=BEARER)
    assert (answer.status_code, answer.json()) == (201, {"documents": 1, "paragraphs": 2})
    hit = client.get("/search", params={"q": "cat dien"}).json()["hits"][0]
    assert (hit["document_id"], hit["metadata"]) == ("a/b", {"năm": 2025})
    several = [
        {"id": "a/b", "paragraphs": ["Lịch cấp nước.", {"text": "Phụ lục", "section": "II", "page": 3}]},
        {"id": "c", "text": "Lịch họp."},
    ]
    assert client.post("/documents", json=several, headers=BEARER).json() == {"documents": 2, "paragraphs": 3}
    assert client.get("/search", params={"q": "cat dien", "match": "all"}).json()["total"] == 0
    assert client.get("/documents/a/b").json()["paragraphs"][1]["page"] == 3
    assert client.delete("/documents/a/b", headers=BEARER).status_code == 204
    assert client.get("/documents/a/b").status_code == 404
    assert client.delete("/documents/a/b", headers=BEARER).status_code == 404
    assert index.document_count == 5


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {TOKEN}"}])
def test_writing_without_the_token(index, headers):
    """Who does not know the token changes nothing, and learns nothing of what is there."""
    client = client_of(index, write_token=TOKEN)
    for answer in (
        client.post("/documents", json={"id": "x"}, headers=headers),
        client.delete("/documents/quy-che", headers=headers),
        client.delete("/documents/khong-co", headers=headers),
        client.post("/documents", content=b"{", headers=headers),  # nothing of it is read
    ):
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert index.document_count == 4


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 201),  # nothing is added
        (b"7", 422),
        (b'{"text": "x"}', 422),
        (b'{"id": ""}', 422),
        (b'{"id": 7}', 422),
        (b'{"id": "x", "txt": "y"}', 422),
        (b'{"id": "x", "text": "y", "paragraphs": ["z"]}', 400),
        (b'{"id": "x", "paragraphs": [{"text": "y", "page": -1}]}', 422),
        (b'{"id": "x", "title": "y", "metadata": {"": 1}}', 201),
        (b'{"id": "tin"}', 400),
        (b'{"id": "tin", "text": " ", "paragraphs": []}', 400),
        (b'{"id": "tin", "title": " ", "paragraphs": ["", {"text": " "}]}', 400),
        (b'{"id": "x", "text": "\xff"}', 400),
        (b'{"id": "x", "text": "\\ud800"}', 201),
        (b'[{"id": "x"}, {"id": ""}]', 422),
        (b'{"id": "x", "text": "' + b"a" * (17 << 20) + b'"}', 413),
    ],
    ids=lambda own: str(own)[:40],
)
def test_bodies(index, body, status):
    """A body that is no document is refused as a whole, whatever is wrong with it, and adds nothing."""
    client = client_of(index, write_token=TOKEN)
    answer = client.post("/documents", content=body, headers={**BEARER, "Content-Type": "application/json"})
    assert answer.status_code == status
    if status != 201:
        assert answer.headers["content-type"] == "application/problem+json"
        assert index.document_count == 4


def test_too_many_searches(index):
    """Searches beyond those that may wait are told to come again, and the others are answered."""
    client = client_of(index, most_waiting=1)
    statuses = []
    searcher = client.app.state.searcher
    entered, leave = threading.Event(), threading.Event()

    def hold(_searcher):
        entered.set()
        assert leave.wait(20)

    original = searcher._search
    searcher._search = lambda *asked: (hold(None), original(*asked))[1]
    thread = threading.Thread(target=lambda: statuses.append(client.get("/search", params={"q": "ma"}).status_code))
    thread.start()
    assert entered.wait(20)
    refused = client.get("/search", params={"q": "ma"})
    page = client.get("/", params={"q": "ma"})
    leave.set()
    thread.join()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert page.status_code == 503
    assert "text/html" in page.headers["content-type"]
    assert statuses == [200]


def test_a_search_that_takes_too_long(index):
    """It is told so, to programs and to people, with when to come again."""
    client = client_of(index, limits=Limits(seconds=1e-9))
    for path, kind in [("/search", "application/problem+json"), ("/", "text/html; charset=utf-8")]:
        answer = client.get(path, params={"q": "dang uy"})
        assert (answer.status_code, answer.headers["content-type"]) == (503, kind)
        assert answer.headers["retry-after"] == "1"
    assert client.get("/healthz").status_code == 200


def test_the_time_in_the_queue_counts(index):
    """A search that waits for its turn for longer than it may take is not begun."""
    client = client_of(index, limits=Limits(seconds=0.2))
    searcher = client.app.state.searcher
    with searcher._searcher._one_at_a_time:
        started = time.monotonic()
        assert client.get("/search", params={"q": "ma"}).status_code == 503
        assert time.monotonic() - started < 10


def test_a_tag_is_of_one_address(index, client):
    """The tag of one answer is no answer to another question, nor to one without an answer, nor after a change."""
    tag = {"If-None-Match": client.get("/search", params={"q": "x"}).headers["etag"]}
    for path, parameters, status in [
        ("/search", {"q": "y"}, 200),
        ("/documents/khong-co", {}, 404),
        ("/search", {"q": "x", "filter": "zzz=1"}, 400),
    ]:
        assert client.get(path, params=parameters, headers=tag).status_code == status
    page = {"If-None-Match": client.get("/").headers["etag"]}
    assert client.get("/", headers=page).status_code == 304
    assert client_of(index, title="Tên khác").get("/", headers=page).status_code == 200


def test_head(client):
    """It is answered as GET is, without a body."""
    for path in ("/", "/healthz", "/search?q=ma", "/khong-co", "/static/style.css"):
        head, got = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["content-type"] == got.headers["content-type"]


def test_a_slow_body(index, monkeypatch):
    """A body that is sent for too long is given up, and what it held is not added."""
    monkeypatch.setattr("timviet.search.web.guards.LONGEST_BODY", 0.2)
    app, messages = (
        create_app(index, write_token=TOKEN),
        iter([{"type": "http.request", "body": b"{", "more_body": True}]),
    )

    async def receive():
        try:
            return next(messages)
        except StopIteration:
            await asyncio.sleep(20)

    answers = []

    async def send(message):
        answers.append(message)

    headers = [(b"authorization", f"Bearer {TOKEN}".encode()), (b"content-type", b"application/json"), (b"host", b"x")]
    scope = {"type": "http", "method": "POST", "path": "/documents", "query_string": b"", "headers": headers}
    scope |= {"http_version": "1.1", "scheme": "http", "server": ("x", 80), "root_path": ""}
    asyncio.run(asyncio.wait_for(app(scope, receive, send), 10))
    assert answers[0]["status"] == 408
    assert "x" not in index


def test_a_fault_of_ours(index, monkeypatch):
    """What was not foreseen is told as a problem, with the headers that every answer has."""
    client = TestClient(create_app(index), raise_server_exceptions=False)

    def fail(*_):
        raise KeyError("bất ngờ")

    monkeypatch.setattr(Searcher, "suggest", fail)
    answer = client.get("/suggest", params={"q": "ma"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "bất ngờ" not in answer.text


def test_many_filters(client):
    """No request makes work, or a page, of a size that grows faster than itself."""
    filters = [f"năm={year}" for year in range(2_000)]
    assert client.get("/search", params={"q": "ma", "filter": filters}).status_code == 422
    page = client.get("/", params={"q": "ma", "filter": filters})
    assert page.status_code == 200
    assert len(page.content) < 1_000_000


def test_values_with_dots_are_filtered_by(index):
    """The link of a value leads to what has it, also where the value looks like a range."""
    fill(index, [Document(id="moi", text="Chợ phiên", metadata={"giá": "1..3"})])
    client = client_of(index)
    assert client.get("/search", params={"q": "cho", "filter": "giá==1..3"}).json()["total"] == 1
    assert "filter=gi%C3%A1%3D%3D1..3" in client.get("/", params={"q": "cho phien"}).text


def test_a_filter_that_cannot_be_used_can_be_removed(client):
    """The page that tells of it has a way to leave it out."""
    page = client.get("/", params={"q": "cho", "filter": "zzz=1"})
    assert page.status_code == 400
    assert 'class="chips"' in page.text


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"write_token": ""}, ValueError),
        ({"title": ""}, ValueError),
        ({"allowed_hosts": "tim.example.vn"}, TypeError),
        ({"cors_origins": "https://a.vn"}, TypeError),
        ({"facets": "năm"}, TypeError),
    ],
)
def test_options_that_cannot_be_meant(index, options, error):
    """A mistake in making the app is told when it is made."""
    with pytest.raises(error):
        create_app(index, **options)


def test_deep_metadata():
    """Metadata within metadata, so deep that to take it apart is a risk, is refused when it comes in."""
    deep = value = []
    for _ in range(150):
        value.append([])
        value = value[0]
    with open_index(":memory:", create=True) as index, pytest.raises(DocumentError, match="100 lists"):
        fill(index, [Document(id="x", metadata={"a": deep})])


def test_an_index_that_is_gone(tmp_path):
    """The app tells that it cannot search, without saying where the index was, and goes on when it is back."""
    place = tmp_path / "kho"
    with open_index(place, create=True) as index:
        fill(index)
    client = TestClient(create_app(place), raise_server_exceptions=False)
    away = place.rename(tmp_path / "di-vang")
    for path in ("/search?q=ma", "/healthz"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert "kho" not in answer.text
    assert client.get("/?q=ma").status_code == 503
    away.rename(place)
    assert client.get("/search?q=ma").status_code == 200


def test_metrics(index):
    """Figures are told to those who have asked for them when they made the app: none, otherwise."""
    assert client_of(index).get("/metrics").status_code == 404
    client = client_of(index, metrics=True)
    client.get("/search", params={"q": "dang uy"})
    client.get("/documents/tin/bao.txt")
    client.get("/khong-co")
    figures = client.get("/metrics").text
    assert 'timviet_requests_total{method="GET",route="/search",status="200"} 1.0' in figures
    assert 'route="/documents/{document_id:path}",status="200"} 1.0' in figures
    assert 'route="other",status="404"} 1.0' in figures
    assert 'timviet_latency_seconds_bucket{le="+Inf",method="GET",route="/search"} 1.0' in figures
    assert 'timviet_results_bucket{le="10.0"} 1.0' in figures
    assert f"timviet_index_generation {index.generation}.0" in figures


def test_the_description_is_whole(client):
    """OpenAPI's description names every path, and everything it refers to is there."""
    description = client.get("/openapi.json").json()
    assert set(description["paths"]) == {
        "/search",
        "/suggest",
        "/lookup",
        "/correct",
        "/similar",
        "/explain",
        "/documents/{document_id}",
        "/info",
        "/healthz",
    }
    assert "Problem" in description["components"]["schemas"]


def test_a_slow_search_does_not_hold_up_the_others(index):
    """Searches run beside the event loop: what needs none is answered meanwhile."""
    client = client_of(index)
    searcher = client.app.state.searcher
    original = searcher._search
    entered, leave = threading.Event(), threading.Event()

    def slow(*asked):
        entered.set()
        assert leave.wait(20)
        return original(*asked)

    searcher._search = slow
    with client:
        thread = threading.Thread(target=lambda: client.get("/search", params={"q": "ma"}))
        thread.start()
        assert entered.wait(20)
        started = time.monotonic()
        assert client.get("/static/style.css").status_code == 200
        assert time.monotonic() - started < 10
        leave.set()
        thread.join()


def test_half_characters_are_told(index):
    """Texts and titles with half of a surrogate pair are answered as JSON has them, and shown."""
    fill(index, [Document(id="x", text="Chợ \ud800 huyện", title="\udcff")])
    client = client_of(index)
    hit = client.get("/search", params={"q": "cho huyen", "match": "all"}).json()["hits"][0]
    assert (hit["title"], hit["text"]) == ("\udcff", "Chợ \ud800 huyện")
    assert client.get("/", params={"q": "cho huyen"}).status_code == 200


def test_missing_packages(monkeypatch):
    """Without the packages of the extra, what to install is told."""
    import sys

    from timviet.index.errors import MissingExtraError

    monkeypatch.setitem(sys.modules, "fastapi", None)
    for module in [own for own in sys.modules if own.startswith("timviet.search.web")]:
        monkeypatch.delitem(sys.modules, module)
    with pytest.raises(MissingExtraError, match=r"timviet\[web\]"):
        from timviet.search.web import create_app  # noqa: F401


def test_requests_are_answered_in_any_thread(index):
    """Many at once are answered each as if it were alone."""
    client = client_of(index)
    expected = {
        query: told(client.get("/search", params={"q": query}).json()) for query in ("dang uy", "ma tuy", "cho")
    }
    answers = []

    def ask(query):
        answers.append((query, told(client.get("/search", params={"q": query}).json())))

    threads = [threading.Thread(target=ask, args=(query,)) for query in list(expected) * 6]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 18
    assert all(answer == expected[query] for query, answer in answers)
