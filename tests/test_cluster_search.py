"""A search on a cluster answers what a search of an index here answers."""

import json
import random
from itertools import product
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whoosh.query import Term

from asking import CALLS, SYLLABLES, add_all, answer
from helpers import stripped
from timviet.index import ClusterOptions, Document, copy, open_index
from timviet.index.analysis import indexed_forms
from timviet.index.errors import QueryLimitError, QueryTimeoutError, UnknownKeyError, UnsupportedQueryError
from timviet.search import Limits, Searcher

SHARDS = [1, 3]


@pytest.fixture(scope="module", params=SHARDS, ids=lambda shards: f"{shards} shards")
def both(request, cluster_location):
    """A searcher of an index here, and one of the same on a cluster, in one shard and in several."""
    location = f"{cluster_location}-{request.param}"
    options = ClusterOptions(shards=request.param, replicas=0)
    with open_index(":memory:", create=True) as here, open_index(location, create=True, cluster=options) as there:
        # None is removed: until they are merged away removed paragraphs count, and each back end merges in its time.
        for index in (here, there):
            add_all(index)
        with Searcher(here) as one, Searcher(there) as other:
            yield one, other


def rounded(found):
    """An answer with scores to nine digits: sums of the same numbers may differ in the order of adding."""
    told = json.dumps(found, default=lambda own: own.to_dict() if hasattr(own, "to_dict") else repr(own))
    return json.loads(told, parse_float=lambda text: round(float(text), 9))


@pytest.mark.parametrize("call", [call for call in CALLS if call[0] != "suggest"], ids=str)
def test_same_answers(both, call):
    """Whatever is asked, the answer is the same; but for suggestions, which depend on the samples that are read."""
    here, there = both
    assert rounded(answer(there, call)) == rounded(answer(here, call))


queries = st.one_of(
    st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=6).map(" ".join),
    st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=4).map(lambda words: f'"{" ".join(words)}"'),
    st.tuples(st.sampled_from(SYLLABLES), st.sampled_from(SYLLABLES), st.sampled_from(SYLLABLES)).map(
        lambda own: "{} +{} -{}".format(*own)
    ),
    st.sampled_from(SYLLABLES).map(lambda word: f"{word[:2]}*"),
    st.sampled_from(SYLLABLES).map(lambda word: f"{word}~"),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=queries,
    marks=st.sampled_from(["auto", "strict", "ignore"]),
    match=st.sampled_from(["auto", "all", "any"]),
    is_stripped=st.booleans(),
)
def test_same_order(both, query, marks, match, is_stripped):
    """Any query finds the same paragraphs in the same order, with the same scores, and as many in all."""
    query = stripped(query) if is_stripped else query
    here, there = (searcher.search(query, limit=20, marks=marks, match=match) for searcher in both)
    assert there.total == here.total
    assert [(hit.document_id, hit.paragraph) for hit in there] == [(hit.document_id, hit.paragraph) for hit in here]
    assert [hit.score for hit in there] == pytest.approx([hit.score for hit in here])


def words_of(text):
    """The words of a text, however they are spelled."""
    return tuple(form.canonical for form in indexed_forms(text))


@pytest.mark.parametrize("prefix", ["h", "ma t", "viet", "hoà th"])
def test_suggestions(both, prefix):
    """What is suggested goes on as was typed, occurs so often, and is mostly what an index here suggests, too."""
    here, there = (searcher.suggest(prefix) for searcher in both)
    assert all(stripped(own.text.lower()).startswith(stripped(prefix)) for own in there)
    of_here = {words_of(own.text): own.frequency for own in here}
    same = [own for own in there if words_of(own.text) in of_here]
    assert all(of_here[words_of(own.text)] == own.frequency for own in same)
    assert 2 * len(same) >= min(len(here), len(there))


def test_pages(both):
    """Pages follow one another as the whole does."""
    _, there = both
    whole = there.search("hoa", match="any", limit=60)
    parts = [hit for first in range(0, 60, 7) for hit in there.search("hoa", match="any", limit=7, offset=first)]
    assert [(hit.document_id, hit.paragraph) for hit in parts[: len(whole)]] == [
        (hit.document_id, hit.paragraph) for hit in whole
    ]


def test_documents(both):
    """A document is read as it was written, with what a query matches in it; one that is not there is none."""
    here, there = both
    assert there.document("17", "hoa thuy") == here.document("17", "hoa thuy")
    assert there.document("17", offset=1, limit=1) == here.document("17", offset=1, limit=1)
    assert there.document("không có") is None


def test_keys(both):
    """The keys of the metadata are told as documents write them; others are refused."""
    here, there = both
    assert there.metadata_keys() == here.metadata_keys() == ["năm", "ngày"]
    assert there.metadata_keys(most_values=1) == []
    with pytest.raises(UnknownKeyError, match="'năm'"):
        there.search("hoa", facets=["tháng"])


def test_long_values(cluster_location):
    """Values that are too long for a term of a cluster are filtered by and counted, if cut at their ends."""
    value = "Đảng ủy xã " * 900
    location = f"{cluster_location}-dai"
    with open_index(location, create=True) as index:
        with index.writer() as writer:
            writer.add(Document("1", "hoa", metadata={"tóm tắt": value}))
            writer.add(Document("2", "hoa", metadata={"tóm tắt": "Đảng ủy xã"}))
        with Searcher(index) as searcher:
            found = searcher.search("hoa", filters={"tóm tắt": value}, facets=["tóm tắt"])
            counted = searcher.search("hoa", facets=["tóm tắt"]).facets["tóm tắt"]
    assert [hit.document_id for hit in found] == ["1"]
    assert [own.count for own in counted.values] == [1, 1]
    assert all(value.startswith(own.value) for own in counted.values)


def test_far_pages(cluster_location):
    """Pages far beyond what a cluster returns at once are whole, and a paragraph there can be explained."""
    with open_index(f"{cluster_location}-xa", create=True) as index:
        with index.writer() as writer:
            writer.add(Document("1", paragraphs=["hoa"] * 21_000, title="Tin"))
            writer.add(Document("2", "hoa"))
        with Searcher(index) as searcher:
            for sort in (None, "title"):
                found = searcher.search("hoa", limit=10, offset=20_995, sort=sort)
                assert [hit.paragraph for hit in found] == [*range(20_995, 21_000), 0]
            assert len(searcher.search("hoa", limit=9_000, group_by_document=True)) == 2
            assert searcher.explain("hoa", "1", 20_999).rank > 1
            assert searcher.explain("hoa", "1", 1 << 40) is None


def test_corrections_of_words_in_new_company(cluster_location):
    """A correction is written as texts write its words, also where they do not write them in this order."""
    with open_index(f"{cluster_location}-sua", create=True) as index:
        with index.writer() as writer:
            writer.add(Document("1", "Đảng ủy xã"))
        with Searcher(index) as searcher:
            assert searcher.correct("dang uy dang uy").query == "đảng ủy đảng ủy"


def test_long_names(cluster_location):
    """A name of any number of words is looked up, though a cluster cannot look for them all at once."""
    name = "Quyết định " * 30
    with open_index(f"{cluster_location}-ten", create=True) as index:
        with index.writer() as writer:
            writer.add(Document("1", "hoa", title=name))
        with Searcher(index) as searcher:
            assert [hit.document_id for hit in searcher.lookup(name.lower()).hits] == ["1"]
            assert not searcher.lookup("quyết định " * 1_000).hits


def test_queries_of_whoosh(both):
    """Whoosh's own queries are refused, with what to do instead."""
    with pytest.raises(UnsupportedQueryError, match="query language"):
        both[1].search(Term("text.folded", "hoa"))


def test_long_queries(cluster_location):
    """What is as long as a paragraph finds what it finds here, and longer queries if the cluster takes more terms."""
    words = ["".join(own) for own in product("bcdghklmntvx", "aăâeêiouư", ("", "n", "m", "ng", "t", "c", "p"))]
    texts = [" ".join(words[first : first + 220]) for first in range(0, 440, 11)]
    location = f"{cluster_location}-long"
    with open_index(":memory:", create=True) as here, open_index(location, create=True) as there:
        for index in (here, there):
            with index.writer() as writer:
                for number, text in enumerate(texts):
                    writer.add(Document(id=str(number), text=text))
        settings = there.connection.client.cluster.put_settings
        with Searcher(here) as one, Searcher(there) as other:

            def orders(searcher, count):
                query = " ".join(words[:count])
                answers = (searcher.search(query, match=match) for match in ("any", "all"))
                return [[(hit.document_id, hit.score) for hit in results] for results in answers]

            assert orders(other, 200) == orders(one, 200)
            with pytest.raises(QueryLimitError, match=r"raise indices\.query\.bool\.max_clause_count") as caught:
                orders(other, 600)
            assert caught.value.limit == 1_024
            try:
                settings(body={"transient": {"indices.query.bool.max_clause_count": 8_192}})
                assert orders(other, 600) == orders(one, 600)
            finally:
                settings(body={"transient": {"indices.query.bool.max_clause_count": None}})


def test_time_limit(both):
    """A search that takes longer than it may is stopped."""
    _, there = both
    with patch.object(there, "_limits", Limits(seconds=1e-4)), pytest.raises(QueryTimeoutError):
        there.search("hoa thuy viet ma", match="any")


def test_others_commit_meanwhile(cluster_location):
    """A searcher that was not refreshed goes on to search where others have added much, or replaced all."""
    location = f"{cluster_location}-muon"
    with open_index(location, create=True) as index:
        with index.writer() as writer:
            writer.add(Document("0", "Đảng ủy xã"))
        with Searcher(index) as searcher:
            with index.writer() as writer:
                for number in range(1, 40):
                    writer.add(Document(str(number), "Đảng ủy xã họp trưa"))
            assert searcher.search("dang uy xa")[0].score > 0
            assert searcher.search("hop trua", match="any").hits
            assert searcher.refresh()
            assert searcher.search("dang uy xa").total == 40


def test_refreshing(cluster_location):
    """A searcher sees what was committed when it is refreshed, and not before."""
    location = f"{cluster_location}-doi"
    with open_index(location, create=True) as index, Searcher(index) as searcher:
        with index.writer() as writer:
            writer.add(Document("1", "Đảng ủy xã", title="Tin"))
        assert searcher.refresh()
        assert [hit.document_id for hit in searcher.search("dang uy")] == ["1"]
        assert not searcher.refresh()
        with index.writer() as writer:
            writer.remove("1")
            writer.add(Document("2", "Đảng ủy phường"))
        before = searcher.commit_id
        assert searcher.refresh()
        assert searcher.commit_id != before
        assert [hit.document_id for hit in searcher.search("dang uy")] == ["2"]


def test_a_copy_in_its_place(cluster_location):
    """A searcher finds all that a copy has which took the place of its index, though it has other shards."""
    location = f"{cluster_location}-thay"
    with open_index(location, create=True, cluster=ClusterOptions(shards=1, replicas=0)) as index:
        with index.writer() as writer:
            for number in range(30):
                writer.add(Document(str(number), f"hoa số{number}x"))
        with Searcher(index) as searcher:
            copy(location, location, cluster=ClusterOptions(shards=3, replicas=0))
            assert all(searcher.search(f"số{number}x", match="all").total == 1 for number in range(30))


def test_abbreviations_that_texts_define(cluster_location):
    """An abbreviation that a text defines is found by what it stands for, and the other way round."""
    texts = [
        "Giữ gìn an ninh trật tự (ANTT) ở xã.",
        "Công tác ANTT được chú trọng.",
        "An ninh trật tự ổn định.",
        "Mưa.",
    ]
    documents = [Document(str(number), text) for number, text in enumerate(texts)]
    found = {}
    for location in (":memory:", f"{cluster_location}-viet-tat"):
        with open_index(location, create=True) as index:
            with index.writer() as writer:
                for document in documents:
                    writer.add(document)
            with Searcher(index) as searcher:
                found[location] = [
                    [hit.document_id for hit in searcher.search(query)] for query in ("ANTT", "antt", "an ninh trat tu")
                ]
    here, there = found.values()
    assert there == here
    assert {*here[0]} == {"0", "1", "2"}


def test_large_samples(cluster_location):
    """Of a beginning that more paragraphs have than are drawn, the commonest ways to go on are still told."""
    chosen = random.Random(3)  # noqa: S311
    texts = [f"công {chosen.choice(['an xã', 'an xã', 'an xã', 'nhân', 'việc'])} số {number}" for number in range(900)]
    with open_index(f"{cluster_location}-nhieu", create=True) as index:
        with index.writer() as writer:
            for number, text in enumerate(texts):
                writer.add(Document(str(number), text))
        with Searcher(index) as searcher:
            first = searcher.suggest("công ")[0]
    assert first.text.startswith("công an xã")
    assert first.frequency == sum("an xã" in text for text in texts)


@pytest.mark.parametrize(("shards", "tolerance"), [(1, 0.0), (3, 0.01)])
def test_question_sets(shared, cluster_location, shards, tolerance):
    """Questions find the same on one shard, and answers as high up on three."""
    folder = shared / "quality" / "xquad_vi"
    paragraphs = [json.loads(line) for line in (folder / "corpus.jsonl").read_text("utf-8").splitlines()]
    questions = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()][::30]
    judged = dict(line.split("\t")[:2] for line in (folder / "qrels.tsv").read_text("utf-8").splitlines())
    ranks, orders = [], []
    options = ClusterOptions(shards=shards, replicas=0)
    for location in (":memory:", f"{cluster_location}-cau-hoi-{shards}"):
        with open_index(location, create=True, cluster=options) as index:
            with index.writer() as writer:
                for own in paragraphs:
                    writer.add(Document(own["id"], own["text"]))
            with Searcher(index) as searcher:
                found = {own["id"]: searcher.search(own["text"]) for own in questions}
        orders.append([[hit.document_id for hit in own] for own in found.values()])
        ranks.append(
            sum(
                next((1 / rank for rank, hit in enumerate(own, 1) if hit.document_id == judged[question]), 0.0)
                for question, own in found.items()
            )
            / len(found)
        )
    assert ranks[1] == pytest.approx(ranks[0], abs=tolerance)
    assert shards > 1 or orders[1] == orders[0]
