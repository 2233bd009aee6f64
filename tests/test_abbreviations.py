"""Abbreviations are learned from texts that define them, or that use them as they use a phrase of the same initials."""

from unicodedata import normalize
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import add_segment, lexicon_of, make_index, stripped
from timviet.index import Document
from timviet.index.analysis import forms, indexed_forms
from timviet.index.errors import QueryTimeoutError
from timviet.index.snapshot import Snapshot
from timviet.search.abbreviations.abbreviations import MAX_WORDS
from timviet.search.abbreviations.definitions import definitions
from timviet.search.abbreviations.expansions import Expander
from timviet.search.abbreviations.initials import abbreviations_of, is_abbreviation, stands_for, stretches
from timviet.search.abbreviations.short_terms import ShortTerms
from timviet.search.deadline import TimeLimit
from timviet.search.marks import Level, level


def abbreviations_in(*texts):
    """The abbreviations of an index in memory of some texts."""
    return lexicon_of(make_index(texts)).abbreviations


def told(text, abbreviation):
    """What a text says an abbreviation stands for, each time that it does."""
    return list(definitions(text, forms(abbreviation)))


def expansions(abbreviations, abbreviation):
    """What an abbreviation stands for, as documents write it."""
    return [expansion.text for expansion in abbreviations.expansions(forms(abbreviation))]


def abbreviation_of(abbreviations, words):
    """The abbreviation that stands for some words, for all of them and no more; None where there is none."""
    found = {(own.start, own.end): own.abbreviation for own in abbreviations.among(words)}
    return found.get((0, len(words)))


def typed(text):
    """The forms of a query's words."""
    return [forms(word) for word in text.split()]


def words_of(text):
    """The forms of a text's words."""
    return tuple(indexed_forms(text))


# Which tokens are abbreviations, and of which words.


@pytest.mark.parametrize(
    ("token", "is_one"),
    [
        pytest.param("ANTT", True, id="capitals"),
        pytest.param("antt", True, id="small letters: a term of the index has no case"),
        pytest.param("HĐND", True, id="đ"),
        pytest.param("NSƯT", True, id="a letter with a vowel mark"),
        pytest.param("BYT", True, id="letters that no syllable has in this order"),
        pytest.param("GCNKNCMHTHH", True, id="eleven letters"),
        pytest.param("TW", False, id="two letters stand for too many things"),
        pytest.param("T", False, id="one letter"),
        pytest.param("an", False, id="a syllable"),
        pytest.param("BOT", False, id="the shape of a syllable: `bót` is one"),
        pytest.param("quyển", False, id="a syllable with marks"),
        pytest.param("thì", False, id="a tone makes it a syllable"),
        pytest.param("M519", False, id="a code"),
        pytest.param("2024", False, id="a number"),
        pytest.param("XYZT" * 4, False, id="more letters than any has"),
        pytest.param("越南", False, id="another script"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_which_tokens_are_abbreviations(token, is_one):
    """An abbreviation is three letters or more that make no syllable."""
    assert is_abbreviation(forms(token)) == is_one


@pytest.mark.parametrize(
    ("letters", "words", "do"),
    [
        pytest.param("antt", "an ninh trật tự", True, id="initials"),
        pytest.param("hđnd", "hội đồng nhân dân", True, id="đ for đ"),
        pytest.param("hdnd", "hội đồng nhân dân", True, id="d for đ, as it is typed without marks"),
        pytest.param("hđnd", "hoi dong nhan dan", True, id="đ for a word typed without marks"),
        pytest.param("gđđt", "giáo dục đào tạo", False, id="đ is not for d"),
        pytest.param("bhyt", "bảo hiểm y tế", True, id="y, which is the same word as i"),
        pytest.param("nstw", "ngân sách trung ương", True, id="w, by which one types ư"),
        pytest.param("ktưd", "kỹ thuật ứng dụng", True, id="ư for ư"),
        pytest.param("gdđt", "giáo dục và đào tạo", True, id="a word of grammar left out"),
        pytest.param("gdvđt", "giáo dục và đào tạo", True, id="and not left out"),
        pytest.param("đvqhns", "đơn vị có quan hệ với ngân sách", True, id="two of them left out"),
        pytest.param("ttlnh", "thanh toán điện tử liên ngân hàng", False, id="other words left out"),
        pytest.param("oas", "of american states", False, id="a phrase does not start with `of`"),
        pytest.param("antt", "an ninh trật", False, id="a word missing"),
        pytest.param("antt", "an ninh trật tự xã", False, id="a word more"),
        pytest.param("antt", "trật tự an ninh", False, id="another order"),
        pytest.param("antt", "", False, id="no words"),
    ],
)
def test_what_letters_stand_for(letters, words, do):
    """Letters stand for words whose initials they are; words of grammar between others may have none."""
    assert stands_for(letters, words_of(words)) == do


syllables = st.sampled_from("an ninh trật tự Ủy y tế Đảng dân và về ưng ương công of Ơ 越 5".split())  # noqa: SIM905
phrases = st.lists(syllables, min_size=1, max_size=8).map(" ".join)


@given(phrases)
@example("y y y y")
@example("ủy và ương và ưng")
def test_letters_and_words(phrase):
    """Whatever abbreviation words may have stands for them, typed with marks or without."""
    for own in (words_of(phrase), words_of(stripped(phrase))):
        for letters in abbreviations_of(own):
            assert stands_for(letters, own) or own[0].canonical == "of"


@given(st.sampled_from(["antt", "ytdd", "đvd", "uwc", "ccc"]), st.lists(syllables, max_size=12).map(" ".join))
@example("dvd", "đảng và về dân")
def test_stretches(letters, text):
    """Where words stand in a text that letters stand for is found as trying all places finds it."""
    tokens = words_of(text)
    places = [(start, end) for end in range(len(tokens) + 1) for start in range(end)]
    every = {(start, end) for start, end in places if stands_for(letters, tokens[start:end])}
    # What has words of grammar at its ends that none of the letters stand for is no other phrase.
    assert stretches(letters, tokens) <= every
    assert {(start, end) for start, end in every if end - start == len(letters)} <= stretches(letters, tokens)


# Definitions.

DEFINED = [
    pytest.param("giữ gìn an ninh trật tự (ANTT) ở xã", "an ninh trật tự", id="in brackets"),
    pytest.param("giữ gìn an ninh trật tự(ANTT)", "an ninh trật tự", id="without a space"),
    pytest.param("giữ gìn an ninh trật tự [ANTT]", "an ninh trật tự", id="in square brackets"),
    pytest.param('giữ gìn “an ninh trật tự” ("ANTT")', "an ninh trật tự", id="in quotation marks"),
    pytest.param("an ninh, trật tự (ANTT)", "an ninh, trật tự", id="with a comma"),
    pytest.param("An ninh - Trật tự (ANTT cấp xã)", "An ninh - Trật tự", id="with a dash, and more in the brackets"),
    pytest.param("AN NINH TRẬT TỰ (ANTT)", "an ninh trật tự", id="in capitals"),
    pytest.param("an ninh trat tu (antt)", "an ninh trat tu", id="without marks"),
    pytest.param("an ninh trật tự (sau đây gọi tắt là ANTT)", "an ninh trật tự", id="called so from here on"),
    pytest.param("an ninh trật tự (sau đây được gọi là “ANTT”)", "an ninh trật tự", id="called so, in quotation marks"),
    pytest.param("an ninh trật tự (viết tắt: ANTT)", "an ninh trật tự", id="written so for short"),
    pytest.param("an ninh trật tự (hay ANTT)", "an ninh trật tự", id="or so"),
    pytest.param("an ninh trật tự, viết tắt là ANTT, được", "an ninh trật tự", id="written so, without brackets"),
    pytest.param("ANTT (an ninh trật tự)", "an ninh trật tự", id="the other way round"),
    pytest.param("Chữ viết tắt: ANTT: an ninh trật tự; ATGT: …", "an ninh trật tự", id="a list of them"),
    pytest.param("ANTT - an ninh trật tự", "an ninh trật tự", id="with a dash"),
    pytest.param("ANTT = an ninh trật tự", "an ninh trật tự", id="with a sign of equality"),
    pytest.param("ANTT là viết tắt của an ninh trật tự.", "an ninh trật tự", id="in a sentence"),
    pytest.param("ANTT (viết tắt của cụm từ “an ninh trật tự”)", "an ninh trật tự", id="in a sentence, in brackets"),
    pytest.param("an ninh trật tự （ＡＮＴＴ）", "an ninh trật tự", id="full width"),
    pytest.param("an ninh trật tự (AN\u00adTT)", "an ninh trật tự", id="a soft hyphen in it"),
    pytest.param("AN NINH TRẬT TỰ, VIẾT TẮT LÀ ANTT", "an ninh trật tự", id="all in capitals"),
    pytest.param(normalize("NFD", "an ninh trật tự, gọi tắt là ANTT"), "an ninh trật tự", id="decomposed"),
]


@pytest.mark.parametrize(("text", "expansion"), DEFINED)
def test_definitions(text, expansion):
    """A text defines an abbreviation by brackets, by signs, or by saying so."""
    assert told(text, "ANTT") == [words_of(expansion)]


@pytest.mark.parametrize(("text", "expansion"), DEFINED)
def test_definitions_in_long_texts(text, expansion):
    """Whatever stands before and after, a definition is the same."""
    around = "Ủy ban nhân dân xã họp bàn. " * 30
    assert told(f"{around}{text}. {around}", "ANTT") == [words_of(expansion)]


@pytest.mark.parametrize(
    ("text", "abbreviation"),
    [
        pytest.param("giữ gìn trật tự (ANTT)", "ANTT", id="other words than the letters stand for"),
        pytest.param("tỉnh họp (UBND)", "UBND", id="nothing of it"),
        pytest.param("bảo đảm ANTT", "ANTT", id="no definition"),
        pytest.param("an ninh trật tự ANTT", "ANTT", id="no sign between them"),
        pytest.param("an ninh trật tự và ANTT", "ANTT", id="something else between them"),
        pytest.param("Mất an ninh. Trật tự (ANTT)", "ANTT", id="a sentence ends within"),
        pytest.param("an ninh (trật tự (ANTT", "ANTT", id="a bracket within"),
        pytest.param("ANTT: an ninh trật tự xã hội", "ANTT", id="a longer phrase follows"),
        pytest.param("ANTT, an ninh trật tự", "ANTT", id="a comma is no definition"),
        pytest.param("thủ tướng (TT)", "TT", id="two letters"),
        pytest.param("đường bộ (ĐƯB)", "ĐƯB", id="letters that are not the initials"),
        pytest.param("bánh ớt tôm (bot)", "bot", id="a bracket that is a syllable"),
        pytest.param("hình vẽ (xem trang sau)", "xem", id="a bracket with words"),
        pytest.param("Nguyễn Văn Thọ (sinh 1950)", "sinh", id="a name with a bracket"),
        pytest.param("(ANTT)", "ANTT", id="nothing before the bracket"),
        pytest.param("ANTT (", "ANTT", id="nothing after the bracket"),
        pytest.param("an ninh trật tự (XANTT)", "ANTT", id="part of another token"),
        pytest.param("an ninh trật tự (ANTT\u0301)", "ANTT", id="with a mark it is another token"),
    ],
)
def test_what_is_no_definition(text, abbreviation):
    """Brackets, names and initials by accident define nothing."""
    assert told(text, abbreviation) == []


@pytest.mark.parametrize("text", ["Hội đồng nhân dân (HÐND)", "HĐND: Hội đồng nhân dân", "(HĐND) là Hội"])
def test_look_alikes_in_definitions(text):
    """Eth stands for đ in an abbreviation as it does in any word."""
    assert told(text.replace("Đ", "Ð"), "HĐND") == told(text, "HĐND")


def test_every_definition_counts():
    """A text may define an abbreviation more than once, and in several ways."""
    text = "khu công nghiệp (KCN), rồi không có người (KCN); KCN: khu công nghiệp."
    assert [" ".join(word.folded for word in words) for words in told(text, "KCN")] == [
        "khu cong nghiep",
        "khong co nguoi",
        "khu cong nghiep",
    ]


# What an index knows by definitions.


@pytest.mark.parametrize(
    ("text", "abbreviation", "expansion"),
    [
        pytest.param("Giữ gìn an ninh trật tự (ANTT).", "ANTT", "an ninh trật tự", id="defined"),
        pytest.param("Giữ gìn an ninh trật tự (ANTT).", "antt", "an ninh trật tự", id="typed in small letters"),
        pytest.param("Hội đồng nhân dân (HĐND) xã", "HĐND", "Hội đồng nhân dân", id="with đ"),
        pytest.param("Hội đồng nhân dân (HĐND) xã", "hdnd", "Hội đồng nhân dân", id="typed with d"),
        pytest.param("Hội đồng nhân dân (HDND) xã", "HĐND", "Hội đồng nhân dân", id="written with d"),
        pytest.param("Uỷ ban nhân dân (UBND) xã", "UBND", "Uỷ ban nhân dân", id="as documents write it"),
        pytest.param("bảo hiểm y tế (BHYT)", "BHYT", "bảo hiểm y tế", id="y"),
        pytest.param("Giáo dục và Đào tạo (GDĐT)", "GDĐT", "Giáo dục và Đào tạo", id="a word left out"),
        pytest.param("Chỉ huy trưởng [CHT]: họp", "CHT", "Chỉ huy trưởng", id="three letters"),
        pytest.param("Universal Serial Bus (USB)", "USB", "Universal Serial Bus", id="another language"),
    ],
)
def test_both_ways(text, abbreviation, expansion):
    """What a text defines is found by the abbreviation, and the abbreviation by it, with marks or without."""
    abbreviations = abbreviations_in(text, "Nhân dân xã họp bàn.")
    assert expansions(abbreviations, abbreviation) == [expansion]
    for own in (expansion, stripped(expansion), expansion.upper()):
        found = abbreviation_of(abbreviations, indexed_forms(own))
        assert found.expansion.text == expansion
        assert found.forms.folded == forms(abbreviation).folded
        assert found.text == found.text.upper()


@pytest.mark.parametrize(
    ("text", "abbreviation", "words"),
    [
        pytest.param("giữ trật tự (ANTT)", "ANTT", "an ninh trật tự", id="not defined"),
        pytest.param("Thủ tướng (TT) họp", "TT", "thủ tướng", id="two letters"),
        pytest.param("an ninh trật tự (ANTT)", "ANTX", "an ninh trật xã", id="nowhere in the index"),
        pytest.param("an ninh trật tự (ANTT)", "HĐTT", "ấn ninh trật tự", id="other marks"),
        pytest.param("Nguyễn Trọng Tạo, NTT và Ngô Tất Tố", "NTT", "ngô tất tố", id="initials of names"),
        pytest.param("bán ô tô (bot) cũ", "bot", "bán ô tô", id="a word in brackets that has the initials"),
        pytest.param("", "ANTT", "an ninh trật tự", id="an empty text"),
    ],
)
def test_what_is_not_known(text, abbreviation, words):
    """What no text says, and what has no evidence, is nothing."""
    abbreviations = abbreviations_in(text, "Nhân dân xã họp bàn.")
    assert abbreviations.expansions(forms(abbreviation)) == ()
    assert abbreviations.among(typed(words)) == ()


def test_commonest_definition_first():
    """Of several things that an abbreviation stands for, the one that is defined most often comes first."""
    texts = ["Ban chấp hành (BCH) họp", "Bộ chỉ huy (BCH) họp", "Bộ chỉ huy (BCH) tỉnh", "ban chấp hành đã"]
    abbreviations = abbreviations_in(*texts)
    assert expansions(abbreviations, "BCH") == ["Bộ chỉ huy", "Ban chấp hành"]
    for words in ("ban chap hanh", "bo chi huy"):
        assert abbreviation_of(abbreviations, typed(words)).text == "BCH"


def test_a_rare_definition_of_something_else():
    """One definition does not count where the abbreviation is used in many paragraphs that do not have the phrase."""
    others = [f"máy bay số {number} PPP" for number in range(30)]
    assert expansions(abbreviations_in("phi phát phòng (PPP)", *others[:5]), "PPP") == ["phi phát phòng"]
    assert expansions(abbreviations_in("phi phát phòng (PPP)", *others), "PPP") == []


def test_readings_of_the_same_letters():
    """A phrase written with marks and without is one phrase; an abbreviation with đ and one with d are two."""
    texts = ["an ninh trật tự (ANTT)", "an ninh trật tự (ANTT) xã", "an ninh trat tu (ANTT)"]
    assert expansions(abbreviations_in(*texts), "ANTT") == ["an ninh trật tự"]
    texts = ["hội đồng tư vấn (HĐTV)", "tivi HDTV", "xem HDTV", "một chiếc HDTV"]
    abbreviations = abbreviations_in(*texts)
    assert expansions(abbreviations, "HĐTV") == ["hội đồng tư vấn"]
    assert expansions(abbreviations, "HDTV") == []  # most often it is something else
    assert abbreviation_of(abbreviations, typed("hoi dong tu van")).text == "HĐTV"


def test_several_segments():
    """Evidence of all segments counts together, and what is deleted does not."""
    index = make_index(["an ninh trật tự (ANTT)"], ["bảo đảm ANTT"], ["Ban chấp hành (BCH)", "Bộ chỉ huy (BCH)"])
    add_segment(index, Document(id="9", text="Bộ chỉ huy (BCH) và an ninh trật tự"))
    abbreviations = lexicon_of(index).abbreviations
    (found,) = abbreviations.expansions(forms("ANTT"))
    assert (found.definitions, found.frequency, found.together) == (1, 2, 1)
    assert expansions(abbreviations, "BCH") == ["Bộ chỉ huy", "Ban chấp hành"]
    add_segment(index, remove=["0", "3", "9"])
    abbreviations = lexicon_of(index).abbreviations
    assert expansions(abbreviations, "ANTT") == []
    assert abbreviation_of(abbreviations, typed("an ninh trật tự")) is None
    assert expansions(abbreviations, "BCH") == ["Ban chấp hành"]


def test_an_empty_index():
    """An index of nothing knows no abbreviation."""
    abbreviations = abbreviations_in()
    assert abbreviations.expansions(forms("ANTT")) == ()
    assert abbreviations.among(typed("an ninh trật tự")) == ()


# What an index knows by comparing.

PLACES = ["huyện Thọ Xuân", "thành phố Sầm Sơn", "thị xã Bỉm Sơn", "xã Quảng Phú", "phường Ba Đình", "tỉnh Thanh Hóa"]
VERBS = ["giữ vững", "bảo đảm", "đảm bảo", "giữ gìn", "mất", "vì"]


def sentences(phrase, count, start=0):
    """So many sentences that have a phrase among words that change."""
    numbers = range(start, start + count)
    return [f"Công an {VERBS[own % 6]} {phrase} tại {PLACES[own * 5 % 6]} năm {own}" for own in numbers]


OTHERS = [f"Con mèo số {number} ngồi trên tấm thảm của nhà hàng xóm" for number in range(300)]


@pytest.mark.parametrize(
    ("texts", "abbreviation", "expansion"),
    [
        pytest.param(
            [*sentences("an ninh trật tự", 24), *sentences("ANTT", 6, 24)],
            "ANTT",
            ["an ninh trật tự"],
            id="in the same places",
        ),
        pytest.param(
            [*sentences("an ninh trật tự", 24), *sentences("ANTT", 1, 24)],
            "ANTT",
            ["an ninh trật tự"],
            id="once, in just such a place",
        ),
        pytest.param(
            [*sentences("an ninh trật tự", 24), *(f"chiếc xe ANTT {number} màu đỏ" for number in range(6))],
            "ANTT",
            [],
            id="in other places",
        ),
        pytest.param(
            [*sentences("an ninh trật tự", 4), *sentences("ANTT", 6, 24)], "ANTT", [], id="a phrase that is rare"
        ),
        pytest.param(
            [*sentences("an ninh trật tự", 24), *sentences("ANTT", 400, 24)],
            "ANTT",
            [],
            id="a phrase that is much rarer than the abbreviation",
        ),
        pytest.param(
            [*sentences("khu công nghiệp", 24), *sentences("KCN", 6, 24)],
            "KCN",
            [],
            id="three words in the same places, but never in one paragraph",
        ),
        pytest.param(
            [
                *sentences("khu công nghiệp", 24),
                *sentences("KCN", 6, 24),
                *(
                    f"{own}, {other}"
                    for own, other in zip(sentences("khu công nghiệp", 2), sentences("KCN", 2), strict=True)
                ),
            ],
            "KCN",
            ["khu công nghiệp"],
            id="three words in the same places, and in one paragraph",
        ),
        pytest.param(
            [
                f"Số {own}/2020/TTLT của {PLACES[own % 6]} {VERBS[own % 5]} thông tư liên tịch {own}"
                for own in range(12)
            ],
            "TTLT",
            ["thông tư liên tịch"],
            id="in the same paragraphs, and hardly elsewhere",
        ),
        pytest.param(
            [f"Số {own}/2020/TĐT của {PLACES[own % 6]} tại cổng thông tin điện tử {own}" for own in range(12)],
            "TĐT",
            [],
            id="in the same paragraphs, but part of a longer phrase",
        ),
        pytest.param(
            [
                f"Số {own}/2020/TTLT của {('thông tư liên tịch', 'tổ trưởng là tôi')[own % 2]} {own}"
                for own in range(24)
            ],
            "TTLT",
            [],
            id="in the same paragraphs, as others of these initials are",
        ),
        pytest.param(
            [f"Số {own}/2020/TTLT của {PLACES[own % 6]} {VERBS[own % 5]} thông tư liên tịch {own}" for own in range(12)]
            + [f"Theo {PLACES[own % 6]} {VERBS[own % 5]} thông tư liên tịch {own}" for own in range(200)],
            "TTLT",
            [],
            id="in the same paragraphs, and in most others",
        ),
    ],
)
def test_what_is_not_defined(texts, abbreviation, expansion):
    """Where nothing is defined, what comes in the same places or paragraphs is what an abbreviation stands for."""
    abbreviations = abbreviations_in(*texts, *OTHERS)
    assert expansions(abbreviations, abbreviation) == expansion
    for own in expansion:
        assert abbreviation_of(abbreviations, typed(own)).text == abbreviation
        assert abbreviation_of(abbreviations, typed(stripped(own))).text == abbreviation


def test_compared_in_all_segments():
    """What is not defined is compared in all segments together."""
    texts = [*sentences("an ninh trật tự", 60), *OTHERS]
    index = make_index(texts[::2], texts[1::2], sentences("ANTT", 6, 60))
    abbreviations = lexicon_of(index).abbreviations
    (found,) = abbreviations.expansions(forms("ANTT"))
    assert (found.text, found.definitions, found.frequency, found.together) == ("an ninh trật tự", 0, 60, 0)
    assert abbreviation_of(abbreviations, typed("an ninh trat tu")).expansion == found


# Queries.


def test_abbreviations_among_words():
    """In a query the longest stretches of words that have an abbreviation are found, none in another."""
    texts = ["giáo dục quốc phòng (GDQP)", "giáo dục quốc phòng và an ninh (GDQPAN)", "quốc phòng và an ninh (QPAN)"]
    abbreviations = abbreviations_in(*texts, "ủy ban nhân dân (UBND)")
    query = "uy ban nhan dan day giao duc quoc phong va an ninh"
    found = abbreviations.among(typed(query))
    assert [(own.start, own.end, own.abbreviation.text) for own in found] == [(0, 4, "UBND"), (5, 12, "GDQPAN")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("an ninh trat tu an toan xa hoi", [(2, 8, "TTATXH")], id="the longer one starts later"),
        pytest.param("an ninh trat tu giao thong", [(0, 4, "ANTT")], id="as long: the first one"),
        pytest.param("an ninh trat tu xa trat tu giao thong", [(0, 4, "ANTT"), (5, 9, "TTGT")], id="both"),
    ],
)
def test_abbreviations_that_overlap(query, found):
    """Of stretches of words that overlap the longest is found, of those as long the first."""
    texts = ["an ninh trật tự (ANTT)", "trật tự an toàn xã hội (TTATXH)", "trật tự giao thông (TTGT)"]
    stretches_found = abbreviations_in(*texts).among(typed(query))
    assert [(own.start, own.end, own.abbreviation.text) for own in stretches_found] == found


@pytest.mark.parametrize("count", [0, 1, 2, MAX_WORDS, MAX_WORDS + 1])
def test_queries_of_any_length(count):
    """In very long and very short queries no abbreviation is looked for."""
    abbreviations = abbreviations_in("an ninh trật tự (ANTT)")
    words = typed(f"an ninh trật tự{' xã' * MAX_WORDS}")[:count]
    assert len(abbreviations.among(words)) == (4 <= count <= MAX_WORDS)


def test_what_was_found_is_remembered():
    """What an abbreviation stands for is learned once, however it is typed and whichever way it is asked for."""
    abbreviations = abbreviations_in("an ninh trật tự (ANTT)")
    with patch.object(Expander, "expansions", autospec=True, side_effect=Expander.expansions) as learned:
        for _ in range(2):
            abbreviations.expansions(forms("ANTT"))
            abbreviations.expansions(forms("antt"))
            abbreviations.among(typed("giu an ninh trat tu"))
            abbreviation_of(abbreviations, typed("an ninh trật tự"))
    assert learned.call_count == 1


# Time.


def test_definitions_without_end():
    """Of a text that is full of an abbreviation, the first occurrences are looked at."""
    assert len(told("an ninh trật tự (ANTT) " * 1000, "ANTT")) == 16


@pytest.mark.parametrize(
    ("text", "expansion"),
    [
        pytest.param("Công an ở xã. " * 1200 + "An ninh trật tự (ANTT).", [], id="a definition that nobody would read"),
        pytest.param("ở xã " * 9000 + "có an ninh trật tự", ["an ninh trật tự"], id="a phrase"),
    ],
)
def test_long_paragraphs(text, expansion):
    """Of a long paragraph the beginning is read; a phrase is read wherever it is, if it is nowhere else."""
    defined = ["Giữ gìn an ninh trật tự (ANTT)."] if expansion else []
    abbreviations = abbreviations_in(text, *defined)
    assert expansions(abbreviations, "ANTT") == expansion


@pytest.mark.parametrize("query", ["ANTT", "an ninh trật tự"])
def test_an_abbreviation_is_looked_up_within_the_time(query):
    """Once the time has passed, no text is read."""
    abbreviations = abbreviations_in("Giữ gìn an ninh trật tự (ANTT).", "An ninh trật tự (ANTT) ở xã.")
    words = typed(query)
    with TimeLimit(1e-9), pytest.raises(QueryTimeoutError):
        abbreviations.expansions(*words) if len(words) == 1 else abbreviations.among(words)


# Laws.

SYLLABLES = st.sampled_from(["an", "ninh", "trật", "tự", "Đảng", "dân", "và", "y", "ưu", "of"])
definitions_of_words = st.builds(
    lambda words, pattern: pattern.format(words, "".join(word[0] for word in words.split()).upper()),
    st.lists(SYLLABLES, min_size=3, max_size=5).map(" ".join),
    st.sampled_from(["{} ({})", "{1} ({0})", "{1}: {0}.", "{} {}", "{1} {0}"]),
)
texts_with_definitions = st.lists(definitions_of_words | phrases, min_size=1, max_size=6)


@given(texts_with_definitions)
@example(["an ninh trật tự (ANTT)", "an ninh trat tu (ANTT)"])
@example(["Đảng dân an (ĐDA)", "DDA dda", "Đảng dân an (DDA)"])
def test_both_directions_agree(texts):
    """An abbreviation has an expansion if, and only if, it is found by it."""
    abbreviations = abbreviations_in(*texts)
    tokens = [indexed_forms(text) for text in texts]
    for own in {token for text in tokens for token in text}:
        for expansion in abbreviations.expansions(own):
            found = abbreviation_of(abbreviations, expansion.words)
            assert found.expansion in abbreviations.expansions(forms(found.text))
            assert [word.folded for word in found.expansion.words] == [word.folded for word in expansion.words]
            assert stands_for(found.forms.canonical, found.expansion.words)
    for text in tokens:
        for start, end, found in abbreviations.among(text):
            words = text[start:end]
            assert abbreviation_of(abbreviations, words) == found
            assert found.expansion in abbreviations.expansions(forms(found.text))
            levels = [
                level(own.canonical, its.canonical) for own, its in zip(words, found.expansion.words, strict=True)
            ]
            assert Level.CONTRADICTS not in levels


@given(st.text(max_size=80), st.text(max_size=12), st.lists(st.text(max_size=6), max_size=8))
@example("\ud800 (\ud800\ud800\ud800)", "\ud800", ["\ud800", "", "đ"])
@example("đ đ đ (ĐĐĐ)", "ĐĐĐ", ["đ", "đ", "đ"])
@example("z z z (ZZZ) ZZZ", "zzz", ["z", "z", "z"])
@example("ß ß ß (ßßß)", "ßßß", ["ß", "ß", "ß"])
def test_any_unicode(text, token, words):
    """Whatever is written and typed, nothing is raised."""
    storable = text.encode(errors="ignore").decode()
    abbreviations = abbreviations_in(storable, "an ninh trật tự (ANTT)")
    for own in (token, text, *words):
        list(definitions(text, forms(own)))
        abbreviations.expansions(forms(own))
    words = [forms(word) for word in words]
    abbreviations.among(words)
    abbreviations.among([*words, *typed("an ninh trật tự")])


letters = st.text("ant", min_size=1, max_size=10)


@given(st.lists(letters | st.just("ântt"), min_size=1, max_size=8), st.lists(letters, max_size=6))
@example(["antt"], ["ant", "antt", "z", "a"])
@example(["ântt", "antu"], ["antt", "ant", "antu"])
@example(["tttttttt", "ttttttttttt", "ttttttt", "tttttttttô"], ["t" * count for count in range(1, 12)])
def test_short_terms(tokens, asked):
    """All short terms that are looked up at once are those found one by one."""
    (segment,) = Snapshot(make_index([" ".join(tokens)]).whoosh.searcher()).segments
    folded = segment.terms("text.folded")
    expected = [text for text in asked if folded.find(text.encode()) is not None]
    assert ShortTerms(segment.terms("text")).having(asked) == expected
