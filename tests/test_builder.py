"""A segment that is built in memory is the one that Whoosh's own writer makes of the same paragraphs."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import RamStorage
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader

from timviet.index.analysis import forms, indexed_forms, typed_without_marks
from timviet.index.builder import SegmentBuilder
from timviet.index.codec import ColumnCodec, ColumnSegment
from timviet.index.documents import Paragraph
from timviet.index.preparing import PreparedDocument
from timviet.index.schema import (
    UNMARKED,
    UNMARKED_FIELD,
    ParagraphSchema,
    folded_field,
    is_metadata_field,
    sort_terms,
    value_field,
)
from timviet.index.vocabulary import Vocabulary

# Hangul fillers are letters, and the Mongolian vowel separator and the zero-width joiner are not: none has a form.
FORMLESS = ["\u3164", "\u115f\u1160", "\uffa0", "\u3164\u180e\u3164"]
WORDS = ["Đảng", "đảng", "dang", "đang", "ủy", "uỷ", "an", "AN", "xã", "31,77%", "½", "ＴÌＭ", "tim\u180eviet", "ɖà"]
NO_TOKENS = ["\u180e", "\u200d", "—", "😀", "…\n"]
TEXT_FIELDS = ["text", "title", "path", "meta.co_quan", "meta.nam"]

texts = st.lists(st.sampled_from(WORDS) | st.sampled_from(FORMLESS + NO_TOKENS), max_size=12).map(" ".join)
paragraphs = st.fixed_dictionaries(
    {"text": texts}, optional={name: texts for name in TEXT_FIELDS if name != "text"}
) | st.fixed_dictionaries({"text": st.text(max_size=6), "title": st.text(st.characters(exclude_categories=()))})


def stored_of(number, fields):
    """What is kept of a paragraph."""
    kept = {name: text for name, text in fields.items() if not is_metadata_field(name)}
    return {"id": f"số {number}", "paragraph": number, "start": 7, "metadata": "{}"} | kept


def prepared(number, fields):
    """A document of one paragraph, with this number, as a segment takes it."""
    kept = {"id": f"số {number}", "metadata": "{}"}
    kept |= {name: text for name, text in fields.items() if name in ("title", "path")}
    values = {
        value_field(name): [term.encode() for term in sort_terms(text)]
        for name, text in fields.items()
        if is_metadata_field(name)
    }
    texts = {name: [text] for name, text in fields.items() if name != "text"}
    terms = {"id": [f"số {number}".encode()]} | values
    return PreparedDocument(kept, None, texts, terms, [Paragraph(number, 7, fields["text"])])


def write(documents):
    """The segment of a builder that was given documents, in a storage."""
    builder = SegmentBuilder(Vocabulary())
    storage, segment = RamStorage(), ColumnSegment("MAIN")
    for document in documents:
        builder.add(document)
        segment.set_doc_count(segment.doc_count_all() + len(document.paragraphs))
    builder.write(storage, segment)
    return storage, segment


def build(paragraphs):
    """The segment of a builder, in a storage."""
    return write(prepared(number, fields) for number, fields in enumerate(paragraphs))


def write_by_whoosh(paragraphs):
    """The segment of Whoosh's own writer, in a storage."""
    index = FileIndex.create(RamStorage(), ParagraphSchema())
    writer = index.writer(codec=ColumnCodec())
    for number, fields in enumerate(paragraphs):
        twins = {folded_field(name): text for name, text in fields.items()}
        values = {
            value_field(name): tuple(sort_terms(text)) for name, text in fields.items() if is_metadata_field(name)
        }
        unmarked = {UNMARKED_FIELD: UNMARKED} if typed_without_marks(indexed_forms(fields["text"])) else {}
        writer.add_document(**stored_of(number, fields) | fields | twins | values | unmarked)
    writer.commit(merge=False)
    return index.storage, index._segments()[0]


def dictionary(storage, segment):
    """Each field's terms with their paragraphs, frequencies and positions."""
    reader = segment.codec().terms_reader(storage, segment)
    found = {}
    for field in reader.indexed_field_names():
        terms = reader.field(field)
        # Whoosh's analysis gives terms that are given as they are positions, too.
        has_positions = terms.has_positions and not field.endswith(".value")
        for number in range(len(terms)):
            columns = [*terms.postings(number)]
            columns += [terms.occurrences(number)[1]] if has_positions else []
            found[field, terms[number]] = [column.tolist() for column in columns]
    return found


def field_names(storage, segment):
    """The names of the fields that have terms."""
    return sorted(segment.codec().terms_reader(storage, segment).indexed_field_names())


def documents(storage, segment):
    """Each paragraph's stored fields and lengths, and each field's length in all."""
    reader = SegmentReader(storage, ParagraphSchema(), segment)
    names = [name for field in TEXT_FIELDS for name in (field, folded_field(field))]
    numbers = range(segment.doc_count_all())
    return (
        [reader.stored_fields(number) for number in numbers],
        [{name: reader.doc_field_length(number, name) for name in names} for number in numbers],
        {name: (reader.field_length(name), reader.max_field_length(name)) for name in names},
    )


@given(st.lists(paragraphs, min_size=1, max_size=6))
@example([{"text": "Đảng ủy"}, {"text": ""}, {"text": "dang uy", "title": "\u3164"}])
@example([{"text": "\u3164 Đảng \u3164 ủy \u3164"}, {"text": "\u3164"}])
@example([{"text": "\u180e"}, {"text": "Đảng", "path": "kho/Đảng.txt"}, {"text": "ủy", "meta.nam": "2024"}])
@example([{"text": "an " * 1000}, {"text": "dang " * 9 + "đảng"}, {"text": "dang " * 8 + "đảng"}])
@settings(max_examples=60)
def test_same_as_whoosh(paragraphs):
    """Terms, postings, positions, lengths and stored fields are those of Whoosh's own writer."""
    ours, theirs = build(paragraphs), write_by_whoosh(paragraphs)
    assert field_names(*ours) == field_names(*theirs)
    assert dictionary(*ours) == dictionary(*theirs)
    assert documents(*ours) == documents(*theirs)


@pytest.mark.parametrize("formless", FORMLESS)
def test_tokens_without_a_form(formless):
    """A token without any letter of its own takes no position, counts for no length, and is found by nothing."""
    assert forms(formless).canonical == ""
    paragraphs = [{"text": f"{formless} Đảng {formless} ủy {formless}"}, {"text": formless}]
    built = build(paragraphs)
    found = dictionary(*built)
    assert found["text.folded", b"dang"] == [[0], [1], [0]]
    assert found["text.folded", b"uy"] == [[0], [1], [1]]
    assert [lengths["text"] for lengths in documents(*built)[1]] == [2, 0]


@pytest.mark.parametrize(
    ("text", "unmarked"),
    [
        ("Dang uy xa", True),
        ("Đảng ủy xã", False),
        ("dang " * 9 + "đảng", True),
        ("dang " * 8 + "đảng", False),
        ("đảng " * 2 + "dang \u3164" * 18, True),
        ("", False),
        ("— \u3164 …", False),
    ],
    ids=["bare", "marked", "one in ten", "one in nine", "tokens without a form", "empty", "no tokens"],
)
def test_unmarked(text, unmarked):
    """A paragraph is told to be typed without marks where at most one of its tokens in ten has any."""
    found = dictionary(*build([{"text": "Đảng ủy"}, {"text": text}, {"text": "Dang uy"}]))
    assert found[UNMARKED_FIELD, UNMARKED.encode()][0] == ([1, 2] if unmarked else [2])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"text": "Đảng ủy"}, ["text", "text.folded"], id="no paragraph without marks"),
        pytest.param({"text": "dang uy"}, ["text", "text.folded", UNMARKED_FIELD], id="one without marks"),
        pytest.param({"text": "Đảng", "title": "—"}, ["text", "text.folded"], id="no token in the title"),
        pytest.param({"text": "\u3164", "title": ""}, [], id="a token without a form"),
    ],
)
def test_fields_without_terms(fields, expected):
    """A field of which no paragraph has a term is not named among those that have terms."""
    assert field_names(*build([fields])) == sorted(["id", "paragraph", *expected])


@pytest.mark.parametrize(
    "texts",
    [["Đảng ủy"], ["\u3164 Đảng", "dang uy"], ["Đảng", "—", ""]],
    ids=["all marked", "a token without a form", "paragraphs without tokens"],
)
def test_every_term_has_postings(texts):
    """Whoosh, too, knows of each term how often it occurs, and in which paragraphs: there are none that never do."""
    storage, segment = build([{"text": text} for text in texts])
    reader = SegmentReader(storage, ParagraphSchema(), segment)
    for (field, term), info in reader:
        numbers = list(reader.postings(field, term).all_ids())
        assert info.doc_frequency() == len(numbers) > 0
        assert (info.min_id(), info.max_id()) == (numbers[0], numbers[-1])


@pytest.mark.parametrize("given", [["0"], ["2", "0", "1"], ["0", "1", "0", "0"]], ids=["one", "unsorted", "repeated"])
def test_given_terms(given):
    """Terms that are given as they are each count once in a paragraph, and keep no positions."""
    every = [{"mã": []}, {"mã": [term.encode() for term in given]}, {}]
    found = dictionary(*write(PreparedDocument({}, None, {}, terms, [Paragraph(0, 0, "")]) for terms in every))
    assert {term: found for (field, term), found in found.items() if field == "mã"} == {
        term.encode(): [[1], [1]] for term in given
    }


def test_documents_of_several_paragraphs():
    """What a document has is found by, and kept with, each of its paragraphs; its source with the first one alone."""
    lines = [Paragraph(number, 3 * number, text) for number, text in enumerate(["ba", "bốn"])]
    many = PreparedDocument({"id": "2"}, "nguồn", {"title": ["Đảng", "ủy"]}, {"id": [b"2"]}, lines)
    built = write([prepared(0, {"text": "một", "title": "hai"}), many, prepared(0, {"text": "ba"})])
    found = dictionary(*built)
    assert found["title.folded", b"uy"] == [[1, 2], [1, 1], [1, 1]]
    assert found["id", b"2"] == [[1, 2], [1, 1]]
    assert found["text.folded", b"ba"] == [[1, 3], [1, 1], [0, 0]]
    assert [lengths["title"] for lengths in documents(*built)[1]] == [1, 2, 2, 0]
    assert documents(*built)[0][1:3] == [
        {"id": "2", "source": "nguồn", "paragraph": 0, "start": 0, "text": "ba"},
        {"id": "2", "paragraph": 1, "start": 3, "text": "bốn"},
    ]


def test_no_paragraphs():
    """A segment of no paragraphs has no fields, and can be read."""
    storage, segment = build([])
    assert (segment.doc_count_all(), dictionary(storage, segment), documents(storage, segment)[0]) == (0, {}, [])


def test_files():
    """A segment is two files, of its terms and of its documents, named after it."""
    storage, segment = build([{"text": "Đảng ủy"}])
    assert sorted(storage.list()) == [segment.make_filename(".documents"), segment.make_filename(".terms")]
    assert segment.doc_count_all() == segment.doc_count() == 1


def test_a_field_that_comes_late():
    """A field that only a later paragraph has leaves those before and after it without terms and length."""
    built = build([{"text": "một"}, {"text": "hai", "title": "Đảng ủy"}, {"text": "ba"}])
    assert dictionary(*built)["title.folded", b"dang"] == [[1], [1], [0]]
    assert [lengths["title.folded"] for lengths in documents(*built)[1]] == [0, 2, 0]
    assert documents(*built)[2]["title"] == (2, 2)


def test_a_text_that_no_encoding_has():
    """Lone surrogates separate tokens, and are kept."""
    built = build([{"text": "Đảng\ud800ủy \udfff"}])
    assert dictionary(*built)["text.folded", b"uy"] == [[0], [1], [1]]
    assert documents(*built)[0][0]["text"] == "Đảng\ud800ủy \udfff"


@pytest.mark.parametrize("words", [70_000], ids=["70,000 words"])
def test_a_large_vocabulary(words):
    """More words than 16 bits count are told apart."""
    found = dictionary(*build([{"text": " ".join(f"a{number}" for number in range(words))}]))
    assert len([term for field, term in found if field == "text"]) == words
    assert [found["text", f"a{number}".encode()] for number in (0, 65_536, words - 1)] == [
        [[0], [1], [number]] for number in (0, 65_536, words - 1)
    ]
