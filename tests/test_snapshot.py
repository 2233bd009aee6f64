"""A snapshot shows segments that Whoosh's own codec wrote as it shows ours."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers import add_segment, make_index
from timviet.index import Document, open_index
from timviet.index.analysis import indexed_forms, typed_without_marks
from timviet.index.codec import ColumnSegment
from timviet.index.schema import (
    UNMARKED,
    UNMARKED_FIELD,
    folded_field,
    metadata_field,
    metadata_key,
    sort_terms,
    value_field,
)
from timviet.index.snapshot import Snapshot
from timviet.search import Searcher

SCORED = ["text", "text.folded", "title", "title.folded"]
WORDS = ["Đảng", "đảng", "dang", "đang", "ủy", "uỷ", "uy", "xã", "31,77%", "—", "\u3164"]
QUERIES = [
    pytest.param("dang uy", id="without marks"),
    pytest.param("đảng ủy", id="with marks"),
    pytest.param('"dang uy xa"', id="phrase"),
    pytest.param('"đảng xã"~2', id="loose phrase"),
    pytest.param("đa* -xã", id="prefix, and not"),
    pytest.param("dnag~", id="fuzzy"),
    pytest.param("title:đảng", id="title"),
    pytest.param("nam:2024 dang", id="metadata"),
    pytest.param("nam:[2023 TO 2024] uy", id="range"),
    pytest.param("co_quan:ủy", id="metadata of some"),
]

texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
documents = st.fixed_dictionaries(
    {"text": st.lists(texts, min_size=1, max_size=2).map("\n".join)},
    optional={
        "title": texts,
        "path": st.just("kho/Đảng.txt"),
        "metadata": st.dictionaries(st.sampled_from(["Năm", "Cơ quan"]), st.integers(2020, 2024) | texts),
    },
)
sessions = st.lists(st.lists(documents, min_size=1, max_size=3), min_size=1, max_size=3)


def named(sessions):
    """The documents of each session, with ids from 0 on."""
    numbers = iter(range(100))
    return [[Document(id=str(next(numbers)), **fields) for fields in session] for session in sessions]


def add_by_whoosh(index, *documents):
    """Commit documents as a segment of Whoosh's own writer and codec."""
    writer = index.whoosh.writer()
    for document in documents:
        texts = {name: text for name in ("title", "path") if (text := getattr(document, name)) is not None}
        metadata = {metadata_field(metadata_key(name)): str(value) for name, value in (document.metadata or {}).items()}
        values = {value_field(name): tuple(sort_terms(text)) for name, text in metadata.items()}
        for number, start, text in document.iter_paragraphs():
            own = {"text": text} | texts | metadata
            twins = {folded_field(name): text for name, text in own.items()}
            unmarked = {UNMARKED_FIELD: UNMARKED} if typed_without_marks(indexed_forms(text)) else {}
            stored = {"id": document.id, "paragraph": number, "start": start}
            stored["metadata"] = json.dumps(dict(document.metadata or {}), ensure_ascii=False)
            writer.add_document(**stored | own | twins | values | unmarked)
    writer.commit(merge=False)


def snapshot_of(index):
    """What is seen of an index as it is now."""
    return Snapshot(index.whoosh.searcher())


def postings(view, field):
    """The postings of each term of a field in a segment, without deleted paragraphs and terms that only those have."""
    terms, found = view.terms(field), {}
    # Whoosh's analysis gives terms that are given as they are positions, too.
    has_positions = field.partition(".")[0] in {"text", "title", "path", "meta"} and not field.endswith(".value")
    for number in range(len(terms)):
        numbers, counts = (column.tolist() for column in terms.postings(number))
        positions = iter(terms.positions(number).tolist() if has_positions else [])
        own = {}
        for paragraph, count in zip(numbers, counts, strict=True):
            own[paragraph] = [next(positions) for _ in range(count)] if has_positions else count
            if view.kept is not None and not view.kept[paragraph]:
                del own[paragraph]
        assert list(positions) == []
        if own:
            found[terms[number]] = own
    return found


def contents(view):
    """All that a segment shows."""
    fields = {field: postings(view, field) for field in view.reader.indexed_field_names()}
    return (
        {field: terms for field, terms in fields.items() if terms},
        {field: view.lengths(field).tolist() for field in [*SCORED, "path", "unknown"]},
        view.unmarked[slice(None) if view.kept is None else view.kept].tolist(),
        view.kept if view.kept is None else view.kept.tolist(),
        view.paragraph_count,
    )


@given(st.lists(documents, min_size=1, max_size=5), st.sets(st.integers(0, 4), max_size=2))
@example([{"text": "dang uy"}, {"text": "Đảng ủy"}, {"text": "dang"}], {0})
@example([{"text": "an " * 300, "title": "Đảng"}, {"text": "—\nĐảng ủy", "metadata": {"Năm": 2024}}], set())
@settings(max_examples=40)
def test_segments_of_another_codec(fields, removed):
    """Terms, postings, positions, lengths, what was typed without marks and what is left are those of our segments."""
    (added,) = named([[*fields, {"text": "Đê điều"}]])
    removed = {str(number) for number in removed if number < len(fields)}
    with open_index(":memory:", create=True) as ours, open_index(":memory:", create=True) as theirs:
        add_segment(ours, *added)
        add_by_whoosh(theirs, *added)
        for index in (ours, theirs):
            add_segment(index, remove=removed)
        (own,), (foreign,) = snapshot_of(ours).segments, snapshot_of(theirs).segments
        assert not isinstance(foreign.reader.segment(), ColumnSegment)
        assert contents(foreign) == contents(own)
        assert foreign.terms("unknown") is own.terms("unknown") is None
        assert foreign.terms("text") is foreign.terms("text")


def answers(index, query):
    """What a search finds, best first: which paragraphs, their scores, and what is marked in them."""
    with Searcher(index) as searcher:
        results = searcher.search(query, limit=100)
        return [
            (hit.document_id, hit.paragraph, pytest.approx(hit.score), hit.title, hit.metadata, hit.snippet.to_html())
            for hit in results
        ]


@pytest.mark.parametrize("query", QUERIES)
@given(sessions, st.lists(st.booleans(), min_size=3, max_size=3))
@example([[{"text": "Đảng ủy xã"}], [{"text": "dang uy xa", "title": "Đảng"}], [{"text": "đang"}]], [True, False, True])
@settings(max_examples=10)
def test_a_search_over_mixed_segments(query, sessions, by_whoosh):
    """Over segments of Whoosh's codec and of ours, a search finds, ranks and marks what it does over one of ours."""
    segments = named(sessions)
    with open_index(":memory:", create=True) as mixed, open_index(":memory:", create=True) as at_once:
        for segment, is_foreign in zip(segments, by_whoosh, strict=False):
            (add_by_whoosh if is_foreign else add_segment)(mixed, *segment)
        add_segment(at_once, *(document for segment in segments for document in segment))
        assert len(snapshot_of(mixed).segments) == len(segments)
        assert answers(mixed, query) == answers(at_once, query)


def test_explanations_over_mixed_segments():
    """A paragraph's score is explained by the same parts, whichever codec wrote its segment."""
    texts = ["Đảng ủy xã", "dang uy xa", "Đảng, ủy, đang"]
    with open_index(":memory:", create=True) as mixed, make_index(texts) as at_once:
        for number, (text, add) in enumerate(zip(texts, [add_by_whoosh, add_segment, add_by_whoosh], strict=True)):
            add(mixed, Document(id=str(number), text=text))
        with Searcher(mixed) as searcher, Searcher(at_once) as expected:
            for number in range(3):
                assert searcher.explain('dang "uy xa"', str(number)) == expected.explain('dang "uy xa"', str(number))


def test_removals_from_mixed_segments():
    """Documents are replaced and removed, whichever codec wrote their segment; the numbers of others stay."""
    with open_index(":memory:", create=True) as index:
        add_by_whoosh(index, *(Document(id=f"w{number}", text="Đảng ủy xã") for number in range(3)))
        add_segment(index, *(Document(id=f"t{number}", text="Đảng ủy phường") for number in range(3)))
        add_segment(index, Document(id="w1", text="Đê điều"), remove=["w0", "t2"])
        snapshot = snapshot_of(index)
        assert [segment.first for segment in snapshot.segments] == [0, 3, 6]
        kept = [[False, False, True], [True, True, False], None]
        assert [own.kept if own.kept is None else own.kept.tolist() for own in snapshot.segments] == kept
        assert [answer[0] for answer in answers(index, "dang uy")] == ["w2", "t0", "t1"]


@pytest.mark.parametrize(
    "add",
    [
        pytest.param(add_segment, id="ours"),
        pytest.param(add_by_whoosh, id="Whoosh"),
    ],
)
def test_deleted_paragraphs_are_counted(add):
    """How many paragraphs hold a term is told with deleted ones, as how many there are, whichever codec wrote them."""
    with open_index(":memory:", create=True) as index:
        add(index, *(Document(id=str(number), text="Đảng ủy xã") for number in range(3)))
        add_segment(index, remove=["0"])
        snapshot = snapshot_of(index)
        assert (snapshot.document_frequency("text.folded", "dang"), snapshot.paragraph_count) == (3, 3)


def test_an_empty_index():
    """A snapshot of an empty index has no segments, paragraphs or terms, and nothing is found in it."""
    with open_index(":memory:", create=True) as index:
        snapshot = snapshot_of(index)
        assert (snapshot.segments, snapshot.paragraph_count) == ([], 0)
        assert (snapshot.document_frequency("text", "dang"), snapshot.prefixed("text", "")) == (0, [])
        assert list(snapshot.neighbours("text", "dang", 1)) == []
        assert answers(index, "dang") == []
