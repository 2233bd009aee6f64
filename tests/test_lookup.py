"""Names are looked up as comparing them all one by one finds them."""

from itertools import combinations
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers import add_segment, stripped
from test_letters import edits
from timviet.index import Document, analyze, open_index
from timviet.index.errors import UnknownKeyError
from timviet.index.schema import metadata_key
from timviet.index.snapshot import SegmentView, Snapshot
from timviet.index.spelling import marks
from timviet.index.unicode import collation_key
from timviet.search.input_methods import decoded_texts
from timviet.search.marks import compare, level
from timviet.search.names import lookup as lookup_module
from timviet.search.names import name_reader
from timviet.search.names.lookup import NameHit, NameLookup
from timviet.search.names.typed_name import KINDS, MAX_NAME_WORDS

SYLLABLES = "Nguyễn nguyên Nguyen Văn van Vạn Thọ Thơ tho Thổ Ký kỳ ky Kyo kim Lý An ân ă M519 31,7 越南".split()  # noqa: SIM905

names = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map(" ".join)
titles = names | st.sampled_from(["", "—", "Nguyễn-Văn", "Nguyễn Văn Thọ", "Kỳ An ký"])
documents = st.fixed_dictionaries(
    {"title": titles | st.none()},
    optional={
        "metadata": st.fixed_dictionaries({"Tác giả": names | st.lists(names, max_size=3) | st.integers(31, 319)}),
        "text": st.sampled_from(["Một", "Một\n\nHai\n\nBa"]),
    },
)
sessions = st.lists(st.lists(documents, min_size=1, max_size=4), min_size=1, max_size=3)


def names_of(fields):
    """The names of a document, of either kind."""
    author = fields.get("metadata", {}).get("Tác giả")
    return [str(name) for name in [fields["title"], *(author if isinstance(author, list) else [author])] if name]


@st.composite
def sessions_and_typed(draw):
    """Documents, and what somebody may type: a name or a part of one, as it is, without marks, or with a slip."""
    added = draw(sessions)
    name = draw(st.sampled_from([name for session in added for own in session for name in names_of(own)] or ["An"]))
    name = name if draw(st.booleans()) else draw(names)
    start = draw(st.just(0) | st.integers(0, len(name) - 1))
    typed = name[start : draw(st.just(len(name)) | st.integers(start + 1, len(name)))]
    change = draw(st.sampled_from(["none", "marks", "spaces", "slip"]))
    if change == "marks":
        return added, stripped(typed)
    if change == "spaces":
        return added, typed.replace(" ", "")
    return added, draw(st.sampled_from(sorted(edits(typed, "nt")))) if change == "slip" else typed


def look_up(index, name, fields=("title",), limit=10):
    return NameLookup(Snapshot(index.whoosh.searcher())).find(name, fields, limit)


def values(index, name, *fields, limit=100):
    return [hit.value for hit in look_up(index, name, fields or ("title",), limit)]


@pytest.fixture
def titled():
    """Make an index in memory of documents with some titles, the ids 0, 1, …."""
    with open_index(":memory:", create=True) as index:

        def add(*own):
            add_segment(index, *(Document(id=str(number), title=title) for number, title in enumerate(own)))
            return index

        yield add


# What follows compares every name with what was typed, as the definitions say, word by word.


def any_marks(words):
    return frozenset((0, mark) for word in words for _, mark in marks(word.forms.canonical))


def cost(typed, written):
    """How many words contradict, are bare and complete: one of the three is 1, or none."""
    if not any_marks(typed):
        return (0, 0, 0)
    if [len(typed), len(written)] == [1, 1] and typed[0].forms.folded == written[0].forms.folded:
        own = level(typed[0].forms.canonical, written[0].forms.canonical)
    else:
        own = compare(any_marks(typed), any_marks(written))
    return tuple(int(own == other) for other in (3, 2, 1))


def starts(typed, written):
    letters = stripped(typed.surface).lower()
    return written.forms.folded.startswith(letters) or written.forms.folded == typed.forms.folded


def is_slip(typed, written):
    return len(typed) >= 3 and not any(map(str.isdigit, typed)) and written in edits(typed, written)


def ways(typed, written, answers):
    """The costs of all ways to find typed words in a written name, in order; `answers` has a test for each."""
    for places in combinations(range(len(written)), len(typed)):
        pairs = [(word, written[place]) for word, place in zip(typed, places, strict=True)]
        if all(is_answer(*pair) for is_answer, pair in zip(answers, pairs, strict=True)):
            costs = [cost([word], [other]) for word, other in pairs]
            yield places, tuple(map(sum, zip(*costs, strict=True)))


def answers_of(typed, written):
    """The least cost of each kind of which a written name answers."""
    own, its = ([token.forms.folded for token in tokens] for tokens in (typed, written))
    count, every = len(typed), [starts] * len(typed)
    found = [[] for _ in KINDS]
    for places, price in ways(typed, written, every):
        found[2].append(price)
        if places == tuple(range(count)) and its[: count - 1] == own[:-1]:
            found[1].append(price)
            if its == own:
                found[0].append(price)
    for first, last in combinations(range(len(written) + 1), 2):
        stretch = written[first:last]
        before, after = len("".join(its[: first + 1])), len("".join(its[: last - 1]))
        for needle in {"".join(own), "".join(stripped(token.surface).lower() for token in typed)}:
            starts_here = range(len("".join(its[:first])), before)
            if any(
                "".join(its).startswith(needle, start) and after < start + len(needle) <= after + len(its[last - 1])
                for start in starts_here
            ):
                found[3].append(cost(typed, stretch))
    for slipping in range(count):
        slips = [*every[:slipping], lambda word, other: is_slip(word.forms.folded, other.forms.folded)]
        found[4] += [price for _, price in ways(typed, written, [*slips, *every[slipping + 1 :]])]
    if is_slip("".join(own), "".join(its)):
        found[4].append(cost(typed, written))
    return [min(own, default=None) for own in found]


def rank(typed, written):
    """All by which a written name is ranked; None where it does not answer."""
    costs = answers_of(typed, analyze(written))
    kind = next((kind for kind, price in enumerate(costs) if price is not None), None)
    length = sum(len(token.forms.folded) for token in analyze(written))
    return None if kind is None else (kind, costs[kind], length, collation_key(written), written)


def expected_hits(entries, typed):
    """The names that answer, out of the entries `(document's id, field, names)`, in order, as typed or decoded."""
    found = answering(entries, typed)
    kind = best_kind(found)
    for text in decoded_texts(typed) if kind > 1 else ():
        decoded = answering(entries, text)
        if best_kind(decoded) < kind:
            found, kind = decoded, best_kind(decoded)
    return found


def best_kind(found):
    return min((KINDS.index(kind) for *_, kind in found), default=len(KINDS))


def answering(entries, typed):
    tokens = analyze(typed)
    found = []
    for place, (identity, field, own) in enumerate(entries):
        ranks = [ranked for name in own if tokens and (ranked := rank(tokens, name)) is not None]
        if ranks:
            found.append((min(ranks), place, identity, field))
    return [(identity, field, ranked[-1], KINDS[ranked[0]]) for ranked, place, identity, field in sorted(found)]


def entries_of(documents, fields):
    """The names of documents, field by field."""
    entries = []
    for field in fields:
        for identity, own in documents:
            value = own["title"] if field == "title" else own.get("metadata", {}).get("Tác giả")
            listed = value if isinstance(value, list) else [value]
            entries.append((identity, field, [str(name) for name in listed if name is not None]))
    return entries


@given(
    sessions_and_typed(),
    st.sets(st.integers(0, 11), max_size=3),
    st.sampled_from([("title",), ("tac_gia",), ("title", "tac_gia"), ("tac_gia", "title")]),
    st.sampled_from([1, 2, 100]),
)
@example(([[{"title": "Thọ An"}, {"title": "Thơ Ân"}], [{"title": "thơ an"}]], "thơ a"), set(), ("title",), 2)
@example(([[{"title": "Văn Thọ"}, {"title": "Nguyễn Van"}]], "nguyeenx v"), set(), ("title",), 2)
@example(([[{"title": None, "metadata": {"Tác giả": ["An Ký", "Ký"]}}]], "ky"), set(), ("tac_gia",), 1)
@example(([[{"title": None, "metadata": {"Tác giả": ["An Ký", "Lý Ký"]}}]], "ky"), set(), ("tac_gia",), 9)
@example(([[{"title": "Nguyễn Văn", "text": "Một\n\nHai"}] * 3], "uyen van"), {1}, ("title",), 100)
@settings(max_examples=200)
def test_look_ups(sessions_and_typed, removed, fields, limit):
    """Over several segments, with deletions, the best names are found, and in order."""
    sessions, typed = sessions_and_typed
    numbered = iter(range(100))
    sessions = [[(str(next(numbered)), own) for own in session] for session in sessions]
    # A field that no document had would be none.
    sessions[0].append(("last", {"title": None, "metadata": {"Tác giả": "越"}}))
    removed = {identity for session in sessions for identity, _ in session if identity in map(str, removed)}
    with open_index(":memory:", create=True) as index:
        for session in sessions:
            add_segment(index, *(Document(id=identity, **own) for identity, own in session))
        add_segment(index, remove=removed)
        with patch.object(name_reader, "_TERMS_AT_ONCE", 2):
            hits = look_up(index, typed, fields, limit)
    left = [(identity, own) for session in sessions for identity, own in session if identity not in removed]
    every = expected_hits(entries_of(left, fields), typed)
    expected = every[:limit]
    assert [(hit.document_id, metadata_key(hit.field), hit.value, hit.kind) for hit in hits] == expected
    assert {hit.field for hit in hits} <= {"title", "Tác giả"}
    shown = {KINDS.index(kind) for *_, kind in expected}
    assert hits.total == sum(KINDS.index(kind) <= max(shown) for *_, kind in every)
    for hit in hits:
        edges = {edge for token in analyze(hit.value) for edge in (token.start, token.end)}
        assert edges.issuperset(edge for span in hit.spans for edge in span)
        assert hit.spans == tuple(sorted(set(hit.spans)))
        assert hit.spans


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("nguyen van tho", [("Nguyễn Văn Thọ", "exact"), ("Nguyễn Văn Thọ (nhà báo)", "prefix")]),
        ("nguyen van", [("Nguyễn Văn Thọ", "prefix"), ("Nguyễn Văn Thọ (nhà báo)", "prefix")]),
        ("van tho", [("Nguyễn Văn Thọ", "word prefix"), ("Nguyễn Văn Thọ (nhà báo)", "word prefix")]),
        ("uyen van", [("Nguyễn Văn Thọ", "substring"), ("Nguyễn Văn Thọ (nhà báo)", "substring")]),
        ("nguyem van", [("Nguyễn Văn Thọ", "one slip"), ("Nguyễn Văn Thọ (nhà báo)", "one slip")]),
        ("da nang", [("Đà Nẵng", "exact")]),
        ("danang", [("Đà Nẵng", "substring")]),
    ],
)
def test_kinds(titled, typed, expected):
    """Names are found exactly, by their beginning, by beginnings of words, by letters within, and with one slip."""
    index = titled("Đà Nẵng", "Nguyễn Văn Thọ (nhà báo)", "Nguyễn Văn Thọ")
    assert [(hit.value, hit.kind) for hit in look_up(index, typed)] == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tho", ["Tho", "Thọ", "Thơ", "Thơm", "Thơ ca"]),  # exact ones as in a dictionary, then the shorter ones
        ("Thơ", ["Thơ", "Tho", "Thọ", "Thơm", "Thơ ca"]),
        ("Thọ", ["Thọ", "Tho", "Thơ", "Thơm", "Thơ ca"]),
        ("thơ", ["Thơ", "Tho", "Thọ", "Thơm", "Thơ ca"]),
    ],
)
def test_marks_order(titled, typed, expected):
    """Of one kind those come first that have the marks typed; names with other marks are found, too."""
    assert values(titled("Thơ ca", "Thơm", "Thọ", "Thơ", "Tho"), typed) == expected


@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [
        ("nguyeenx vawn thoj", "nguyễn văn thọ", [("Nguyễn Văn Thọ", "exact"), ("Nguyễn Văn Thơ", "exact")]),
        ("Nguye6n4 Va8n Tho", "nguyễn văn tho", [("Nguyễn Văn Thọ", "exact"), ("Nguyễn Văn Thơ", "exact")]),
        ("nguye^~n va(n tho.", "nguyễn văn thọ", [("Nguyễn Văn Thọ", "exact"), ("Nguyễn Văn Thơ", "exact")]),
        ("vawn thow", "văn thơ", [("Nguyễn Văn Thơ", "word prefix"), ("Nguyễn Văn Thọ", "word prefix")]),
        ("thows", "thows", [("Thows", "exact")]),  # a name is that
        ("thow", "thow", [("Thows", "prefix"), ("Nguyễn Văn Thọ", "one slip")]),  # a name starts with that
        ("maxt", "maxt", [("Max", "one slip")]),  # what it makes is no name's
        ("xyz", "xyz", []),
    ],
)
def test_keys_of_input_methods(titled, typed, name, expected):
    """Where no name is, or starts with, what was typed, its keys are decoded if that answers by a better kind."""
    found = look_up(titled("Nguyễn Văn Thơ", "Nguyễn Văn Thọ", "Thows", "Max"), typed, limit=2)
    assert (found.name, [(hit.value, hit.kind) for hit in found]) == (name, expected)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("2021", ["2021"], id="a number"),
        pytest.param("quyet dinh 05", ["Quyết định 05"], id="a number beside words"),
        pytest.param("quyet dnh 05", ["Quyết định 05"], id="a slip in a word"),
        pytest.param("quyet dinh 06", [], id="another number"),
    ],
)
def test_numbers_do_not_slip(titled, typed, expected):
    """Another number is another name, and no slip."""
    assert [hit.value for hit in look_up(titled("2020", "2021", "2022", "Quyết định 05"), typed)] == expected


def test_more_than_are_asked_for(titled):
    """Of more documents than were asked for, those with the same name too, it is told how many there are."""
    found = look_up(titled(*["Lê An"] * 3, "Lê Anh", "Bà Lê An"), "le an", limit=2)
    assert (found.total, [hit.document_id for hit in found[:]]) == (3, ["0", "1"])
    more = look_up(titled("Lê An Bình", "Lê An Bường", "Lê An Bưởi"), "le an b", limit=2)
    assert (more.total, [hit.kind for hit in more]) == (3, ["prefix"] * 2)


def test_documents_of_many_names(titled):
    """A document counts once, however many of its names answer: those of others are compared, too."""
    index = titled()
    names = [[f"Nguyễn {letter}{number}" for number in range(9)] for letter in "abcde"]
    add_segment(index, *(Document(id=str(place), metadata={"tác giả": own}) for place, own in enumerate(names)))
    with patch.object(lookup_module, "MAX_COMPARED", 5):
        found = look_up(index, "nguyen", ["tác giả"], limit=5)
    assert (found.total, [(hit.document_id, hit.value, hit.kind) for hit in found]) == (
        5,
        [(str(place), own[0], "prefix") for place, own in enumerate(names)],
    )


def test_marks_come_before_length(titled):
    """Also where there are more names than are compared, those with the marks typed come first, however long."""
    index = titled(*["Nguyễn A"] * 20, "Nguyên Ngọc", "Nguyên Hồng")
    with patch.object(lookup_module, "MAX_COMPARED", 3):
        assert values(index, "nguyên", limit=3) == ["Nguyên Hồng", "Nguyên Ngọc", "Nguyễn A"]
        assert values(index, "nguyen", limit=3) == ["Nguyễn A"] * 3


def test_little_is_read(titled):
    """What is stored is read of as few names as may come first, and of no more than a limit."""
    index = titled(*(f"Nguyễn {'a' * length}" for length in range(1, 30)), *["Trần"] * 30)
    lookup = NameLookup(Snapshot(index.whoosh.searcher()))
    with (
        patch.object(SegmentView, "stored", autospec=True, side_effect=SegmentView.stored) as stored,
        patch.object(lookup_module, "MAX_COMPARED", 7),
    ):
        assert [hit.value for hit in lookup.find("nguyen", limit=2)] == ["Nguyễn a", "Nguyễn aa"]
        assert stored.call_count == 2
        assert len(lookup.find("tran", limit=2)) == 2  # all alike
        assert stored.call_count == 9
        assert len(lookup.find("tran", limit=20)) == 20
        assert stored.call_count == 29


def test_one_entry_for_each_document(titled):
    """A document of many paragraphs and many names is one entry in a field, the best; and one in each field."""
    index = titled()
    metadata = {"tác giả": ["Trần Văn Thọ", "Văn Thọ", "Lê Thọ"], "Người dịch": "Thọ Văn", "năm": 2024}
    add_segment(
        index, Document(id="a", title="Văn Thọ", text="Một\n\nHai\n\nBa", path="kho/văn-thọ.txt", metadata=metadata)
    )
    fields = ("title", "path", "Tác giả", "nguoi_dich", "NĂM")
    assert [(hit.field, hit.value, hit.kind, hit.spans) for hit in look_up(index, "van tho", fields)] == [
        ("title", "Văn Thọ", "exact", ((0, 7),)),
        ("tác giả", "Văn Thọ", "exact", ((0, 7),)),
        ("path", "kho/văn-thọ.txt", "word prefix", ((4, 7), (8, 11))),
    ]
    assert [(hit.field, hit.value) for hit in look_up(index, "202", fields)] == [("năm", "2024")]


def test_ends_of_values(titled):
    """A value of a list is a name of its own: none is found over the end of one into the next."""
    index = titled()
    add_segment(index, Document(id="a", metadata={"tên": ["Lê An", "Bình Trần"]}))
    found = [[hit.kind for hit in look_up(index, typed, ["tên"])] for typed in ("an binh", "anbinh", "an", "binh tran")]
    assert found == [[], [], ["word prefix"], ["exact"]]


def test_unknown_fields(titled):
    """A field that there is not is an error that names those there are, also of an empty name."""
    index = titled()
    add_segment(index, Document(id="a", title="Một", metadata={"Tác giả": "Lê An"}))
    for name in ("an", ""):
        with pytest.raises(UnknownKeyError, match=r"'nguoi_dich'.*'title', 'path', 'Tác giả'") as caught:
            look_up(index, name, ["title", "nguoi_dich"])
        assert isinstance(caught.value, ValueError)
    with pytest.raises(UnknownKeyError):
        look_up(index, "an", ["text"])


def test_a_single_field(titled):
    """One field may be given by its name alone, and the same one twice is one."""
    index = titled("Lê An")
    assert values(index, "an", "title", "title") == ["Lê An"]
    assert [hit.value for hit in look_up(index, "an", "title")] == ["Lê An"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing(titled, limit):
    """A limit below one is an error."""
    with pytest.raises(ValueError, match="limit must be at least 1"):
        look_up(titled("Lê An"), "an", limit=limit)


@pytest.mark.parametrize("typed", ["", " ", "—", "?!", "\u3164", "\ud800", "a" * 5000, "a " * 400, "xyz"])
def test_nothing_to_look_up(titled, typed):
    """What has no letter or digit, or is too long for a name, finds nothing; nor does what no name answers."""
    found = look_up(titled("Lê An", "—", ""), typed)
    assert (list(found), found.total) == ([], 0)


@given(st.text(st.characters(exclude_categories=()), max_size=8), st.text(max_size=8))
@example("ﷺ", "ﷺ")
@example("½", "1⁄2")
@example("\udc00a", "a")
def test_any_text(typed, title):
    """Whatever is typed and whatever a name is, nothing raises, and a name with a letter is found by itself."""
    with open_index(":memory:", create=True) as index:
        add_segment(index, Document(id="a", title=title, path=title, metadata={"tên": [title, "越"]}))
        for hit in look_up(index, typed, ("title", "path", "ten")):
            assert hit.value in (title, "越")
        assert [hit.kind for hit in look_up(index, title, ("title", "path"))] == ["exact"] * 2 * bool(analyze(title))


def test_names_that_are_too_long(titled):
    """A title or value of more words than a name has is not found; others beside it are."""
    long = "an " * (MAX_NAME_WORDS + 1)
    index = titled(long, "An Bình", "an " * MAX_NAME_WORDS)
    add_segment(index, Document(id="a", metadata={"tên": [long, "An Lý"]}))
    assert values(index, "an", "title", "ten") == ["An Lý", "An Bình", "an " * MAX_NAME_WORDS]


def test_an_empty_index():
    """In an empty index there are the fields of all documents, and nothing is found."""
    with open_index(":memory:", create=True) as index:
        assert list(look_up(index, "an", ("title", "path"))) == []


def test_fields_of_some_segments():
    """A field that only some segments have is looked up in those."""
    with open_index(":memory:", create=True) as index:
        add_segment(index, Document(id="a", text="Một"))
        add_segment(index, Document(id="b", metadata={"tên": "Lê An"}))
        assert values(index, "an", "title", "ten") == ["Lê An"]


def test_a_hit_in_other_forms():
    """A hit renders what answers marked, control characters replaced, and turns into what JSON takes."""
    hit = NameHit("Lê <An>\x1b", "7", "title", "word prefix", ((4, 6),))
    assert hit.to_html() == "Lê &lt;<mark>An</mark>&gt;\x1b"
    assert hit.to_ansi() == "Lê <\x1b[1;31mAn\x1b[0m>\ufffd"
    assert hit.to_dict() == {
        "value": "Lê <An>\x1b",
        "document_id": "7",
        "field": "title",
        "kind": "word prefix",
        "spans": ((4, 6),),
    }
