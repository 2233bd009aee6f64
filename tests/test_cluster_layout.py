"""What a cluster makes of the terms that it is sent is what the index here has."""

import pytest

from timviet.index import Document, open_index
from timviet.index.analysis import forms, indexed_forms, typed_without_marks
from timviet.index.opensearch.paragraphs import Encoder
from timviet.index.schema import folded_field, metadata_field, value_field

TEXT = "Đảng ủy xã Hoà Bình họp ngày 05-CT/TW: 31,77% hộ nghèo; Ủy ban nhân dân xã. " + "ư" * 300 + " 𝟙𝟚"
UNMARKED = "Dang uy xa hop ngay 5 thang 3"
METADATA = {"Năm": 2024, "Cơ quan": ["Bộ Tài chính", "Bộ Công an"], "nơi": "", "Đã ký": True}


@pytest.fixture
def both(location):
    """The same documents in an index on a cluster and in one here."""
    with open_index(location, create=True) as there, open_index(":memory:", create=True) as here:
        for index in (there, here):
            with index.writer() as writer:
                writer.add(
                    Document(id="kế hoạch/1", title="Kế hoạch", path="kế hoạch/1.txt", text=TEXT, metadata=METADATA)
                )
                writer.add(Document(id="2", text=f"{UNMARKED}\nHọp xong.\n\n…", metadata={"năm": "2023", "NAM": 7}))
                writer.add(Document(id="3", text="nửa \ud83d chữ 😀"))
        yield there, here


def found(index, field, term):
    """The ids and numbers of the paragraphs that have a term, by the cluster's own search."""
    body = {"query": {"term": {field: term}}, "size": 1000, "_source": ["stored"]}
    hits = index.connection.client.search(index=index.connection.name, body=body)["hits"]["hits"]
    return sorted((hit["_source"]["stored"]["id"], hit["_source"]["stored"]["paragraph"]) for hit in hits)


def found_here(index, field, term):
    """The same, by the terms of the index here."""
    with index.reader() as reader:
        key = (field, term.encode())
        numbers = reader.postings(*key).all_ids() if key in reader else ()
        return sorted((own["id"], own["paragraph"]) for own in map(reader.stored_fields, numbers))


def terms_here(index, field):
    with index.reader() as reader:
        return [term.decode() for term in reader.lexicon(field)]


@pytest.mark.parametrize("field", ["text", "title", "path"])
@pytest.mark.parametrize("twin", ["", ".folded"])
def test_terms_of_texts(both, field, twin):
    """Each term of a text finds the same paragraphs there as here, by its keyed and by its folded form."""
    there, here = both
    terms = terms_here(here, f"{field}{twin}")
    assert len(terms) > 1
    for term in terms:
        assert found(there, f"{field}{twin}", term) == found_here(here, f"{field}{twin}", term)


def test_pairs(both):
    """Two terms that follow one another are one of the pairs, and others are not."""
    there, _ = both
    first, second, third = (form.keyed for form in indexed_forms("Đảng ủy xã"))
    assert found(there, "text.pairs", f"{first}\x1f{second}") == [("kế hoạch/1", 0)]
    assert found(there, "text.pairs", f"{first}\x1f{third}") == []


@pytest.mark.parametrize("key", ["nam", "co_quan", "noi", "da_ki"])
def test_terms_of_metadata(both, key):
    """Each term of a key of the metadata finds the same paragraphs, by both forms and by whole values."""
    there, here = both
    field = metadata_field(key)
    assert terms_here(here, value_field(field))
    for own, twin in ((field, "meta"), (folded_field(field), "meta.folded"), (value_field(field), "value")):
        for term in terms_here(here, own):
            assert found(there, twin, f"{key}\x1f{term}") == found_here(here, own, term)


def test_ids_and_unmarked(both):
    """Ids, and whether a paragraph was typed without marks, find the same."""
    there, here = both
    for term in terms_here(here, "id"):
        assert found(there, "id", term) == found_here(here, "id", term)
    assert found(there, "unmarked", "1") == found_here(here, "unmarked", "1") == [("2", 0)]


@pytest.mark.parametrize("text", [TEXT, UNMARKED, "", "…", "Họp 5", "hop hop hop hop hop hop hop hop hop họp", "1 2 3"])
def test_unmarked_as_the_analyzer_has_it(text):
    """A paragraph is sent as typed without marks where the analyzer says so."""
    document = Document(id="1", text=text)
    (line, *_) = list(Encoder().encode(prepared(document), 0))
    assert (b'"unmarked":"1"' in line) == typed_without_marks(indexed_forms(text))


def prepared(document):
    from timviet.index.preparing import prepare

    return prepare(document, None)


def test_what_is_stored(both):
    """What is kept of each paragraph is what is kept of it here, half of a character included."""
    there, here = both
    body = {"query": {"term": {"kind": "paragraph"}}, "size": 1000}
    hits = there.connection.client.search(index=there.connection.name, body=body)["hits"]["hits"]
    with here.reader() as reader:
        kept = [reader.stored_fields(number) for number in reader.all_doc_ids()]
    assert sorted((hit["_source"]["stored"] for hit in hits), key=str) == sorted(map(dict, kept), key=str)
    assert {name for hit in hits for name in hit["_source"]} <= {
        "kind", "id", "paragraph", "order", "unmarked", "stored",
    }  # fmt: skip


def test_the_vocabulary(both):
    """There is a document for each keyed term of texts, titles, paths and values, once, with its folded form."""
    there, here = both
    body = {"query": {"term": {"kind": "term"}}, "size": 1000}
    hits = there.connection.client.search(index=there.connection.name, body=body)["hits"]["hits"]
    keyed = {term for field in ("text", "title", "path") for term in terms_here(here, field)}
    for key in ("nam", "co_quan", "da_ki"):
        keyed |= set(terms_here(here, metadata_field(key)))
    assert {hit["_source"]["word"]: hit["_source"]["fold"] for hit in hits} == {
        term: term.partition("\t")[0] for term in keyed
    }
    assert len(hits) == len(keyed)


def test_orders_rise(location):
    """A paragraph that is written later has a greater number, also one of a later writer."""
    with open_index(location, create=True) as index:
        orders = []
        for number in range(3):
            with index.writer() as writer:
                writer.add(Document(id=str(number), text="một\nhai"))
            body = {"query": {"term": {"id": str(number)}}, "sort": ["paragraph"]}
            hits = index.connection.client.search(index=index.connection.name, body=body)["hits"]["hits"]
            orders += [hit["_source"]["order"] for hit in hits]
    assert len(orders) == 6
    assert orders == sorted(set(orders))


def test_long_terms_are_whole(location):
    """The longest terms that there are, of letters outside the first plane, are not cut in two."""
    word = "𝒶\u0323" * 400
    with open_index(location, create=True) as index:
        with index.writer() as writer:
            writer.add(Document(id="1", text=f"{word} xã", metadata={"k" * 200: word}))
        keyed = forms(word).keyed
        assert found(index, "text", keyed) == found(index, "meta", f"{'k' * 200}\x1f{keyed}") == [("1", 0)]


def test_an_index_that_was_left(location):
    """An index that its name does not stand for any more is left alone, and does not keep a new one from being made."""
    with open_index(location, create=True) as index:
        client, name = index.connection.client, index.connection.name
        client.indices.delete_alias(index=f"{name}-00000001", name=name)
        with open_index(location, create=True) as anew:
            assert anew.paragraph_count == 0
        assert sorted(client.indices.get(index=f"{name}-*")) == [f"{name}-00000001", f"{name}-00000002"]
