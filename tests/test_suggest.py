"""Suggestions are phrases of the index that go on as was typed, counted as reading everything counts them."""

import json
import re

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from helpers import add_segment, make_index, stripped
from phrases import count_phrases, texts_of
from test_phrases import add_sessions
from timviet.index import Document, analyze, open_index
from timviet.index.analysis import forms, forms_of_term
from timviet.index.snapshot import Snapshot
from timviet.search.cli import main
from timviet.search.marks import Level, level
from timviet.search.pattern import Shape
from timviet.search.suggestions.suggest import Suggester, Suggestion
from timviet.search.suggestions.typed_prefix import MAX_PREFIX_LENGTH, MAX_PREFIX_WORDS, TypedPrefix

WORDS = "Công công cong cống an An ăn nhân Nhân dân tỉnh đảng Đảng dang ủy uỷ uy kỹ kĩ ky và 5".split()  # noqa: SIM905
MANY = 1000
ANSWERS = (Level.SAME, Level.COMPLETES)

separators = st.sampled_from([" "] * 8 + [", ", ". ", "-", " – ", ' "', "\u3164 "])
words = st.sampled_from(WORDS)
texts = st.lists(st.tuples(words, separators), max_size=10).map(lambda own: "".join(map("".join, own)))
plain_texts = st.lists(words, max_size=8).map(" ".join)


def documents_of(own_texts):
    """Documents of some texts, some with titles."""
    return st.fixed_dictionaries(
        {"text": st.lists(own_texts, min_size=1, max_size=4).map("\n".join)}, optional={"title": own_texts}
    )


def sessions_of(own_texts):
    """The documents of some segments."""
    return st.lists(st.lists(documents_of(own_texts), min_size=1, max_size=3), min_size=1, max_size=2)


prefixes = st.builds(
    lambda whole, last, length, strip: (stripped if strip else str)(" ".join([*whole, last[:length]])),
    st.lists(words, max_size=2),
    words,
    st.integers(0, 4),
    st.booleans(),
)


def suggester_of(index):
    return Suggester(Snapshot(index.whoosh.searcher()))


def suggest(index, prefix, limit=10):
    return suggester_of(index).suggest(prefix, limit)


def shown(index, prefix, limit=10):
    return [found.text for found in suggest(index, prefix, limit)]


@pytest.fixture
def titled():
    """Make an index in memory of documents with some titles and texts."""
    with open_index(":memory:", create=True) as index:

        def add(*documents):
            add_segment(
                index, *(Document(id=str(n), title=title, text=text) for n, (title, text) in enumerate(documents))
            )
            return index

        yield add


def terms_of(text):
    return tuple(token.forms.keyed.encode() for token in analyze(text))


def answers(typed, term):
    """Whether a word answers a finished one, by the levels of marks."""
    return (
        forms_of_term(term).folded == typed.folded and level(typed.canonical, forms_of_term(term).canonical) in ANSWERS
    )


def goes_on(prefix, terms):
    """Whether a phrase goes on as was typed, compared word by word, the unfinished one as the shape of a prefix."""
    tokens = analyze(prefix)
    is_unfinished = bool(tokens) and tokens[-1].end == len(prefix)
    finished = tokens[:-1] if is_unfinished else tokens
    if len(terms) <= len(finished) or not all(
        answers(own.forms, term) for own, term in zip(finished, terms, strict=False)
    ):
        return False
    if not is_unfinished:
        return True
    shape, next_word = Shape(f"{tokens[-1].surface}*"), forms_of_term(terms[len(finished)])
    return shape.fits(next_word.folded) and shape.level(next_word.folded, next_word.canonical) in ANSWERS


@given(sessions_of(texts), st.sets(st.integers(0, 5), max_size=2), prefixes, st.integers(1, 12))
@example([[{"text": "công an\ncông an\ncông ăn", "title": "công an tỉnh"}]], set(), "cong a", 3)
@example([[{"text": "công an"}], [{"text": "công an tỉnh\ncông an tỉnh"}]], {0}, "công a", 10)
@example([[{"text": "kỹ"}, {"text": "kĩ"}]], set(), "ky", 10)
@example([[{"text": "công an, tỉnh. ủy"}, {"text": "công an, tỉnh. ủy"}]], set(), "công ", 10)
@example([[{"text": "\u3164 công \u3164 an"}]], set(), "c", 10)
def test_every_suggestion(sessions, removed, prefix, limit):
    """Suggestions go on as was typed, occur as often as they say, also where nothing is deleted, each once."""
    with open_index(":memory:", create=True) as index:
        add_sessions(index, sessions, removed)
        snapshot = Snapshot(index.whoosh.searcher())
        suggestions = Suggester(snapshot).suggest(prefix, limit)
        every = texts_of(snapshot)
    in_texts, in_titles, kept = (count_phrases(own, 10) for own in every)
    found = [terms_of(suggestion.text) for suggestion in suggestions]
    assert len(found) == len(set(found)) <= limit
    for terms, suggestion in zip(found, suggestions, strict=True):
        assert goes_on(prefix, terms)
        assert suggestion.frequency == in_texts[terms] + in_titles[terms]
        assert suggestion.in_titles == (terms in in_titles)
        assert terms in kept
        assert terms != terms_of(prefix)
        if len(terms) > len(analyze(prefix)) + 1:
            assert suggestion.frequency > 1 or suggestion.in_titles


@given(sessions_of(plain_texts), st.text(st.sampled_from("acđdgănuk"), min_size=1, max_size=2) | words)
@example([[{"text": "kỹ Công Công kỹ Công\nkỹ kỹ Công Công"}]], "k")
def test_no_word_is_missed(sessions, prefix):
    """Every word that was begun is suggested, or a phrase that has most of its occurrences, or it with more marks.

    Or a phrase that has most occurrences of that phrase: what makes another one needless may be so itself.
    """
    with open_index(":memory:", create=True) as index:
        add_sessions(index, sessions)
        snapshot = Snapshot(index.whoosh.searcher())
        found = [terms_of(suggestion.text) for suggestion in Suggester(snapshot).suggest(prefix, MANY)]
        every = texts_of(snapshot)
    in_texts, in_titles = (count_phrases(own, 10) for own in every[:2])
    counts = {terms: in_texts[terms] + 5 * in_titles[terms] for terms in {*in_texts, *in_titles}}
    for terms in counts:
        if len(terms) == 1 and goes_on(prefix, terms) and terms != terms_of(prefix):
            assert any(
                (own[:1] == terms and counts[own] >= 0.6 * 0.6 * counts[terms])
                or (len(own) == 1 and goes_on(forms_of_term(terms[0]).canonical + " ", (*own, b"")))
                for own in found
            ), (terms, found)


REPEATED = ["Ông Nguyễn Văn Thọ làm việc với công an tỉnh Hà Nam.", "Công an tỉnh họp với ông Nguyễn Văn Thọ."]


@pytest.mark.parametrize(
    ("texts", "prefix", "expected"),
    [
        (["Công an xã", "trụ sở công an"], "cong a", ["công an"]),  # in small letters, where one text has it so
        (["Công an xã", "Công an huyện"], "cong a", ["Công an"]),
        (REPEATED, "nguy", ["Nguyễn Văn Thọ"]),  # as long as it always stands so
        (REPEATED, "cong a", ["công an tỉnh"]),
        (REPEATED, "cong an ", ["công an tỉnh"]),
        (
            REPEATED,
            "cong an tinh ",
            ["Công an tỉnh họp", "công an tỉnh Hà"],
        ),  # `họp với`: a phrase may end before `với`
        (["uỷ ban", "uỷ ban"], "ủy b", ["uỷ ban"]),  # spelled as it is written
        (["kĩ thuật"], "kỹ th", ["kĩ thuật"]),
        (["kĩ thuật"], "ky", ["kĩ"]),
        (["kim ngạch"], "ky", []),  # an y is an i at the end of a word alone
        (["đảng", "dân", "đan"], "đ", ["đan", "đảng"]),  # marks that were typed count
        (["cô Tấm", "công ty", "cõng", "co"], "cô", ["công"]),  # `cô` was typed
        (["cô Tấm", "công ty", "cõng", "co"], "co", ["cõng", "cô", "công"]),
        (["công an"], "công á", []),
        (["công an"], "cống a", []),
        (["cong an"], "công a", []),  # what was typed without marks answers letters without marks alone
        (["công ăn", "công an"], "công an", ["công ăn"]),  # what was typed is no suggestion
        (["công an"] * 3 + ["cong an"], "cong a", ["công an"]),  # nor is the same without its marks
        (["Đảng ủy. Công an xã"] * 3, "đảng ủy", []),  # over the end of a sentence
        (["Phòng, chống ma túy"] * 3, "phòng ", ["Phòng, chống ma túy"]),  # where it always goes on over a comma
        (["số 05-CT/TW"] * 2, "so 0", ["số 05-CT/TW"]),
        (["Điều  1\tquy định"] * 2, "dieu ", ["Điều 1 quy định"]),  # in one line
        (["quyết định của xã", "quyết định thu hồi", "quyết định, nghị quyết"] * 3, "quyết đ", ["quyết định"]),
        (["𠀀𠀁 an"], "𠀀", ["𠀀𠀁"]),
        (["an"], "", []),
        (["an"], " \t,", []),
        (["an"], "xyzzy", []),
        (["an"], "an an an", []),
    ],
)
def test_what_is_suggested(texts, prefix, expected):
    """These suggestions come for these reasons."""
    found = shown(make_index(texts), prefix)
    assert found[: len(expected)] == expected
    assert expected or not found


@pytest.mark.parametrize(
    ("texts", "prefix", "expected"),
    [
        # the commonest first
        (["công ty"] * 3 + ["công an"] * 2 + ["công dân"], "công ", ["công ty", "công an", "công dân"]),
        # a word of grammar first counts less; what ends with one counts where it belongs to the word before
        (["của tôi"] * 3 + ["cua biển"] * 2, "cua ", ["cua biển", "của tôi"]),
        (["đối với"] * 4 + ["đối tượng"] * 3 + ["đối phó"], "đối ", ["đối với", "đối tượng", "đối phó"]),
        # a single word counts less than phrases
        (["công an", "công an", "cống to", "cống lớn", "cống nhỏ"], "cong", ["công an", "cống"]),
        # what is a part of a word counts less
        ([f"{n} quy định" for n in range(20)] + [f"{n} đình" for n in range(9)], "din", ["đình", "định"]),
        # where marks were typed, what has more than was typed counts less
        (["công an xã"] * 2 + ["công ăn việc"] * 3, "công an ", ["công an xã", "công ăn việc"]),
        (["công an xã"] * 2 + ["công ăn việc"] * 3, "cong an ", ["công ăn việc", "công an xã"]),
        # so does what begins with a part of a word, as `định số`, and what always has the same word before it
        (
            ["quy định số họp"] * 20 + ["quy định số."] * 20 + ["họp định kỳ", "mưa định kỳ"],
            "dinh ",
            ["định kỳ", "định số"],
        ),
        (["tài nguyên và môi trường"] * 4 + ["nguyên vẹn", "Nguyễn Văn"], "nguyen v", ["Nguyễn Văn", "nguyên vẹn"]),
        # over a comma after which something else may stand
        (["xã, huyện", "xã, tỉnh", "xã, phường", "xã, quận"] * 2 + ["xã hội"] * 2, "x", ["xã hội", "xã", "xã, huyện"]),
        # of those that are as frequent, names first
        (["an toàn", "An Giang", "an ninh"], "an ", ["An Giang", "an ninh", "an toàn"]),
    ],
)
def test_the_order(texts, prefix, expected):
    """Suggestions come in this order, for these reasons."""
    assert shown(make_index(texts), prefix)[: len(expected)] == expected


@pytest.mark.parametrize(
    ("texts", "prefix", "expected"),
    [
        # what is always cut goes on to where it ends, in one way or in several
        (["UBND thành phố Hà Nội"] * 4 + ["thành phố Huế"], "ubnd t", ["UBND thành phố Hà Nội"]),
        (["Công an cấp tỉnh"] * 6 + ["Công an cấp xã"] * 5, "cong an c", ["Công an cấp tỉnh", "Công an cấp xã"]),
        # a punctuation mark is an end, a hyphen is none
        (["đất rừng, sông", "đất rừng (khộp) già", "đất rừng. Biển cạn"], "đất r", ["đất rừng"]),
        (["kinh tế - xã hội", "kinh tế - xã hội", "kinh tế/xã hội"], "kinh t", ["kinh tế - xã hội"]),
        # before a word of grammar a phrase may end, but not before one that it belongs to, nor after another one
        (["đất rừng của ông", "đất rừng và bà", "đất rừng cho làng"] * 2, "đất r", ["đất rừng"]),
        (["đất đối với ông", "đất đối với bà", "đất đối với làng"] * 9, "đất ", ["đất đối với"]),
        (["đi với các em", "đi với một bé"] * 3 + ["ở với bà", "đi xa"] * 9, "đi ", ["đi xa"]),
        # of what occurs seldom, little is known: it counts less
        (["đất rừng già", "đất ruộng", "đất rừng khộp"], "đất r", ["đất ruộng", "đất rừng"]),
        # what goes on after the word that was typed has to end somewhere, however seldom it occurs
        (
            ["luật đất đai cũ hết hạn", "luật đất đai cũ thay thế", "luật đất đai, luật nhà ở"],
            "luật đ",
            ["luật đất đai"],
        ),
        # where nothing ends, the commonest is shown
        (
            [f"Nghị định {'sửa' if n > 7 else 'số'} {n} họp" for n in range(12)],
            "nghị định s",
            ["Nghị định số"],
        ),
    ],
)
def test_where_suggestions_end(texts, prefix, expected):
    """Suggestions end where a phrase may end, and there are no others than these, for these reasons."""
    assert shown(make_index(texts), prefix) == expected


def test_a_rare_end_is_found():
    """That a phrase ends somewhere is found, too, where the first samples do not show it."""
    texts = ["đất rừng già"] * 20 + ["đất rừng"] * 20
    assert shown(make_index(texts), "đất r") == ["đất rừng", "đất rừng già"]
    assert shown(make_index(texts[::-1]), "đất r") == ["đất rừng", "đất rừng già"]
    alternating = [text for pair in zip(["đất rừng"] * 4, ["đất rừng già"] * 4, strict=True) for text in pair]
    assert shown(make_index(alternating), "đất r") == ["đất rừng", "đất rừng già"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Hà nội", "Hà Nội", "Hà Nội"], "Hà Nội"),  # as most do
        (["Công an", "Công an", "công an"], "công an"),  # the first letter is a capital where a sentence begins
        (["CÔNG AN", "Công an", "Công an"], "Công an"),
        (["HÀ NỘI", "Hà Nội"], "Hà Nội"),  # of as many, with the fewest capitals
        (["hà, nội", "hà nội", "hà nội"], "hà nội"),
    ],
)
def test_how_suggestions_are_written(texts, expected):
    """A suggestion is written as most samples write it, with a small letter first where one of these does."""
    assert shown(make_index(texts), expected[:4]) == [expected]


def test_a_call_reads_only_so_many_samples(monkeypatch):
    """A call that has read enough samples shows what it found, the commonest phrases; for too few it reads more."""
    monkeypatch.setattr("timviet.search.suggestions.suggest._SAMPLES_EACH", 1)
    index = make_index([f"công {letter}" for number, letter in enumerate("abcdefgh") for _ in range(number + 1)])
    assert shown(index, "công ", 4) == ["công h", "công g", "công f", "công e"]
    monkeypatch.setattr("timviet.search.suggestions.suggest._AT_MOST", 1)
    assert shown(index, "công ", 4) == ["công h", "công g"]


def test_as_many_as_there_are():
    """Where the commonest phrases are cut or go on in the same way, rarer ones fill up what was asked for."""
    cut = [f"đại {letter} {after}" for letter in "abcd" for after in "lmnopq" for _ in range(3)]
    whole = [f"đại {word}" for word in ("biểu", "học", "diện", "dương", "lễ", "lý") for _ in range(2)]
    found = shown(make_index([*cut, *whole]), "đại ", 6)
    assert len(found) == 6


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        pytest.param("HĐN", "HĐND", id="an abbreviation, before the rare phrases that begin with it"),
        pytest.param("hdn", "HĐND", id="in small letters, without marks"),
        pytest.param("ddarng ", "Đảng ủy", id="keys of Telex, and a space"),
        pytest.param("ddar", "Đảng", id="keys of Telex of an unfinished word"),
        pytest.param("d9a3", "Đảng", id="keys of VNI"),
        pytest.param("quy", "Quyết định", id="the beginning of a title, before what stands within it"),
    ],
)
def test_what_comes_first(titled, prefix, first):
    """Abbreviations count as phrases do, keys of input methods are decoded, and titles begin where they begin."""
    index = titled(
        (None, "\n".join(f"Nghị quyết của HĐND {place} họp" for place in ("xã", "tỉnh", "huyện", "quận"))),
        (None, "HĐND thành phố mới. Đảng ủy xã. HĐND thành phố mới. Quyết định này có hiệu lực. Quyết định."),
        ("Bảng quy định giá", "Một"),
    )
    assert shown(index, prefix)[0] == first


def test_markup_is_no_part_of_a_phrase():
    """Signs of markup, quotes and brackets end a phrase."""
    index = make_index(['Bấm phím "nháy"</b> để mở', 'Bấm phím "nháy"</b> để mở', "nháy(b) nháy<b> nháy{b}"])
    assert not [text for text in shown(index, "nh", MANY) if re.search(r'[<>"(){}]', text)]


def test_no_more_than_a_thousand():
    """However many are asked for, a thousand are enough for anybody."""
    index = make_index([" ".join(f"a{number}" for number in range(1100))])
    assert len(suggest(index, "a", 1 << 63)) == len(suggest(index, "a", 1000)) == 1000


def test_titles(titled):
    """What stands in a title counts as often as five times in texts, and once, however many paragraphs there are."""
    index = titled(
        ("Công an tỉnh", "Một\nHai\nBa"), (None, "công ty\n" * 4), (None, "công dân\n" * 6), ("công", "công an tỉnh")
    )
    assert suggest(index, "công ") == [
        Suggestion("công an tỉnh", 2, in_titles=True),
        Suggestion("công dân", 6, in_titles=False),
        Suggestion("công ty", 4, in_titles=False),
    ]
    assert suggest(index, "công d")[0].to_dict() == {"text": "công dân", "frequency": 6, "in_titles": False}


def test_titles_come_first_among_equals(titled):
    """Of phrases that count the same, those in titles come first, even where fewer are asked for than there are."""
    index = titled((None, "an ninh\n" * 5), (None, "an giang\n" * 5), ("an toàn", ""))
    assert shown(index, "an ", 1) == ["an toàn"]
    assert shown(index, "an ")[0] == "an toàn"


def test_a_title_once_is_enough(titled):
    """A phrase in a title is suggested to its end though it stands there once; in texts, phrases have to recur."""
    index = titled(("Quyết định 05 của Bộ trưởng", "nghị định 07 của Chính phủ"))
    assert shown(index, "quyet d") == ["Quyết định 05 của Bộ trưởng"]
    assert shown(index, "nghi d") == ["nghị định"]


def test_several_segments():
    """Phrases of all segments are counted together."""
    index = make_index(["công an tỉnh", "công an xã"], ["công an tỉnh", "công an huyện"])
    assert suggest(index, "công an ")[0] == Suggestion("công an tỉnh", 2, in_titles=False)
    assert sorted(shown(index, "công an ")) == ["công an huyện", "công an tỉnh", "công an xã"]


def test_deleted_paragraphs():
    """What stands in deleted paragraphs alone is no suggestion; what others have too counts them until they go."""
    index = make_index(["an ninh mạng", "an ninh mạng", "an toàn", "an"])
    add_segment(index, remove=["1", "2"])
    assert suggest(index, "an ") == [Suggestion("an ninh mạng", 2, in_titles=False)]
    index = make_index(["an"] * 50, ["xã"])
    add_segment(index, remove=map(str, range(49)))
    assert suggest(index, "a") == [Suggestion("an", 50, in_titles=False)]
    index = make_index([*["an xã"] * 50, "an bé"])
    add_segment(index, remove=map(str, range(50)))
    assert suggest(index, "a") == [Suggestion("an", 51, in_titles=False)]


def test_an_index_without_texts():
    """In an empty index, and where no text has a word, nothing is suggested."""
    with open_index(":memory:", create=True) as index:
        assert suggest(index, "a") == []
        add_segment(index, Document(id="a", text="—", title="…"))
        assert suggest(index, "a") == []


def test_limits():
    """A limit has to be 1 or more; what is too long has no suggestions, and what is just short enough may have."""
    index = make_index(["an " * MAX_PREFIX_WORDS + "ninh", "bí"])
    with pytest.raises(ValueError, match="limit must be at least 1, not 0"):
        suggest(index, "a", 0)
    assert shown(index, "an " * MAX_PREFIX_WORDS)[0].endswith("an ninh")
    assert shown(index, "an " * (MAX_PREFIX_WORDS + 1)) == []
    assert shown(index, " " * (MAX_PREFIX_LENGTH - 1) + "b") == ["bí"]
    assert shown(index, " " * MAX_PREFIX_LENGTH + "b") == []


def test_many_are_found_where_many_are_wanted():
    """As many are suggested as are asked for, if there are so many."""
    index = make_index([f"công {letter}{number}" for letter in "abc" for number in range(70)])
    assert [len(shown(index, "công ", limit)) for limit in (1, 10, 100, 500)] == [1, 10, 100, 210]


def test_asking_again():
    """A suggester suggests the same again, whatever is done with what it returned, and whatever was asked between."""
    suggester = suggester_of(make_index(REPEATED * 2))
    first = suggester.suggest("cong a")
    suggester.suggest("công an ")
    again = suggester.suggest("cong a")
    assert first == again != []
    again.clear()
    assert suggester.suggest("cong a") == first


def test_after_much_reading(monkeypatch):
    """Where finding longer phrases would take too long, shorter ones are suggested, counted as ever."""
    monkeypatch.setattr("timviet.search.suggestions.longer_phrases.MOST_FOR_ANY", -1)
    monkeypatch.setattr("timviet.search.suggestions.longer_phrases.MOST_FOR_WORDS", -1)
    monkeypatch.setattr("timviet.search.suggestions.phrase_source.MAX_OCCURRENCES", 1)
    assert suggest(make_index(REPEATED * 2), "cong a") == [Suggestion("công an", 4, in_titles=False)]


@given(st.text(st.characters(exclude_categories=()), max_size=12), st.text(max_size=12), st.text(max_size=12))
@example("ﷺ", "ﷺ ½ ﷺ", "")
@example("ɢ", "ɢɢ an", "\x00")
@example("\udc00a", "a\x1b[2J b", "a\u200b")
@example("a" * 600, "a" * 600, "")
def test_any_text(prefix, text, title):
    """Whatever is typed, and whatever texts and titles are, nothing raises."""
    with open_index(":memory:", create=True) as index:
        add_segment(index, Document(id="a", text=f"{text}\n{text}", title=title))
        suggester = suggester_of(index)
        for typed in (prefix, text[:3], f"{title} ", f"{text} {prefix}"):
            for suggestion in suggester.suggest(typed):
                assert goes_on(typed, terms_of(suggestion.text)) or not text.isascii()


@given(words, st.integers(1, 5), st.lists(words, min_size=1))
@example("kỹ", 2, ["kĩ", "kim", "kỷ"])
@example("quy", 3, ["quí", "quyết"])
def test_the_unfinished_word(word, length, own_words):
    """Those words are wanted after the finished ones that have the shape of the unfinished one, with its marks."""
    unfinished = word[:length]
    ranges, accepts, _ = TypedPrefix(f"an {unfinished}").next
    shape = Shape(f"{unfinished}*")
    for own in map(forms, own_words):
        term = own.keyed.encode()
        fits = shape.fits(own.folded) and shape.level(own.folded, own.canonical) in ANSWERS
        assert fits == (any(low <= term < high for low, high in ranges) and (accepts is None or accepts(term)))


@pytest.mark.parametrize(
    ("typed", "finished"), [("công an", 1), ("công an ", 2), ("công an,", 2), ("an", 0), ("“an", 0)]
)
def test_which_words_are_finished(typed, finished):
    """The last word is unfinished unless something comes after it."""
    assert len(TypedPrefix(typed).words) == finished


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with an index to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIMVIET_INDEX", raising=False)
    with open_index(tmp_path / ".timviet", create=True) as index:
        add_segment(
            index, Document(id="a", title="Công an\x1btỉnh", text="công an xã"), Document(id="b", text="công an xã")
        )
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["suggest", *arguments])


def test_the_command(folder):
    """The command shows suggestions alone, one a line, without control characters."""
    done = run("cong a")
    assert (done.exit_code, done.output) == (0, "Công an�tỉnh\ncông an xã\n")
    assert run("cong", "an x").output == run("--limit", "1", "cong an x").output == "công an xã\n"


def test_the_command_in_json(folder):
    """As JSON, the command shows what was typed and the suggestions."""
    shown = json.loads(run("--format", "json", "--limit", "1", "cong an x").output)
    assert shown == {"prefix": "cong an x", "suggestions": [{"text": "công an xã", "frequency": 2, "in_titles": False}]}


def test_the_command_finds_nothing(folder):
    """The command ends with status 1 where there is no suggestion, and with 2 where there is nothing to go on from."""
    assert (run("xyzzy").exit_code, run("xyzzy").output) == (1, "")
    assert run("…").exit_code == 2
    assert run("--index", "nowhere", "a").exit_code == 2


def test_equal_suggestions_come_as_in_a_dictionary():
    """Of suggestions that count the same, those come first that do so in a Vietnamese dictionary."""
    with open_index(":memory:", create=True) as index:
        with index.writer() as writer:
            for number, word in enumerate(["đường", "đất", "đan", "đá", "đà"]):
                writer.add(Document(id=str(number), text=f"xem {word}"))
        suggestions = Suggester(Snapshot(index.whoosh.searcher())).suggest("đ")
    assert [found.text for found in suggestions] == ["đà", "đá", "đan", "đất", "đường"]


ODD = [
    "\x1b[2J",
    "\x9b2J",
    "\x00",
    "\x07",
    "\x7f",
    "\r",
    "\n",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\udcff",
    "\U0010ffff",
    "\u0301",
]


@pytest.mark.parametrize("odd", ODD, ids=ascii)
@pytest.mark.parametrize("prefix", ["{}", "{}cong a", "cong {} a", "co{}ng a", "cong a{}", "-{}"])
@pytest.mark.parametrize("output", ["text", "json"])
def test_odd_characters_in_the_prefix(folder, prefix, odd, output):
    """Whatever is typed, nothing raises, and no character is printed that a terminal would obey."""
    done = run("--format", output, prefix.format(odd))
    assert done.exit_code in {0, 1, 2}
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", done.output)
    if output == "json" and done.exit_code < 2:
        assert json.loads(done.output)["prefix"] == prefix.format(odd)
