"""Whoosh finds the same, in the same order, in columns as in its own files."""

import random
from datetime import UTC, datetime

import pytest
from whoosh import fields, query, sorting
from whoosh.analysis import StandardAnalyzer
from whoosh.codec import default_codec
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.index import FileIndex, open_dir
from whoosh.matching import ReadTooFar
from whoosh.query import (
    And,
    AndMaybe,
    AndNot,
    ConstantScoreQuery,
    DisjunctionMax,
    Every,
    FuzzyTerm,
    Not,
    NumericRange,
    Or,
    Phrase,
    Prefix,
    Regex,
    Require,
    Term,
    Variations,
    Wildcard,
)
from whoosh.query.spans import SpanFirst, SpanNear, SpanNot, SpanOr

from timviet.index.codec import ColumnCodec, ColumnSegment

SYLLABLES = [
    "đảng",
    "dang",
    "đang",
    "ủy",
    "uy",
    "công",
    "an",
    "cong",
    "ma",
    "túy",
    "tùy",
    "xã",
    "huyện",
    "tỉnh",
    "họp",
    "bàn",
    "phòng",
    "chống",
    "thuế",
    "phí",
]
analyzer = StandardAnalyzer(stoplist=None, minsize=1)
SCHEMA = fields.Schema(
    id=fields.ID(stored=True, unique=True),
    text=fields.TEXT(analyzer=analyzer, stored=True),
    chars=fields.TEXT(analyzer=analyzer, chars=True),
    plain=fields.TEXT(analyzer=analyzer, phrase=False),
    kind=fields.KEYWORD(stored=True, sortable=True),
    year=fields.NUMERIC(stored=True, sortable=True),
    price=fields.NUMERIC(float),
    boosted=fields.TEXT(analyzer=analyzer, field_boost=1.5),
    doubled=fields.TEXT(analyzer=analyzer, field_boost=2.0),
)


def build(storage, codec, removed=("3", "17", "42")):
    """An index of three segments, some documents deleted, by Whoosh's own writer and a codec."""
    chance = random.Random(7)  # noqa: S311
    index = FileIndex.create(storage, SCHEMA)
    number = 0
    for size in (40, 1, 200):
        writer = index.writer(codec=codec)
        for _ in range(size):
            text = " ".join(chance.choices(SYLLABLES, k=chance.randrange(30)))
            own = dict.fromkeys(("text", "chars", "plain", "boosted", "doubled"), text) | {"id": str(number)}
            if chance.random() < 0.8:
                own |= {"kind": chance.choice("abc"), "year": chance.randrange(1990, 2024), "price": chance.random()}
            writer.add_document(**own)
            number += 1
        writer.commit(merge=False)
    writer = index.writer(codec=codec)
    for identity in removed:
        writer.delete_by_term("id", identity)
    writer.commit(merge=False)
    return index


@pytest.fixture(scope="module")
def both():
    """The same documents by our codec and by Whoosh's own."""
    return build(RamStorage(), ColumnCodec()), build(RamStorage(), default_codec())


T = lambda text: Term("text", text)  # noqa: E731
QUERIES = [
    T("đảng"),
    Term("plain", "uy"),
    Term("chars", "uy"),
    Term("boosted", "uy"),
    Term("doubled", "uy"),
    Phrase("doubled", ["công", "an"]),
    Term("text", "đảng", boost=2.5),
    Term("kind", "a"),
    T("không"),
    Phrase("text", ["công", "an"]),
    Phrase("text", ["công", "an"], slop=3),
    Phrase("chars", ["ma", "túy"]),
    Prefix("text", "đ"),
    Wildcard("text", "t*y"),
    Regex("text", "^(ma|xã)$"),
    FuzzyTerm("text", "dang"),
    FuzzyTerm("text", "ma", maxdist=2, prefixlength=1),
    query.TermRange("text", "an", "công"),
    NumericRange("year", 2000, 2010),
    NumericRange("year", None, 2010, endexcl=True),
    NumericRange("price", 0.2, 0.4),
    Variations("text", "họp"),
    And([T("đảng"), T("ủy")]),
    And([T("đảng"), T("ủy"), T("xã"), T("họp")]),
    Or([T("đảng"), T("ủy")]),
    Or([T(word) for word in SYLLABLES]),
    DisjunctionMax([T("đảng"), T("ủy")]),
    And([T("đảng"), Not(T("ủy"))]),
    And([T("đảng"), Not(Or([T("ủy"), Phrase("text", ["công", "an"])]))]),
    AndMaybe(T("đảng"), T("ủy")),
    AndNot(T("đảng"), T("ủy")),
    Require(T("đảng"), Term("kind", "a")),
    ConstantScoreQuery(T("đảng"), 4.0),
    Every(),
    Every("year"),
    Not(T("đảng")),
    SpanFirst(T("đảng"), limit=3),
    SpanNear(T("đảng"), T("ủy"), slop=3, ordered=False),
    SpanNot(T("đảng"), T("ủy")),
    SpanOr([T("đảng"), T("ủy")]),
    And([Or([T("đảng"), And([T("ma"), T("túy")])]), Or([Prefix("text", "h"), Term("kind", "b")])]),
]


def answers(index, asked, **options):
    """The documents found, in order, each with its score, and how many there are."""
    with index.searcher() as searcher:
        results = searcher.search(asked, **options)
        return [(hit["id"], hit.score) for hit in results], len(results)


# Whoosh's own `Require` fails on any codec when it skips, which it does where there is a limit.
@pytest.mark.parametrize(
    ("asked", "limit"),
    [(own, limit) for own in QUERIES for limit in (None, 10) if not (limit and type(own) is Require)],
)
def test_queries(both, asked, limit):
    """A query finds the same documents in the same order and with the same scores."""
    ours, theirs = (answers(index, asked, limit=limit) for index in both)
    assert ours == theirs


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"sortedby": "year"}, id="sorted"),
        pytest.param({"sortedby": "kind", "reverse": True}, id="reversed"),
        pytest.param({"sortedby": [sorting.FieldFacet("kind"), sorting.FieldFacet("year", reverse=True)]}, id="two"),
        pytest.param({"filter": Term("kind", "a")}, id="filter"),
        pytest.param({"mask": T("ủy")}, id="mask"),
        pytest.param({"collapse": "kind"}, id="collapse"),
        pytest.param({"terms": True}, id="terms"),
    ],
)
def test_options(both, options):
    """Sorting, filters and collapsing work as they do on Whoosh's own files."""
    ours, theirs = (answers(index, T("đảng"), limit=50, **options) for index in both)
    assert ours == theirs


@pytest.mark.parametrize("facet", ["kind", "year"])
def test_facets(both, facet):
    """Groups by a field are the same."""
    groups = []
    for index in both:
        with index.searcher() as searcher:
            groups.append(searcher.search(T("đảng"), groupedby=facet, limit=None).groups(facet))
    assert groups[0] == groups[1]


def test_dictionaries(both):
    """Terms, their statistics, and documents' stored fields and lengths are the same."""
    ours, theirs = (index.reader() for index in both)
    assert list(ours.all_terms()) == list(theirs.all_terms())
    for term, info in theirs:
        assert vars(ours.term_info(*term)).keys() == {
            f"_{name}" for name in ("weight", "df", "minlength", "maxlength", "maxweight", "minid", "maxid")
        }
        for fact in ("weight", "doc_frequency", "max_weight", "min_id", "max_id"):
            assert getattr(ours.term_info(*term), fact)() == pytest.approx(getattr(info, fact)())
        assert ours.doc_frequency(*term) == theirs.doc_frequency(*term)
        assert ours.frequency(*term) == pytest.approx(theirs.frequency(*term))
    assert sorted(ours.indexed_field_names()) == sorted(theirs.indexed_field_names())
    for number in theirs.all_doc_ids():
        assert ours.stored_fields(number) == theirs.stored_fields(number)
        for name in SCHEMA.names():
            assert ours.doc_field_length(number, name) == (theirs.doc_field_length(number, name) or 0)
    for name in ("text", "plain"):
        assert ours.field_length(name) == theirs.field_length(name)
        assert ours.max_field_length(name) == theirs.max_field_length(name)


@pytest.mark.parametrize("field", ["text", "chars", "plain", "kind", "boosted", "doubled"])
def test_postings(both, field):
    """Each posting has the same weight, value and positions."""
    ours, theirs = (index.reader() for index in both)
    for term in theirs.lexicon(field):
        for mine, other in zip(ours.leaf_readers(), theirs.leaf_readers(), strict=True):
            if (field, term) in other[0]:
                one, two = mine[0].postings(field, term), other[0].postings(field, term)
                while two.is_active():
                    assert (one.id(), one.weight()) == (two.id(), pytest.approx(two.weight()))
                    for kind in ("frequency", "positions", "characters"):
                        if two.supports(kind):
                            assert one.value_as(kind) == two.value_as(kind)
                    one.next()
                    two.next()
                assert not one.is_active()


def test_lengths_of_fields(both):
    """The shortest and the longest text of a field are the same, and there are none in a field that is not there."""
    ours, theirs = both[0].reader(), both[1].reader()
    for name in ("text", "boosted", "plain"):
        assert ours.min_field_length(name) == theirs.min_field_length(name)
        assert ours.max_field_length(name) == theirs.max_field_length(name)
    for leaf, _ in ours.leaf_readers():
        assert (leaf.min_field_length("year"), leaf.max_field_length("year")) == (0, 0)


def test_columns(both):
    """Sortable fields have columns of Whoosh's own, with the same values, and others have none."""
    for (ours, _), (theirs, _) in zip(*(index.reader().leaf_readers() for index in both), strict=True):
        assert ours._perdoc.supports_columns()
        for name in SCHEMA.names():
            assert ours.has_column(name) == theirs.has_column(name)
        for name in ("kind", "year"):
            if theirs.has_column(name):
                assert list(ours.column_reader(name)) == list(theirs.column_reader(name))


@pytest.mark.parametrize("field", ["text", "kind", "none"])
def test_cursors(both, field):
    """A cursor walks through a field's terms in order, from the first one and from any place, until there is none."""
    schema = fields.Schema(**dict(SCHEMA.items()), none=fields.ID())
    for leaf, _ in both[0].reader().leaf_readers():
        terms = [schema[field].from_bytes(term) for name, term in leaf.all_terms() if name == field]
        cursor = leaf._terms.cursor(field, schema[field])
        assert cursor.is_valid() == bool(terms)
        walked = [cursor.first()]
        while cursor.is_valid():
            walked.append(cursor.next())
        assert walked == [*terms, None]
        for place, term in enumerate(terms):
            for asked in (term, schema[field].to_bytes(term)):
                assert (cursor.find(asked), cursor.next()) == (term, [*terms, None][place + 1])
        assert cursor.first() == (terms or [None])[0]


def test_matchers(both):
    """A matcher is copied and set back, skips to documents, and tells the bounds of its block of 128 postings."""
    leaf, _ = max(both[0].reader().leaf_readers(), key=lambda pair: pair[0].doc_count())
    matcher = leaf._terms.matcher("text", b"an", SCHEMA["text"].format)
    ids = list(matcher.all_ids())
    assert 20 < len(ids) <= 128
    weights = [leaf.stored_fields(number)["text"].split().count("an") for number in ids]
    lengths = [leaf.doc_field_length(number, "text") for number in ids]
    assert (matcher.block_min_id(), matcher.block_max_id()) == (ids[0], ids[-1])
    assert (matcher.block_min_length(), matcher.block_max_length()) == (min(lengths), max(lengths))
    assert matcher.block_max_weight() == max(weights)
    matcher.skip_to(ids[5] + 1)
    copied = matcher.copy()
    assert (matcher.id(), copied.id()) == (ids[6], ids[6])
    copied.next()
    assert (matcher.id(), copied.id()) == (ids[6], ids[7])
    matcher.reset()
    assert (matcher.id(), copied.id()) == (ids[0], ids[7])
    matcher.skip_to(ids[-1] + 1)
    assert not matcher.is_active()
    for go_on in (matcher.next, lambda: matcher.skip_to(0)):
        with pytest.raises(ReadTooFar):
            go_on()


def test_whoosh_opens_and_merges(tmp_path):
    """An index in a folder is opened by Whoosh alone, and its own writer merges our segments."""
    build(FileStorage(str(tmp_path)), ColumnCodec())
    index = open_dir(str(tmp_path))
    before = answers(index, T("đảng"), limit=None)[0]
    index.writer(codec=ColumnCodec()).commit(optimize=True)
    assert len(index._segments()) == 1
    assert sorted(identity for identity, _ in answers(index, T("đảng"), limit=None)[0]) == sorted(
        identity for identity, _ in before
    )


def test_what_is_not_kept(tmp_path):
    """Values that are no JSON, and term vectors, are refused with a message."""
    index = FileIndex.create(RamStorage(), fields.Schema(day=fields.STORED))
    with pytest.raises(TypeError, match="datetime"):
        index.writer(codec=ColumnCodec()).add_document(day=datetime(2024, 1, 1, tzinfo=UTC))
    index = FileIndex.create(RamStorage(), fields.Schema(text=fields.TEXT(vector=True)))
    with pytest.raises(NotImplementedError, match="vectors"):
        index.writer(codec=ColumnCodec()).add_document(text="Đảng ủy")


def test_deletions_are_taken_back():
    """A segment counts its deleted documents, each once, and one whose deletion is taken back is not deleted."""
    segment = ColumnSegment("MAIN")
    segment.set_doc_count(3)
    for number in (1, 1, 2):
        segment.delete_document(number)
    segment.delete_document(2, delete=False)
    segment.delete_document(0, delete=False)
    assert [segment.is_deleted(number) for number in range(3)] == [False, True, False]
    assert (segment.deleted_count(), segment.doc_count(), segment.doc_count_all()) == (1, 2, 3)


def test_no_postings_apart():
    """Postings are written and read with their terms, and in no other way."""
    with pytest.raises(NotImplementedError, match="field writer"):
        ColumnCodec().postings_writer(None)
    with pytest.raises(NotImplementedError, match="terms reader"):
        ColumnCodec().postings_reader(None, None, None)


def test_a_document_that_cannot_be_written():
    """A document that Whoosh's writer refuses half-way is not kept; the next one takes its number."""
    index = FileIndex.create(RamStorage(), SCHEMA)
    with index.writer(codec=ColumnCodec()) as writer:
        writer.add_document(id="1", text="Đảng ủy")
        with pytest.raises(ValueError, match="năm nay"):
            writer.add_document(id="2", kind="a", text="Công an", year="năm nay")
        writer.add_document(id="3", text="Đê điều xã")
    reader = index.reader()
    assert [fields["id"] for fields in reader.all_stored_fields()] == ["1", "3"]
    assert reader.stored_fields(1) == {"id": "3", "text": "Đê điều xã"}
    assert [reader.doc_field_length(number, "text") for number in range(2)] == [2, 3]
