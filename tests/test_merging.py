"""Merged segments hold what building all that is left at once would hold."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.fields import KEYWORD, TEXT
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.index import TOC, FileIndex
from whoosh.query import Term
from whoosh.reading import SegmentReader

from timviet.index import Document, open_index
from timviet.index.codec import ColumnCodec, ColumnSegment
from timviet.index.columnfile import ColumnFile
from timviet.index.lengths import LENGTHS
from timviet.index.merging import is_whole, merge_segments, segments_to_merge
from timviet.index.schema import ParagraphSchema

SCORED = ["text", "text.folded", "title", "title.folded"]
WORDS = ["Đảng", "dang", "ủy", "an", "31,77%", "\u3164"]

words = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
# Long enough that Whoosh rounds their length.
long_texts = st.sampled_from(["an " * 300, "Đảng ủy " * 1000])
changes = st.tuples(
    st.sampled_from(["a", "b", "ab", "Đ"]),
    st.none()
    | st.fixed_dictionaries(
        {"paragraphs": st.lists(words | long_texts, min_size=1, max_size=3)},
        optional={
            "title": words,
            "path": st.just("kho/Đảng.txt"),
            "metadata": st.dictionaries(st.sampled_from(["năm", "cơ quan"]), st.integers(2020, 2024) | words),
        },
    ),
)


def commit(index, changes):
    """Commit changes: of each pair the second is what the document becomes, or None where it goes."""
    with index.writer() as writer:
        for identity, fields in changes:
            if fields is None:
                writer.remove(identity)
            else:
                writer.add(Document(id=identity, **fields))


def segments_of(index):
    """The segments of the last commit."""
    return TOC.read(index.whoosh.storage, index.whoosh.indexname).segments


def merged(storage, segments):
    """The segment that several become, in the same storage."""
    target = ColumnSegment("MAIN")
    merge_segments(storage, segments, target)
    return target


def contents(storage, segment):
    """All that can be found in a segment without deletions, by the documents' ids and the paragraphs' numbers.

    Each field's terms with their paragraphs, frequencies and positions; lengths; and what is stored.
    """
    reader = SegmentReader(storage, ParagraphSchema(), segment)
    stored = {number: reader.stored_fields(number) for number in reader.all_doc_ids()}
    names = {number: (fields["id"], fields["paragraph"]) for number, fields in stored.items()}
    found = {}
    for field in reader.indexed_field_names():
        terms = segment.codec().terms_reader(storage, segment).field(field)
        for number in range(len(terms)):
            documents, frequencies = terms.documents(number).tolist(), terms.frequencies(number).tolist()
            positions = iter(terms.positions(number).tolist() if terms.has_positions else [])
            for document, frequency in zip(documents, frequencies, strict=True):
                own = [next(positions) for _ in range(frequency)] if terms.has_positions else None
                found.setdefault((field, terms[number]), {})[names[document]] = (frequency, own)
            assert documents == sorted(set(documents))
            assert terms.document_frequency(number) == len(documents)
            assert list(positions) == []
    lengths = {
        (field, name): reader.doc_field_length(number, field) for number, name in names.items() for field in SCORED
    }
    totals = {field: (reader.field_length(field), reader.max_field_length(field)) for field in SCORED}
    return found, lengths, totals, {names[number]: fields for number, fields in stored.items()}


def damage(path, column):
    """Turn the bits of the first byte of a column in a file."""
    content = bytearray(path.read_bytes())
    content[ColumnFile(bytes(content))._columns[column][1]] ^= 0xFF
    path.write_bytes(content)


def sizes(*pairs):
    """Segments of so many paragraphs of a hundred tokens, of which so many are deleted."""
    segments = []
    for count, deleted in pairs:
        segment = ColumnSegment("MAIN")
        segment.set_doc_count(count)
        segment.token_count = 100 * count
        for number in range(deleted):
            segment.delete_document(number)
        segments.append(segment)
    return segments


@given(st.lists(st.lists(changes, max_size=5), max_size=5))
@example([[("a", {"paragraphs": ["Đảng"]})], [("b", {"paragraphs": ["an"], "title": "Đảng"})], [("a", None)]])
@example([[("a", {"paragraphs": ["Đảng"], "metadata": {"năm": 2024}}), ("b", {"paragraphs": [""]})], [("a", None)]])
@example([[("a", {"paragraphs": ["an " * 300] * 3})], [("b", {"paragraphs": ["Đảng ủy " * 1000] * 2})]])
@settings(max_examples=60)
def test_same_as_built_at_once(sessions):
    """After any commits, one segment of several is what building all that is left at once makes."""
    left = {}
    with open_index(":memory:", create=True) as index, open_index(":memory:", create=True) as at_once:
        for session in sessions:
            commit(index, session)
            for identity, fields in session:
                left.pop(identity, None)
                if fields is not None:
                    left[identity] = fields
        commit(at_once, left.items())
        segments, expected = segments_of(index), segments_of(at_once)
        assert bool(segments) == bool(expected)
        if segments:
            one = merged(index.whoosh.storage, segments)
            assert one.doc_count_all() == one.doc_count() == expected[0].doc_count()
            assert contents(index.whoosh.storage, one) == contents(at_once.whoosh.storage, expected[0])


@given(st.lists(st.lists(changes, min_size=1, max_size=3), min_size=2, max_size=4))
@settings(max_examples=20)
def test_merging_in_steps(sessions):
    """Merging two segments after the other is the same as merging all of them at once."""
    with open_index(":memory:", create=True) as index:
        for session in sessions:
            commit(index, session)
        storage, segments = index.whoosh.storage, segments_of(index)
        if segments:
            at_once = merged(storage, segments)
            step = merged(storage, segments[:1])
            for segment in segments[1:]:
                step = merged(storage, [step, segment])
            assert contents(storage, step) == contents(storage, at_once)


@pytest.mark.parametrize("real", [True, False], ids=["real", "in memory"])
def test_sources_stay(tmp_path, real):
    """Merging adds the new segment's two files and leaves those of the others."""
    with open_index(tmp_path if real else ":memory:", create=True) as index:
        commit(index, [("a", {"text": "Đảng ủy"}), ("b", {"text": "Công an"})])
        commit(index, [("c", {"text": "Đê điều"}), ("a", None)])
        storage = index.whoosh.storage
        before = {name: storage.open_file(name) for name in storage.list()}
        before = {name: (file.read(), file.close())[0] for name, file in before.items()}
        target = merged(storage, segments_of(index))
        assert set(storage.list()) - set(before) == {target.make_filename(".terms"), target.make_filename(".documents")}
        for name, content in before.items():
            with storage.open_file(name) as file:
                assert bytes(file.read()) == bytes(content)


def test_order():
    """Paragraphs keep the order of the segments and of the paragraphs in them, without those that are gone."""
    with open_index(":memory:", create=True) as index:
        commit(index, [("c", {"text": "Một\nHai"}), ("gone", {"text": "Ba"}), ("a", {"text": "Bốn"})])
        commit(index, [("b", {"text": "Năm"}), ("gone", None)])
        reader = SegmentReader(
            index.whoosh.storage, ParagraphSchema(), merged(index.whoosh.storage, segments_of(index))
        )
        assert [fields["text"] for fields in reader.all_stored_fields()] == ["Một", "Hai", "Bốn", "Năm"]


def test_terms_of_what_is_gone():
    """Terms that only deleted paragraphs had are gone, too."""
    with open_index(":memory:", create=True) as index:
        commit(index, [("a", {"text": "Đê điều"}), ("b", {"text": "Công an"}), ("c", {"text": "Công an"})])
        commit(index, [("a", None)])
        found = contents(index.whoosh.storage, merged(index.whoosh.storage, segments_of(index)))[0]
        assert [term for field, term in found if field == "text.folded"] == [b"an", b"cong"]


def test_nothing_left():
    """A segment whose paragraphs are all deleted becomes an empty one."""
    with open_index(":memory:", create=True) as index:
        commit(index, [("a", {"text": "Đê điều"})])
        (segment,) = segments_of(index)
        segment.delete_document(0)
        target = merged(index.whoosh.storage, [segment])
        reader = SegmentReader(index.whoosh.storage, ParagraphSchema(), target)
        assert (target.doc_count_all(), list(reader.all_stored_fields()), list(reader.all_terms())) == (0, [], [])


def test_lengths_in_all_are_exact():
    """How many tokens a field has is counted, not added up from lengths that Whoosh rounds."""
    assert 300 not in LENGTHS
    with open_index(":memory:", create=True) as index:
        for number in range(3):
            commit(index, [(str(number), {"text": "an " * 300})])
        target = merged(index.whoosh.storage, segments_of(index))
        assert contents(index.whoosh.storage, target)[2]["text"][0] == 900


@pytest.mark.parametrize("first", [True, False], ids=["before ours", "after ours"])
def test_segments_of_whoosh(first):
    """A segment that Whoosh's own writer wrote by our codec is merged like ours."""
    storage = RamStorage()
    index = FileIndex.create(storage, ParagraphSchema())
    with index.writer(codec=ColumnCodec()) as writer:
        writer.add_document(id="whoosh", paragraph=0, text="Đảng ủy xã", **{"text.folded": "Đảng ủy xã"})
    (theirs,) = index._segments()
    with open_index(":memory:", create=True) as own:
        commit(own, [("timviet", {"text": "Đảng"})])
        (ours,) = segments_of(own)
        storage.files |= own.whoosh.storage.files
    found, lengths, totals, _ = contents(storage, merged(storage, [theirs, ours] if first else [ours, theirs]))
    assert found["text.folded", b"dang"] == {("whoosh", 0): (1, [0]), ("timviet", 0): (1, [0])}
    assert found["text.folded", b"xa"] == {("whoosh", 0): (1, [2])}
    assert (lengths["text", ("whoosh", 0)], totals["text"][0]) == (3, 4)


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([(1, 0)] * 7, [], id="seven alike"),
        pytest.param([(1, 0)] * 8, range(8), id="eight alike"),
        pytest.param([(1, 0)] * 20, range(20), id="all alike at once"),
        pytest.param([(size, 0) for size in (1, 2, 3, 4, 5, 6, 7, 7)], range(8), id="alike up to seven"),
        pytest.param([(7, 0)] * 7 + [(8, 0)], [], id="eight is of another kind"),
        pytest.param([(8, 0)] * 4 + [(63, 0)] * 4, range(8), id="alike from eight to 63"),
        pytest.param([(63, 0)] * 7 + [(64, 0)], [], id="64 is of another kind"),
        pytest.param([(64, 0), *[(1, 0)] * 7, (64, 0), (1, 0)], [1, 2, 3, 4, 5, 6, 7, 9], id="others between them"),
        pytest.param([(10, 0)] * 8 + [(1, 0)] * 8, range(8, 16), id="smaller ones first"),
        pytest.param([(10_000, 0)] * 8, range(8), id="the largest together"),
        pytest.param([(10_001, 0)] * 9, range(7), id="as many as are not too large together"),
        pytest.param([(10_003, 0), *[(10_001, 0)] * 6, (10_002, 0)], range(1, 8), id="the smallest of them"),
        pytest.param([(50_000, 0)] * 8, [], id="any two too large"),
        pytest.param([(50_000, 0)] * 8 + [(1, 0)] * 8, range(8, 16), id="too large, and small ones"),
        pytest.param([(10, 5)], [], id="half deleted"),
        pytest.param([(10, 6)], [0], id="mostly deleted"),
        pytest.param([(10, 0), (10, 6), (10, 9)], [1], id="two mostly deleted, one at a time"),
        pytest.param([(10, 9)] * 7, [0], id="seven alike, mostly deleted"),
        pytest.param([(100, 99)] * 8, range(8), id="alike in what is left"),
        pytest.param([(100, 60), *[(1, 0)] * 8], range(1, 9), id="alike ones before mostly deleted ones"),
    ],
)
def test_segments_to_merge(segments, expected):
    """Eight segments of about one size are merged, or one with mostly deleted paragraphs, or none."""
    segments = sizes(*segments)
    assert segments_to_merge(segments) == [segments[place] for place in expected]


@given(st.lists(st.integers(1, 100), max_size=150))
@settings(max_examples=30)
def test_few_segments_stay(counts):
    """However many segments are committed, few stay, and a paragraph is written again only a few times."""
    segments, written = [], 0
    for count in counts:
        segments += sizes((count, 0))
        while alike := segments_to_merge(segments):
            (one,) = sizes((sum(segment.doc_count() for segment in alike), 0))
            segments = [segment for segment in segments if segment not in alike] + [one]
            written += one.doc_count()
    total = sum(counts)
    levels = next(level for level in range(10) if total < 8**level)
    assert sum(segment.doc_count() for segment in segments) == total
    assert len(segments) <= 7 * levels
    assert written <= total * levels


@pytest.mark.parametrize(("commits", "segments"), [(7, 7), (8, 1), (9, 2), (15, 8), (16, 2)])
def test_commits_merge(tmp_path, commits, segments):
    """Every eighth commit of one paragraph merges the small segments, and the folder holds only what is in use."""
    with open_index(tmp_path, create=True) as index:
        for number in range(commits):
            commit(index, [(str(number), {"text": f"Lượt {number}"})])
        assert len(segments_of(index)) == segments
        assert sorted(document.id for document in index.documents()) == sorted(map(str, range(commits)))
    names = {name.partition(".")[0] for name in FileStorage(str(tmp_path)).list() if name.startswith("MAIN_")}
    assert len(names - {"MAIN_WRITELOCK"}) == segments


def test_removals_merge():
    """A commit that leaves a segment mostly deleted writes it again without what is deleted."""
    with open_index(":memory:", create=True) as index:
        commit(index, [(str(number), {"text": f"Lượt {number}"}) for number in range(5)])
        commit(index, [("0", None), ("1", None)])
        assert [(segment.doc_count_all(), segment.deleted_count()) for segment in segments_of(index)] == [(5, 2)]
        commit(index, [("2", None)])
        assert [(segment.doc_count_all(), segment.deleted_count()) for segment in segments_of(index)] == [(2, 0)]
        commit(index, [("3", None), ("4", None)])
        assert segments_of(index) == []


@pytest.mark.parametrize(
    ("ending", "column"),
    [
        pytest.param(".documents", "stored", id="stored"),
        pytest.param(".documents", "stored_record_ends", id="ends of records"),
        pytest.param(".documents", "lengths.text", id="lengths"),
        pytest.param(".terms", "0.terms", id="terms"),
        pytest.param(".terms", "0.documents", id="postings"),
        pytest.param(".terms", "0.positions", id="positions"),
    ],
)
@pytest.mark.parametrize("place", [0, 3], ids=["first", "among others"])
def test_damaged_segments_stay_apart(tmp_path, ending, column, place):
    """A damaged segment is left as it is, and never hinders a commit; the others are merged, with all they hold."""
    with open_index(tmp_path, create=True) as index:
        for number in range(7):
            commit(index, [(str(number), {"text": f"Lượt {number}"})])
        damaged = segments_of(index)[place]
        names = [damaged.make_filename(ending) for ending in (".terms", ".documents")]
        damage(tmp_path / damaged.make_filename(ending), column)
        before = [(tmp_path / name).read_bytes() for name in names]
        assert [is_whole(index.whoosh.storage, own) for own in segments_of(index)].count(False) == 1
        for number in range(7, 17):
            commit(index, [(str(number), {"text": f"Lượt {number}"})])
        assert [(tmp_path / name).read_bytes() for name in names] == before
        left = {own.segment_id(): own for own in segments_of(index)}
        assert left.pop(damaged.segment_id()).doc_count() == 1
        whole = [contents(index.whoosh.storage, own)[3] for own in left.values()]
        assert sorted(int(identity) for own in whole for identity, _ in own) == [*range(place), *range(place + 1, 17)]
        assert len(left) == 2


def test_a_missing_file(tmp_path):
    """A segment that lacks a file is told from whole ones."""
    with open_index(tmp_path, create=True) as index:
        commit(index, [("a", {"text": "Đê điều"}), ("b", {"text": "Công an"})])
        (segment,) = segments_of(index)
        assert is_whole(index.whoosh.storage, segment)
        (tmp_path / segment.make_filename(".documents")).unlink()
        assert not is_whole(index.whoosh.storage, segment)


@pytest.mark.parametrize(
    ("field", "texts"),
    [
        pytest.param(KEYWORD(sortable=True), [f"{9 - number}" for number in range(9)], id="a column for sorting"),
        pytest.param(TEXT(chars=True), [f"xã {number}" for number in range(9)], id="where words start and end"),
    ],
)
def test_what_only_whoosh_writes(tmp_path, field, texts):
    """Segments with what only Whoosh's own writer puts into them stay apart, so that all of it is kept."""

    def found(index):
        with index.whoosh.searcher() as searcher:
            hits = searcher.search(Term("text.folded", "mot"), sortedby="loai" if field.column_type else None, limit=9)
            return [hit["id"] for hit in hits]

    with open_index(tmp_path, create=True) as index, index.whoosh.writer(codec=ColumnCodec()) as writer:
        writer.add_field("loai", field)
    with open_index(tmp_path) as index:
        for number, text in enumerate(texts):
            writer = index.whoosh.writer(codec=ColumnCodec())
            fields = {"text": "Một", "text.folded": "Một", "loai": text}
            writer.add_document(id=str(number), paragraph=0, metadata="{}", **fields)
            writer.commit(merge=False)
        before, segments = found(index), segments_of(index)
        commit(index, [("0", None)])
        assert [own.segment_id() for own in segments_of(index)] == [own.segment_id() for own in segments[1:]]
        assert found(index) == [identity for identity in before if identity != "0"]
        assert all(own.token_count is None for own in segments_of(index))


def test_a_paragraph_that_whoosh_refused():
    """What Whoosh's own writer leaves of a paragraph that it refused half-way does not hinder later commits."""
    with open_index(":memory:", create=True) as index:
        writer = index.whoosh.writer(codec=ColumnCodec())
        writer.add_document(id="0", paragraph=0, text="Một", metadata="{}")
        with pytest.raises(ValueError, match="không"):
            writer.add_document(id="x", paragraph="không", text="Hai", metadata="{}")
        writer.commit(merge=False)
        for number in range(1, 9):
            commit(index, [(str(number), {"text": "Một"})])
        assert sorted(document.id for document in index.documents()) == sorted(map(str, range(9)))


def test_segments_of_whoosh_stay_apart():
    """Segments that Whoosh's own writer wrote are no part of merging, and do not hinder that of others."""
    segments = sizes(*[(1, 0)] * 9)
    segments[3].token_count = None
    assert segments_to_merge(segments) == [*segments[:3], *segments[4:]]
    assert segments_to_merge(segments[:8]) == []
