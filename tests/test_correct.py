"""Corrections say what was meant, by what the index has, and leave alone what they do not understand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import add_segment, make_index, make_searcher
from timviet.index import Document
from timviet.index.errors import QueryLimitError, QueryTimeoutError
from timviet.search import Limits, Searcher

TEXTS = [
    "Đảng ủy Công an tỉnh họp bàn phòng, chống ma túy.",
    "Đảng ủy xã nghe báo cáo; Đảng ủy phường ra nghị quyết số 05-CT/TW.",
    "Nghị quyết của Đảng ủy về kỹ thuật nuôi trồng.",
    "Trẻ em tùy tiện đang đêm ra đường mà chơi thì nguy hiểm.",
    "Đội chống ma túy bắt nhóm buôn ma túy.",
    "Bác Nguyễn Văn Thọ dạy kỹ thuật ở xã, uy tín lắm.",
]


@pytest.fixture(scope="module")
def searcher():
    """A searcher of a few paragraphs, in two segments."""
    with Searcher(make_index(TEXTS[:3], TEXTS[3:])) as searcher:
        yield searcher


def kinds(correction):
    """The kinds of a correction's changes."""
    return [change.kind for change in correction.changes]


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        pytest.param("dang uy", "đảng ủy", ["marks", "marks"], id="no marks"),
        pytest.param("đang uy", "đảng ủy", ["marks", "marks"], id="some of the marks"),
        pytest.param(
            "Dang Uy CONG AN", "Đảng Ủy CÔNG AN", ["marks", "marks", "marks"], id="in the case that was typed"
        ),
        pytest.param("ma tùy", "ma túy", ["slip"], id="another tone"),
        pytest.param("nghị quyêt", "nghị quyết", ["marks"], id="a tone too few"),
        pytest.param("ngị quyết", "nghị quyết", ["slip"], id="a letter too few"),
        pytest.param("nghị quuyết", "nghị quyết", ["slip"], id="a letter too many"),
        pytest.param("nghị quyếd", "nghị quyết", ["slip"], id="another letter"),
        pytest.param("nghị qyuết", "nghị quyết", ["slip"], id="two letters in the other order"),
        pytest.param("ddarng uyr", "đảng ủy", ["input method"] * 2, id="Telex"),
        pytest.param("d9ang3 uy3", "đảng ủy", ["input method"] * 2, id="VNI"),
        pytest.param("dda?ng u?y", "đảng ủy", ["input method"] * 2, id="VIQR"),
        pytest.param("nghij quyetes", "nghị quyết", ["input method"] * 2, id="Telex, with keys at the ends"),
        pytest.param("ky thuat", "kỹ thuật", ["marks"] * 2, id="with y, as the texts write it"),
        pytest.param("nguyen van tho", "nguyễn văn thọ", ["marks"] * 3, id="a name"),
        pytest.param('"dang uy" (cong)', '"đảng ủy" (công)', ["marks"] * 3, id="in quotation marks and brackets"),
        pytest.param("dang uy?", "đảng ủy?", ["marks"] * 2, id="a question mark is no key where the word is known"),
        pytest.param("dang uy, cong an?", "đảng ủy, công an?", ["marks"] * 3, id="punctuation stays"),
        pytest.param("year:dang nghi* dang", "year:dang nghi* đảng", ["marks"], id="a field and a wildcard stay"),
        pytest.param("nghi quyet so 05-CT/TW", "nghị quyết số 05-CT/TW", ["marks"] * 3, id="a code stays"),
    ],
)
def test_what_was_meant(searcher, typed, meant, expected):
    """A query is corrected word by word, by the company that its words keep in the index."""
    correction = searcher.correct(typed)
    assert (correction.query, kinds(correction)) == (meant, expected)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("đảng ủy", "it says what was meant"),
        ("ma túy", "likewise"),
        ("Đảng uỷ", "the other spelling is right, too"),
        ("xyzzy", "nothing is known that is near"),
        ("=dang", "marks that are asked for exactly"),
        ("đ*", "a wildcard"),
        ("d?ng", "a wildcard within a word"),
        ("dang~", "slips that are asked for"),
        ("chống ma tiêu cực", "a word that nothing stands beside"),
        ("Trẻ em ra đường", "a word in whose place others are more frequent"),
        ("05-CT/TW", "a code that the index has"),
        ("", "nothing was typed"),
        ("?!", "no word"),
    ],
)
def test_what_stays(searcher, typed, why):
    """A query stays as it is where it says what was meant, or nothing better is known."""
    assert searcher.correct(typed) is None, why


def test_changes_are_places_in_the_query(searcher):
    """Each change has the place of what was typed, in code points, and what was meant there."""
    typed = "🎉 dang uy xã"
    changes = searcher.correct(typed).changes
    assert [(typed[change.start : change.end], change.written) for change in changes] == [
        ("dang", "đảng"),
        ("uy", "ủy"),
    ]


def test_the_words_on_both_sides_decide():
    """A reading that pairs leave open is the one that the index has between both neighbours."""
    texts = [*["xem đấu"] * 9, *["đấu phim"] * 9, *["xem đầu phim"] * 3]
    with make_searcher(*texts) as searcher:
        assert searcher.correct("xem dau").query == "xem đấu"
        assert searcher.correct("xem dau phim").query == "xem đầu phim"


def test_a_triple_that_was_seen_once_is_not_taken_for_a_rule():
    """What three words once were together decides only where pairs say little."""
    texts = ["mèo bé đá", "mèo bé xinh", *["chó bé đà"] * 6, *["chó bé kia"] * 2]
    with make_searcher(*texts) as searcher:
        assert searcher.correct("meo be da").query == "mèo bé đà"


USUAL = [
    *["bổ sung hồ sơ", "sử dụng đất", "xử lý vi phạm", "ngành y tế", "đảng ủy", "chính phủ"] * 400,
    *["tham quan", "củng cố", "trộm cắp", "ủy ban nhân dân", "tín dụng đến"] * 400,
    *["xung đột", "lịch sử lý luận", "cũng cố gắng", "vật dụng", "bạn bè", "cấp trên", "đãng trí"],
    *["quang cảnh", "hòa giải", "nhà cao tầng và cây xanh"] * 20,
    *["tín dụng đen", "Ban nhạc Công Ann", "nghành"],
]


@pytest.fixture(scope="module")
def usual():
    """A searcher of phrases as people write them, and of others that have the words into which they slip."""
    with make_searcher(*USUAL) as searcher:
        yield searcher


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bổ xung", "bổ sung"),
        ("bo xung", "bổ sung"),
        ("xử dụng đất", "sử dụng đất"),
        ("sử lý vi phạm", "xử lý vi phạm"),
        ("nghành y tế", "ngành y tế"),
        ("đãng ủy", "đảng ủy"),
        ("chính fủ", "chính phủ"),
        ("cũng cố", "củng cố"),
        ("trộm cấp", "trộm cắp"),
        ("ủy bạn nhân dân", "ủy ban nhân dân"),
        ("bổ sungg", "bổ sung"),
        ("sử dụng đất sử lý vi phạm", "sử dụng đất xử lý vi phạm"),
    ],
)
def test_common_slips(usual, typed, meant):
    """Words that the index has, too, are repaired where another one is far likelier there, and asked about."""
    correction = usual.correct(typed)
    assert (correction.query, "slip" in kinds(correction)) == (meant, True)
    results = usual.search(typed, ask_back=True)
    assert meant in [results.correction, *(note.query for note in results.relaxed or ())]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("bổ sung", "the usual word"),
        ("xung đột", "a rare word in its own company"),
        ("lịch sử lý luận", "words that look like a common slip of others"),
        ("cũng cố gắng", "likewise"),
        ("tín dụng đen", "marks that might have been left out, in a query that has marks"),
        ("Công Ann", "a name"),
        ("xung", "a word by itself, of which others sound alike"),
        ("đãng", "likewise"),
        ("hòa bạn", "neither is usual"),
    ],
)
def test_what_is_no_slip(usual, typed, why):
    """A word that the index has stays where it keeps its own company, or none."""
    assert usual.correct(typed) is None, why


def test_what_is_hardly_likelier():
    """Where another word is hardly likelier than what was typed, that stays, though the index does not have it."""
    with make_searcher("Đảng") as searcher:
        assert searcher.correct("đàng") is None
    with make_searcher(*["Đảng"] * 9) as searcher:
        assert searcher.correct("đàng").query == "đảng"


def test_two_words_that_stand_together_by_chance():
    """Readings that are together seldom, for words so frequent, do not keep a word from being taken for a slip."""
    texts = ["bổ sung " * 10_000, "bỏ phiếu, xưng hô " * 1400, "bỏ xưng " * 6, "và " * 180_000]
    with make_searcher(*texts) as searcher:
        assert searcher.correct("bo xung").query == "bổ sung"


def test_a_change_that_another_one_would_have_to_support():
    """A word is not changed for the company of what its neighbour is not changed for."""
    with make_searcher(*["đảng ủy"] * 30, *["uy tín"] * 400, *["đãng trí"] * 3) as searcher:
        assert searcher.correct("đãng ủy").query == "đảng ủy"
        assert searcher.correct("đãng uy") is None


COMPANY = [*["Công an tỉnh"] * 9, *["Tàu coong coong"] * 2, "Hồ Chí Minh", *["Đại dịch Covid-19"] * 3, *["Y tế"] * 3]


@pytest.mark.parametrize(
    ("typed", "meant", "why"),
    [
        ("coong an", "công an", "keys whose word keeps this company, though the index has a word that looks like them"),
        ("coong coong", None, "that word where its own company says so"),
        ("coong", None, "that word by itself"),
        ("tau coong", "tàu coong", "that word in company of its own"),
        ("tàu ddaij", None, "keys whose word never stands beside what the index has beside them"),
        ("qwrtz ddaij", "qwrtz đại", "what the index does not have says nothing of them"),
        ("ddaiij dichj", "đại dịch", "with a letter typed twice"),
    ],
)
def test_keys_of_an_input_method_that_are_a_word(typed, meant, why):
    """Where the index has what was typed, keys are decoded if what they make belongs to a word beside it."""
    with make_searcher(*COMPANY) as searcher:
        correction = searcher.correct(typed)
        assert (correction.query if correction else None) == meant, why


@pytest.mark.parametrize(
    ("typed", "meant", "why"),
    [
        ("congan", "công an", "two words"),
        ("CONGAN tinh", "CÔNG AN tỉnh", "in the case that was typed, beside another word"),
        ("cônganh", None, "nothing of the kind stands in a row"),
        ("congan-tinh", "công an-tỉnh", "only what stands between signs"),
        ("hochiminh", "hồ chí minh", "three words"),
        ("covid19", "covid 19", "a word and a number, which nothing else is changed of"),
        ("yte", "y tế", "a word of one letter, of two"),
        ("covid1 9", None, "numbers are not taken apart"),
        ("ancong", None, "words that stand in a row in the other order only"),
    ],
)
def test_spaces_that_were_left_out(typed, meant, why):
    """A word that the index does not have is parted where it has the parts in a row, often enough; that is a slip."""
    with make_searcher(*COMPANY, *["Hồ Chí Minh"] * 2) as searcher:
        correction = searcher.correct(typed)
        assert (correction.query if correction else None) == meant, why
        if correction:
            assert kinds(correction)[0] == "slip"


def test_a_rare_word_is_parted_where_that_is_far_more_frequent():
    """Where hardly any paragraph has a word, it is parted if its parts are frequent and nothing beside it says no."""
    texts = [*["Bệnh viện Hà Nội"] * 2000, "Hanoi University"]
    with make_searcher(*texts) as searcher:
        assert searcher.correct("benh vien hanoi").query == "bệnh viện hà nội"
        assert searcher.correct("hanoi").query == "hà nội"
        assert searcher.correct("hanoi university") is None


def test_a_word_parted_makes_no_operator():
    """A part becomes no operator of the query language."""
    with make_searcher(*["tôm and cua"] * 3) as searcher:
        assert searcher.correct("ANDCUA").query == "And cua"


def test_a_search_for_words_with_a_space_left_out():
    """Where a word finds nothing, the words of which it is made are searched for, and the answer says so."""
    with make_searcher(*COMPANY) as searcher:
        results = searcher.search("congan tinh")
        assert (results.total, [relaxation.kind for relaxation in results.relaxed]) == (9, ["correction"])


def test_a_query_that_finds_nothing_is_searched_as_it_was_meant(searcher):
    """Where a query finds nothing at all, what it was meant to say is searched for, and the answer says so."""
    results = searcher.search("ddarng uyr")
    assert results.relaxed[0].kind == "correction"
    assert "ddarng uyr" in results.relaxed[0].message
    assert "đảng ủy" in results.relaxed[0].message
    assert {hit.document_id for hit in results} >= {"0", "1", "2"}
    explanation = searcher.explain("ddarng uyr", "0")
    assert explanation.score == next(hit.score for hit in results if hit.document_id == "0")
    assert explanation.relaxed == results.relaxed


def test_long_queries_are_told_in_short(searcher):
    """What is told of a correction quotes of long queries the beginning and the end."""
    (note,) = searcher.search("ddarng uyr " * 20, match="all").relaxed
    assert note.message.startswith("no paragraph holds all the words of 'ddarng uyr ddarng")
    assert len(note.message) < 300


@pytest.mark.parametrize("options", [{"marks": "strict"}, {"marks": "ignore"}, {"match": "all"}, {"match": "any"}])
@pytest.mark.parametrize("typed", ["ddarng uyr", "+ddarng", "ddarng OR uyr", '"ddarng uyr"'])
def test_what_finds_nothing_is_corrected_however_it_was_to_be_found(searcher, typed, options):
    """With no result at all, keys that were left are decoded, whatever the caller says of marks and words."""
    results = searcher.search(typed, **options)
    assert (results.total > 0, results.relaxed[0].kind, results.correction) == (True, "correction", None)


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        pytest.param("ma tùy", {"marks": "strict", "match": "all"}, id="marks said to count"),
        pytest.param("congan tinh", {"match": "all"}, id="words said to be required"),
        pytest.param("congan tinh", {"strict": True}, id="syntax said to be right"),
        pytest.param('"congan tinh"', {}, id="words in quotation marks"),
        pytest.param("“congan tinh”", {}, id="words in other quotation marks"),
    ],
)
def test_words_spelled_with_care_are_not_replaced(typed, options):
    """Who says how words are to be taken is asked back instead of being shown other words."""
    with make_searcher(*COMPANY, *["phòng chống ma túy"] * 5) as searcher:
        results = searcher.search(typed, **options)
        assert results.correction
        assert not any(note.kind == "correction" for note in results.relaxed or ())


def test_a_correction_of_which_only_parts_are_found():
    """Where no paragraph has all that was meant either, the note says so, and there is no other."""
    with make_searcher(*["bàn về ma túy"] * 5, *["họp Đảng ủy"] * 5) as searcher:
        (note,) = searcher.search("ddarng uyr tusy").relaxed
        assert note.message.startswith("no paragraph holds all the words of 'ddarng uyr tusy', nor of 'đảng ủy")
        assert note.message.endswith("these hold some of the latter")


def test_one_word_that_is_corrected():
    """Of a query of one word, the note does not speak of all its words."""
    with make_searcher(*["họp Đảng ủy"] * 5) as searcher:
        (note,) = searcher.search("ddarng").relaxed
        assert note.message == "nothing holds 'ddarng'; this is what 'đảng' finds"


def test_what_is_left_out_is_not_corrected():
    """A search returns nothing that it was told to leave out."""
    with make_searcher(*["quýt ngon có dáng đẹp"] * 3, *["Đảng ủy xã"] * 8) as searcher:
        for typed in ("quýt -dang", "quýt NOT dang", "quýt -(dang)"):
            assert searcher.search(typed).total == 0
        assert searcher.correct("+dang -uy").query == "+đảng -uy"


def test_names_of_fields_are_no_words():
    """The name before a phrase or a bracket stays as it is, and so does what is asked of the metadata."""
    index = make_index(["nội dung quyết định"] * 6, ["Đảng ủy xã"] * 5)
    add_segment(index, Document(id="qd", text="quyết định", metadata={"noidung": "Đảng ủy"}))
    with Searcher(index) as searcher:
        assert searcher.correct('noidung:"dang uy"') is None
        assert searcher.correct("noidung:(dang uy) dang").query == "noidung:(dang uy) đảng"
        assert searcher.search('noidung:"dang uy"').total == 1


def test_words_of_titles():
    """What stands in titles alone is known, keeps company, and is written as there."""
    index = make_index(["thợ xuân về họp bàn"] * 4)
    add_segment(index, Document(id="tx", title="Huyện Thọ Xuân", text="bàn"))
    for number, title in enumerate(["Đảng ủy Công an tỉnh", "Đảng ủy Quân sự", "Đảng ủy xã"]):
        add_segment(index, Document(id=str(number), title=title, text="bàn"))
    with Searcher(index) as searcher:
        assert searcher.correct("Thọ Xuân") is None
        assert searcher.correct("dang uy").query == "đảng ủy"
        assert searcher.search("ddarng uyr").total == 3


def test_a_correction_keeps_the_limits_of_the_search():
    """What may be nested deeper than by default may be so when it is corrected, and what is refused is left alone."""
    index = make_index(["Đảng ủy xã"] * 5)
    with Searcher(index, Limits(depth=50)) as searcher:
        assert searcher.search("(" * 30 + "ddarng uyr" + ")" * 30).total == 5
    with Searcher(make_index(COMPANY), Limits(characters=7)) as searcher:
        assert searcher.search("congan").relaxed[0].kind == "correction"
    with Searcher(make_index(COMPANY), Limits(characters=6)) as searcher:
        results = searcher.search("congan")
        assert (results.total, results.correction) == (0, "công an")


@pytest.mark.parametrize(
    ("typed", "meant", "why"),
    [
        ("thuế VAT", None, "an abbreviation that the texts have in capitals"),
        ("thuế vat", "thuế vật", "not in capitals, it is a word like others"),
        ("THUE VAT", "THUẾ VAT", "of words in capitals, those that the texts do not have in capitals"),
    ],
)
def test_abbreviations(typed, meant, why):
    """A word in capitals that the index has in capitals is no other word typed without marks."""
    with make_searcher("VAT", "thuế vật", *["thuế vật", "đồ vật"] * 9) as searcher:
        correction = searcher.correct(typed)
        assert (correction.query if correction else None) == meant, why


def test_a_query_that_finds_something_is_not_changed(searcher):
    """What finds anything is searched for as it was typed."""
    relaxed = searcher.search("ma tùy").relaxed or ()
    assert "correction" not in [relaxation.kind for relaxation in relaxed]


@pytest.mark.parametrize(
    ("typed", "options", "asked_back"),
    [
        pytest.param("tùy nhóm", {}, None, id="nothing better is known"),
        pytest.param("ma tùy đường", {}, "ma túy đường", id="some of the words are found"),
        pytest.param("ma tùy kỹ", {}, "ma túy kỹ", id="some of them, and no more of what was meant"),
        pytest.param("ma tùy", {"match": "any"}, "ma túy", id="any of them"),
        pytest.param("ma tùy", {"marks": "ignore"}, "ma túy", id="all of them, without regard to marks"),
        pytest.param("dang uy", {}, None, id="marks that were left out are searched for in any case"),
    ],
)
def test_asking_back(searcher, typed, options, asked_back):
    """Where something is found, and another query is likelier, results say which, and are those of what was typed."""
    results = searcher.search(typed, ask_back=True, **options)
    assert (results.correction, results.to_dict()["correction"]) == (asked_back, asked_back)
    assert "correction" not in [relaxation.kind for relaxation in results.relaxed or ()]


def test_what_was_found_is_not_lost_where_a_correction_takes_too_long(monkeypatch):
    """Results are those of what was typed where there is no time to find out what was meant."""

    def late(*_):
        raise QueryTimeoutError(1)

    monkeypatch.setattr("timviet.search.finder.correct", late)
    with make_searcher(*TEXTS) as searcher:
        results = searcher.search("ma tùy", match="any", ask_back=True)
    assert (results.total > 0, results.correction) == (True, None)


def test_nothing_is_asked_back_unless_told(searcher):
    """Where a paragraph has all that was typed, it is asked back only where that is wanted: it takes as long again."""
    assert searcher.search("ma tùy", marks="ignore").correction is None


def test_new_words_are_known_after_a_commit():
    """Corrections are made by the snapshot that is searched."""
    index = make_index(["Đảng ủy"])
    with Searcher(index) as searcher:
        assert searcher.correct("quoc hoi") is None
        add_segment(index, Document(id="new", text="Quốc hội họp"))
        searcher.refresh()
        assert searcher.correct("quoc hoi").query == "quốc hội"


@pytest.mark.parametrize("word", ["e^", "o+", "a'", "oz az ", "ddd", "q"])
def test_odd_words_take_no_longer_than_others(searcher, word):
    """Words of thousands of letters, and thousands of unknown ones, are corrected in bounded steps."""
    searcher.correct((word * 2000)[:9000])


def test_no_operator_is_made(searcher):
    """A word that is corrected becomes no operator of the query language."""
    with make_searcher("tôm and cua", "tôm and cá", "tôm and mực") as english:
        assert "AND" not in english.correct("TOM ANDD CUA").query


def test_too_long_a_query(searcher):
    """A query beyond the limit is refused, as in a search."""
    with pytest.raises(QueryLimitError):
        searcher.correct("a" * 10_001)


@given(st.text(st.sampled_from("dangđảuyứ 39?'^+(\"*:~𝒜\ud800\0"), max_size=30))
def test_any_text_is_taken(typed):
    """Whatever was typed, a correction differs from it just where its changes say."""
    with Searcher(make_index(TEXTS)) as searcher:
        correction = searcher.correct(typed)
    if correction is not None:
        assert correction.changes
        rebuilt = typed
        for change in reversed(correction.changes):
            assert rebuilt[change.start : change.end] != change.written
            rebuilt = rebuilt[: change.start] + change.written + rebuilt[change.end :]
        assert rebuilt == correction.query
