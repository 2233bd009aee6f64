"""Groups of terms and sequences of them are found where they are counted by hand, and count as much."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise, product
from math import inf, prod
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.util.numeric import byte_to_length, length_to_byte

from helpers import add_segment, lexicon_of, make_index
from timviet.index import Document, canonical, fold
from timviet.index.analysis import forms, keyed
from timviet.index.snapshot import Snapshot
from timviet.search import groups, leaf_postings
from timviet.search.groups import GroupReader
from timviet.search.leaf_postings import common
from timviet.search.marks import Level, level
from timviet.search.nodes import Leaf, TermGroup, TermSequence, scored_leaves
from timviet.search.parser import parse
from timviet.search.plan import make_plan
from timviet.search.query import Pair
from timviet.search.rank import LEVEL_WEIGHTS, saturation_levels

SYLLABLES = ["a", "á", "ạ", "ba", "bà", "bả"]
words = st.sampled_from(SYLLABLES)
parts = st.sampled_from([*SYLLABLES, "a*", "á*", "b*", "bà*"])
texts = st.lists(st.lists(words, max_size=12).map(" ".join), min_size=1, max_size=4)
segments = st.lists(texts, min_size=1, max_size=3)
all_marks = st.sampled_from(["auto", "strict", "ignore"])
phrases = st.tuples(st.lists(parts, min_size=2, max_size=4).map(" ".join), st.integers(1, 3))
either_way = pytest.mark.parametrize(
    "looked_up", [pytest.param(256, id="by runs of followers"), pytest.param(0, id="by positions")]
)


def is_marked(word: str) -> bool:
    """Whether a syllable has any mark."""
    return fold(word) != canonical(word)


def is_unmarked(paragraph: list[str]) -> bool:
    """Whether a paragraph was typed without marks."""
    return bool(paragraph) and 10 * sum(map(is_marked, paragraph)) <= len(paragraph)


def weight(typed: str, written: str, query: list[str], paragraph: list[str], marks: str = "auto") -> float:
    """What one occurrence of a written syllable counts for a typed one of a query.

    All readings count in full where no mark was typed; one without marks only in a paragraph typed without marks. A
    prefix asks for the first letters, and with no tone for any.
    """
    if typed.endswith("*"):
        typed, written = typed[:-1], written[: len(typed) - 1]
        written = written if is_marked(typed) else fold(written)
    if fold(typed) != fold(written):
        return 0.0
    own = level(canonical(typed), canonical(written))
    if marks == "ignore" or own is Level.SAME:
        return 1.0
    if marks == "strict" or (own is Level.BARE and not is_unmarked(paragraph)):
        return 0.0
    marked = any(is_marked(word.rstrip("*")) for word in query)
    return 1.0 if own is Level.COMPLETES and not marked else LEVEL_WEIGHTS.get(own, 0.0)


def occurrences(
    phrase: list[str], query: list[str], tokens: list[str], slop: int = 1, marks: str = "auto", likely=None
) -> dict[int, float]:
    """The places where a phrase ends, each with the weight of the best way to get there: every way is tried.

    Readings of a pair count by how likely they are, where they count.
    """
    weights = [{at: weight(word, token, query, tokens, marks) for at, token in enumerate(tokens)} for word in phrase]
    for by_place, own in zip(weights, likely or [], strict=bool(likely)):
        by_place |= {at: own[tokens[at]] for at, counts in by_place.items() if counts}
    places = [[place for place, own in by_place.items() if own] for by_place in weights]
    ends: dict[int, float] = {}
    for way in product(*places):
        if all(1 <= after - before <= slop for before, after in pairwise(way)):
            counts = prod(by_place[place] for by_place, place in zip(weights, way, strict=True))
            ends[way[-1]] = max(ends.get(way[-1], 0.0), counts)
    return ends


def likely(pair: list[str], query: list[str], paragraphs: list[list[str]]) -> list[dict[str, float]]:
    """How much each reading counts in a pair: its share of the commonest one to the power 1/4, or its mark level."""
    marked = any(map(is_marked, query))
    lone = [fold(word) if any(map(is_unmarked, paragraphs)) else "á" for word in pair]
    levels = [
        {token: weight(word, token, query, [bare]) for token in SYLLABLES}
        for word, bare in zip(pair, lone, strict=True)
    ]
    counts = Counter(both for own in paragraphs for both in pairwise(own))
    together = {
        (one, other): counts[one, other] * levels[0][one] * levels[1][other] for one in SYLLABLES for other in SYLLABLES
    }
    most = max(together.values()) or 1
    shares = [
        {token: max(own for key, own in together.items() if key[at] == token) / most for token in SYLLABLES}
        for at in (0, 1)
    ]
    return [
        {token: max(own[token] if marked else 0.2, share[token] ** 0.25) for token in SYLLABLES}
        for own, share in zip(levels, shares, strict=True)
    ]


def counted(weights: Iterable[float]) -> float:
    """What occurrences count together: those with the marks typed each, the others as likely as one is meant."""
    weights = list(weights)
    return sum(own == 1 for own in weights) + 1 - prod(1 - own for own in weights if own < 1)


def numbered(segments: list[list[str]]) -> dict[str, list[str]]:
    """The tokens of each document by its id, as `make_index` numbers them."""
    every = [text.split() for segment in segments for text in segment]
    return {str(number): tokens for number, tokens in enumerate(every)}


def by_hand(paragraphs: dict[str, list[str]], leaf: Leaf, query: list[str], marks: str = "auto") -> dict[str, float]:
    """What a leaf is to find: how much its occurrences count, by document."""
    slop = leaf.asked.slop if isinstance(leaf, TermSequence) else 1
    asked = leaf.asked.text.split()
    found = {document: occurrences(asked, query, tokens, slop, marks) for document, tokens in paragraphs.items()}
    return {document: pytest.approx(counted(ends.values())) for document, ends in found.items() if ends}


def plan_leaves(lexicon, query, **options):
    """The leaves of a query's plan that add to scores."""
    return scored_leaves(make_plan(parse(query, {}), lexicon, **options))


def readers_of(index):
    """What reads groups in each segment of an index as it is now, with the ids of the documents there."""
    snapshot = Snapshot(index.whoosh.searcher())
    for segment in snapshot.segments:
        numbers = range(segment.first, segment.first + segment.paragraph_count)
        yield GroupReader(segment), [snapshot.stored(number)["id"] for number in numbers]


def postings(readers, leaf):
    """What a leaf finds: how much its occurrences count, by document; what is remembered of it agrees with that."""
    found = {}
    for reader, ids in readers:
        documents, frequencies = reader.frequencies(leaf)
        assert documents.tolist() == sorted(set(documents.tolist()))
        found |= {ids[number]: count for number, count in zip(documents, frequencies, strict=True)}
        own = reader.postings(leaf)
        assert own.documents.tolist() == documents.tolist()
        lengths = reader.lengths(leaf, documents)
        assert own.levels.tolist() == saturation_levels(frequencies, lengths, leaf.statistics).tolist()
        assert own.count == len(documents)
    return found


@given(segments, st.lists(parts, min_size=1, max_size=3), all_marks, st.data())
@example([["á" + " a" * 9, "á" + " a" * 8]], ["á"], "auto", None)  # just so few marks that it was typed without, or not
@example([["a " * 300]], ["á"], "auto", None)  # more occurrences than make a difference
def test_words_and_patterns(segments, query, marks, data):
    """A word counts at each place of a reading that answers it, in every segment, not in deleted documents."""
    index = make_index(*segments)
    paragraphs = numbered(segments)
    removed = data.draw(st.sets(st.sampled_from(sorted(paragraphs)))) if data else set()
    add_segment(index, Document(id="new", text="á ba"), remove=removed)
    left = {document: tokens for document, tokens in paragraphs.items() if document not in removed}
    leaves = plan_leaves(lexicon_of(index), " ".join(query), marks=marks, match="any")
    for leaf in (leaf for leaf in leaves if not isinstance(leaf.asked, Pair)):
        expected = by_hand(left | {"new": ["á", "ba"]}, leaf, query, marks)
        assert postings(readers_of(index), leaf) == expected


@either_way
@given(segments=segments, phrase=phrases, marks=all_marks, data=st.data())
@example(segments=[["ba ba ba a"]], phrase=("ba ba a", 2), marks="auto", data=None)
@example(segments=[["a ba a ba ba"]], phrase=("a ba ba", 3), marks="auto", data=None)
@example(segments=[["á ba a bà"]], phrase=("á bà", 3), marks="auto", data=None)
@example(segments=[["á bà" + " ba" * 18, "á ba"]], phrase=("á bà", 1), marks="auto", data=None)
@example(segments=[["a ba", "á"], ["ba a"]], phrase=("á bà", 1), marks="auto", data=None)  # no word of a segment
def test_phrases_of_words_and_patterns(looked_up, segments, phrase, marks, data):
    """A phrase counts wherever its parts follow one another within the slop, whichever way fits best."""
    text, slop = phrase
    index = make_index(*segments)
    paragraphs = numbered(segments)
    removed = data.draw(st.sets(st.sampled_from(sorted(paragraphs)))) if data else set()
    add_segment(index, Document(id="new", text="á ba bà"), remove=removed)
    left = {document: tokens for document, tokens in paragraphs.items() if document not in removed}
    with patch.object(groups, "_LOOKED_UP_TERMS", looked_up):
        (leaf,) = plan_leaves(lexicon_of(index), f'"{text}"~{slop}', marks=marks)
        assert isinstance(leaf, TermSequence)
        found = postings(readers_of(index), leaf)
    assert found == by_hand(left | {"new": ["á", "ba", "bà"]}, leaf, text.split(), marks)
    assert leaf.document_frequency == len(found)


@either_way
@pytest.mark.parametrize(
    ("phrase", "text", "frequency"),
    [
        pytest.param('"công an"', "công an, công an", 2, id="next to each other, twice"),
        pytest.param('"công an"', "công, an", 1, id="across punctuation"),
        pytest.param('"công an"', "công tác an ninh", 0, id="a word between"),
        pytest.param('"công an"', "an công", 0, id="in the other order"),
        pytest.param('"công an"~2', "công tác an ninh", 1, id="a word between is one step more"),
        pytest.param('"công an"~2', "công tác bảo an", 0, id="two words between are too many"),
        pytest.param('"a b c"~2', "a x b x c", 1, id="each step may be as long"),
        pytest.param('"a b c"~2', "a b x x c", 0, id="no step may be longer"),
        pytest.param('"cong an"', "công an công ăn", 2, id="readings with marks count in full without marks"),
        pytest.param('"công an"', "công an công ăn", 1.3, id="readings with more marks count less beside marks"),
        pytest.param('"công an"', "công ăn, công ăn", 0.51, id="two of them less than one without"),
        pytest.param('"công an"', "cong an", 0.7, id="a text without marks counts less"),
        pytest.param('"công an"', "cong an xã hội", 0, id="a text with marks elsewhere does not count"),
        pytest.param('"05-CT/TW"', "Chỉ thị số 05-CT/TW", 1, id="a code"),
        pytest.param('"công a*"', "công an, công ăn, công ty", 1.3, id="a prefix at the end"),
    ],
)
def test_phrases(looked_up, phrase, text, frequency):
    """A phrase counts as often as it ends somewhere, each time by its words' weights."""
    index = make_index([text])
    with patch.object(groups, "_LOOKED_UP_TERMS", looked_up):
        (leaf,) = plan_leaves(lexicon_of(index), phrase)
        assert sum(postings(readers_of(index), leaf).values()) == pytest.approx(frequency)


@given(segments, words, words)
def test_a_folded_form_stands_for_its_readings(segments, one, other):
    """What is typed without marks finds what all readings do that it may have, alone and in sequence."""
    index = make_index(*segments)
    lexicon = lexicon_of(index)
    readers = [*readers_of(index)]
    (folded,) = plan_leaves(lexicon, f'"{fold(one)} {fold(other)}"')
    in_full = []
    for group in folded.groups:
        readings = lexicon.readings("text", group.asked.text)
        weights = {keyed(group.asked.text, reading): 1.0 for reading in readings}
        in_full.append(replace(group, field="text", weights=weights))
        assert group.field == "text.folded"
        assert postings(readers, group) == postings(readers, in_full[-1])
    for mixed in product(*zip(folded.groups, in_full, strict=True)):
        assert postings(readers, replace(folded, groups=mixed)) == postings(readers, folded)


@pytest.mark.parametrize("memory", [0, 60, 1 << 20])
@given(segments=segments, asked=st.lists(st.one_of(parts, phrases), min_size=1, max_size=8))
@example(segments=[["a ba", "a a ba"]], asked=[("a ba", 1), ("a ba", 2), ("a ba", 1)])
def test_remembered_postings(memory, segments, asked):
    """Postings are the same however much was read before, and however little of it is remembered."""
    index = make_index(*segments)
    lexicon = lexicon_of(index)
    queries = [f'"{own[0]}"~{own[1]}' if isinstance(own, tuple) else own for own in asked]
    with patch.object(groups, "_REMEMBERED_BYTES", memory):
        readers = [*readers_of(index)]
        for query in queries:
            (leaf,) = plan_leaves(lexicon, query)
            assert postings(readers, leaf) == by_hand(numbered(segments), leaf, leaf.asked.text.split())


@given(segments=segments, word=parts)
def test_few_and_many_postings(segments, word):
    """What terms find that count as one is the same, to the last digit, whether they are thought to be few or many."""
    index = make_index(*segments)
    (leaf,) = plan_leaves(lexicon_of(index), word)
    for reader, _ in readers_of(index):
        found = []
        for share in (0, inf):
            with patch.object(groups, "_SPARSE_SHARE", share):
                found.append([own.tolist() for own in reader.frequencies(leaf)])
        assert found[0] == found[1]


@pytest.mark.parametrize(("memory", "is_remembered"), [(0, False), (1 << 20, True)])
@pytest.mark.parametrize("query", ["đảng", '"đảng ủy"'])
def test_postings_are_read_once(memory, is_remembered, query):
    """Postings are kept for the next query that asks for the same, where there is room."""
    index = make_index(["Đảng ủy xã"])
    lexicon = lexicon_of(index)
    with patch.object(groups, "_REMEMBERED_BYTES", memory):
        ((reader, _),) = readers_of(index)
        first, again = (reader.postings(*plan_leaves(lexicon, query)) for _ in range(2))
    assert (first is again) == is_remembered


@pytest.mark.parametrize("share", [0, 0.5, 1])
@pytest.mark.parametrize("few", [0, 512])
@given(segments=segments, word=parts, data=st.data())
def test_looking_up_postings(share, few, segments, word, data):
    """Postings tell the same whether or not there is a number for each paragraph, and however many are looked up."""
    index = make_index(*segments)
    (leaf,) = plan_leaves(lexicon_of(index), word)
    with patch.object(leaf_postings, "DENSE_SHARE", share), patch.object(leaf_postings, "_FEW", few):
        for reader, ids in readers_of(index):
            own = reader.postings(leaf)
            by_number = dict(zip(own.documents.tolist(), own.levels.tolist(), strict=True))
            assert own.is_dense == (len(by_number) > share * len(ids))
            assert own.table().tolist() == [by_number.get(number, 0) for number in range(len(ids))]
            some = sorted(data.draw(st.sets(st.integers(0, len(ids) - 1))))
            places, levels = own.among(np.array(some, np.int64))
            assert places.tolist() == [place for place, number in enumerate(some) if number in by_number]
            assert levels.tolist() == [by_number[some[place]] for place in places]
            had = np.isin(np.arange(len(ids)), some).astype(np.uint16)
            for weight, only_found in [(1, False), (3, True), (200, False)]:
                total = had.copy()
                own.add_to(total, weight, only_found, np.empty_like(total))
                more = np.array([weight * by_number.get(number, 0) for number in range(len(ids))])
                assert total.tolist() == (had + more * ((had > 0) | (not only_found))).tolist()


@given(segments, words)
@example([["a " * 50]], "a")  # a length that is rounded
def test_paragraphs_by_number(segments, word):
    """A paragraph's frequency of a term, its length as a byte keeps it, and whether it was typed without marks."""
    index = make_index(*segments)
    paragraphs = numbered(segments)
    (leaf,) = plan_leaves(lexicon_of(index), word)
    for reader, ids in readers_of(index):
        for number, document in enumerate(ids):
            tokens = paragraphs[document]
            length = byte_to_length(length_to_byte(len(tokens))) or 1
            assert reader.frequency("text", forms(word).keyed, number) == tokens.count(word)
            assert reader.lengths(leaf, np.array([number])).tolist() == [length]
            assert reader.is_unmarked(number) == is_unmarked(tokens)


@pytest.mark.parametrize("field", ["text", "title", "meta.nam"])
def test_what_is_nowhere(field):
    """A term or a field that a segment does not have is found nowhere."""
    ((reader, _),) = readers_of(make_index(["đảng ủy"]))
    (leaf,) = plan_leaves(lexicon_of(make_index(["xã"])), "xã")
    assert isinstance(leaf, TermGroup)
    assert reader.frequency(field, "xa\txã", 0) == 0
    assert len(reader.postings(replace(leaf, field=field)).documents) == 0


numbers = st.sets(st.integers(0, 30)).map(sorted)


@given(numbers, numbers)
def test_common(documents, others):
    """What is in both of two lists is told by its places in either."""
    both = sorted({*documents} & {*others})
    places, other_places = common(np.array(documents, np.int64), np.array(others, np.int64))
    assert [documents[place] for place in places] == both
    assert [others[place] for place in other_places] == both
