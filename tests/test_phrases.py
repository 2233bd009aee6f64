"""Phrases are counted as reading every paragraph and title counts them."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fields import any_texts, field_of
from helpers import add_segment, make_index
from phrases import count_phrases, texts_of
from timviet.index import Document, open_index
from timviet.index.analysis import forms
from timviet.index.snapshot import Snapshot
from timviet.search.sequences import occurrence_keys
from timviet.search.suggestions.longer_phrases import LongerPhrases
from timviet.search.suggestions.phrase_source import TITLE_WEIGHT, Wanted
from timviet.search.suggestions.phrases import no_words
from timviet.search.suggestions.run_reader import RunReader
from timviet.search.suggestions.words import WORDS_OF_GRAMMAR, Words

LONGEST = 4
WORDS = "công công cong an ăn nhân dân và 5".split()  # noqa: SIM905

texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
documents = st.fixed_dictionaries(
    {"text": st.lists(texts, min_size=1, max_size=3).map("\n".join)}, optional={"title": texts}
)
sessions = st.lists(st.lists(documents, min_size=1, max_size=3), min_size=1, max_size=3)


def add_sessions(index, sessions, removed=()):
    """Commit the documents of each session as a segment of their own, and then the removal of some."""
    numbers = iter(range(100))
    for session in sessions:
        add_segment(index, *(Document(id=str(next(numbers)), **fields) for fields in session))
    if removed:
        add_segment(index, remove=map(str, removed))


def every_phrase(phrase, most=100):
    """A phrase and all longer ones, up to LONGEST words, by their words."""
    longer = phrase.followed_by(Wanted(), 1, most) if len(phrase.terms) < LONGEST else []
    own = {phrase.terms: phrase} if phrase.terms else {}
    return own | {terms: found for one in longer for terms, found in every_phrase(one).items()}


@given(sessions, st.sets(st.integers(0, 3), max_size=2))
@example([[{"text": "công an\ncông an\ncông", "title": "công an công an"}]], set())  # a title counts once
@example([[{"text": "an"}], [{"text": "công an", "title": "an công"}]], {0})
@example([[{"text": ""}]], set())
def test_phrases_are_counted(sessions, removed):
    """Every phrase occurs as often as in the texts, in titles once for a document; no other one does."""
    with open_index(":memory:", create=True) as index:
        add_sessions(index, sessions, removed)
        snapshot = Snapshot(index.whoosh.searcher())
        every = texts_of(snapshot)
        in_texts, in_titles = count_phrases(every.paragraphs, LONGEST), count_phrases(every.titles, LONGEST)
        found = every_phrase(no_words(snapshot.segments))
    assert {terms: phrase.frequency for terms, phrase in found.items()} == in_texts + in_titles
    for terms, phrase in found.items():
        assert phrase.in_titles == (terms in in_titles)
        beginnings = [terms[:length] for length in range(1, len(terms) + 1)]
        assert phrase.counts == tuple(in_texts[own] + TITLE_WEIGHT * in_titles[own] for own in beginnings)


@given(sessions, st.integers(1, 3), st.integers(1, 9))
@example([[{"text": "công an"}], [{"text": "công an"}, {"text": "công dân công dân công dân"}]], 1, 2)
def test_the_commonest_are_found(sessions, most, least):
    """Of longer phrases all are found that are frequent enough; where fewer are asked for, those of common words."""
    with open_index(":memory:", create=True) as index:
        add_sessions(index, sessions)
        begin = no_words(Snapshot(index.whoosh.searcher()).segments)
        for phrase in (begin, *begin.followed_by(Wanted(), 1, 100)):
            every = {own.terms: own.counts for own in phrase.followed_by(Wanted(), 1, 100)}
            frequent = {own.terms: own.counts for own in phrase.followed_by(Wanted(), least, 100)}
            assert frequent == {terms: counts for terms, counts in every.items() if counts[-1] >= least}
            few = [own.counts[-1] for own in phrase.followed_by(Wanted(), 1, most)]
            assert len(few) >= min(most, len(every))
            if len(phrase.places) == 1:
                assert sorted(few) == sorted(counts[-1] for counts in every.values())[-most:]
            for terms, counts in every.items():
                assert phrase.followed_by_word(terms[-1], 1).counts == counts
                assert phrase.followed_by_word(terms[-1], counts[-1] + 1) is None


def test_words_that_are_wanted():
    """Words are found in several ranges, those alone that are accepted, and those not that are left out."""
    begin = no_words(Snapshot(make_index(["công an ăn ấn dân dần đan ôn và vạn"]).whoosh.searcher()).segments)
    ranges = ((b"an", b"ao"), (b"d", b"e"), (b"x", b"y"))

    def found(wanted):
        return sorted(phrase.terms[0].decode().split("\t")[-1] for phrase in begin.followed_by(wanted, 1, 100))

    dan, an = (forms(word).keyed.encode() for word in ("dân", "an"))
    assert found(Wanted(ranges)) == sorted(forms(word).canonical for word in "an ăn ấn dân dần đan".split())  # noqa: SIM905
    assert found(Wanted(ranges, accepts=lambda term: term.startswith(b"d"))) == sorted(
        forms(word).canonical for word in ("dân", "dần", "đan")
    )
    assert found(Wanted(ranges, lambda term: term.startswith(b"d"), frozenset([dan, an]))) == sorted(
        forms(word).canonical for word in ("dần", "đan")
    )


@given(any_texts, st.data())
@example({0: [b"an", b"xa"], 70_000: [b"an", b"xa"], 140_000: [b"xa", b"an"]}, None)
def test_runs_are_read(texts, data):
    """Runs are read wherever their paragraphs are, also far apart, and those that are wanted alone."""
    terms = field_of(texts)
    count = len(terms.columns["run_ends"])
    chosen = sorted(data.draw(st.sets(st.integers(0, count - 1)))) if data and count else list(range(count))
    is_wanted = np.ones(max(texts, default=0) + 1, bool)
    is_wanted[data.draw(st.lists(st.sampled_from(sorted(texts)))) if data and texts else []] = False
    reader = RunReader(terms)
    for among, everywhere in (([], True), ([None], True), ([is_wanted], False), ([None, is_wanted, is_wanted], False)):
        expected = [
            (place, occurrence_keys(document, position))
            for place, run in enumerate(chosen)
            for document, position in zip(
                terms.run_documents_between(run, run + 1), terms.run_positions_between(run, run + 1), strict=True
            )
            if everywhere or is_wanted[document]
        ]
        found = reader.read(np.array(chosen, np.int64), *among)
        assert list(zip(found.owners.tolist(), found.keys.tolist(), strict=True)) == expected
    assert reader.count == 4 * sum(len(terms.run_documents_between(run, run + 1)) for run in chosen)


def test_which_words_belong_together():
    """Words belong together that stand together often and apart seldom; of few occurrences nothing is said."""
    together = ["quy định về đất"] * 40 + ["xã hội"] * 3
    apart = [text for number in range(10) for text in (f"quy {number}", f"{number} định", f"về {number}")]
    begin = no_words(Snapshot(make_index([*together, *apart, *["về đâu"] * 200]).whoosh.searcher()).segments)

    def belong_together(*words):
        return Words(begin).belong_together(*(forms(word).keyed.encode() for word in words))

    assert belong_together("quy", "định")
    assert not belong_together("định", "quy")
    assert belong_together("định", "về")  # which stands elsewhere mostly, but `định` does not
    assert not belong_together("xã", "hội")
    assert not belong_together("quy", "đất")
    assert not belong_together("quy", "không")


def test_words_that_end_paragraphs():
    """A word ends paragraphs as often as words do, or less; of few occurrences little is said; titles count, too."""
    with open_index(":memory:", create=True) as index:
        add_segment(index, *(Document(id=str(n), title="tỉnh của", text="công an của tỉnh") for n in range(100)))
        add_segment(index, Document(id="xã", text="xã hội"))
        begin = no_words(Snapshot(index.whoosh.searcher()).segments)
    words = Words(begin)

    def ends(word):
        return words.ends(begin.followed_by_word(forms(word).keyed.encode(), 1))

    assert ends("hội") == 1
    assert ends("an") == pytest.approx(10 / 110)
    assert ends("xã") == pytest.approx(10 / 11)
    assert ends("tỉnh") == pytest.approx((1 + TITLE_WEIGHT * 10 / 110) / (1 + TITLE_WEIGHT))
    assert ends("của") == pytest.approx((10 / 110 + TITLE_WEIGHT) / (1 + TITLE_WEIGHT))


def test_longer_phrases_are_remembered():
    """Longer phrases are found again without reading, also those of them that are more frequent than was asked."""
    texts = ["công an xã", "công an xã", "công an huyện", "công an và dân", "công an và dân"]
    begin = no_words(Snapshot(make_index(texts).whoosh.searcher()).segments)
    longer = LongerPhrases(begin)
    cong, an, xa, va, huyen = (forms(word).keyed.encode() for word in ("công", "an", "xã", "và", "huyện"))
    phrase = begin.followed_by_word(cong, 1).followed_by_word(an, 1)
    assert {own.terms[-1] for own in longer.with_any_word(phrase, 1)} == {xa, huyen}  # none of grammar
    read = begin.places[0].source.reader.count
    assert [own.terms[-1] for own in longer.with_any_word(phrase, 2)] == [xa]
    assert longer.with_word(phrase, huyen, 1).frequency == 1
    assert longer.with_word(phrase, huyen, 2) is None
    assert begin.places[0].source.reader.count == read
    assert longer.with_word(phrase, va, 3) is None
    read_more = begin.places[0].source.reader.count
    assert read_more > read
    assert longer.with_word(phrase, va, 1).frequency == 2
    assert begin.places[0].source.reader.count == read_more


def test_a_call_reads_only_so_much(monkeypatch):
    """A call that has read enough looks for no more longer phrases; the next one does."""
    monkeypatch.setattr("timviet.search.suggestions.longer_phrases.MOST_FOR_ANY", 1)
    monkeypatch.setattr("timviet.search.suggestions.longer_phrases.MOST_FOR_WORDS", 1)
    begin = no_words(Snapshot(make_index(["công an xã", "công an xã", "công an bộ"] * 2).whoosh.searcher()).segments)
    longer = LongerPhrases(begin)
    cong, an, xa, bo = (forms(word).keyed.encode() for word in ("công", "an", "xã", "bộ"))
    pair = begin.followed_by_word(cong, 1).followed_by_word(an, 1)
    three = longer.with_word(pair, xa, 1)
    assert three.frequency == 4
    assert longer.with_word(pair, bo, 1) is None
    assert longer.with_word(pair, xa, 1) is three
    assert len(longer.with_any_word(pair, 1)) == 2
    assert longer.with_any_word(three, 1) == []
    assert longer.with_word(pair, bo, 1).frequency == 2  # found with any word
    longer.begin()
    assert longer.with_word(three, xa, 1) is None
    assert longer.with_any_word(pair, 1) != []


def test_words_of_grammar():
    """The words of grammar are words: single syllables, each once."""
    assert len(WORDS_OF_GRAMMAR) > 50
    assert all(b" " not in term for term in WORDS_OF_GRAMMAR)
