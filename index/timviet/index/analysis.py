"""The analyzer: a text's tokens with their forms for matching, and the same as a Whoosh analyzer.

Text flows tokenize → canonical and folded form. The forms of a token depend on nothing but its letters, so they are
computed once for each distinct token and remembered.
"""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from whoosh.analysis import Analyzer
from whoosh.analysis import Token as WhooshToken

from timviet.index.spelling import TONES, canonical_and_folded
from timviet.index.tokens import surfaces, tokenize

Form = Literal["canonical", "folded", "keyed"]

# A run of letters longer than this is no word; its first letters are enough to find it by.
MAX_TERM_LENGTH = 255
_MAX_SURFACE_LENGTH = 4 * MAX_TERM_LENGTH  # a letter has three marks at most
# A tab is in no token's form, and sorts before all that is.
KEY_SEPARATOR = "\t"
TOKENS_TO_A_MARK = 10
"""A text of which not more than one token in so many has marks was typed without."""
_REMEMBERED_TOKENS = 1 << 18
_LONGEST_REMEMBERED = 64  # code points: hundreds of megabytes of runs of letters would be remembered
_REMEMBERED_TERMS = 1 << 12


class Forms(NamedTuple):
    """The forms under which a token is indexed and looked up.

    Attributes:
        canonical: the form that all correct spellings share.
        folded: that form without any mark.
    """

    canonical: str
    folded: str

    @property
    def keyed(self) -> str:
        r"""The canonical form with the folded form before it, so that a sorted dictionary keeps all readings together.

        Example:
            >>> forms("dang").keyed, forms("đang").keyed
            ('dang', 'dang\tđang')
        """
        return keyed(self.folded, self.canonical)


def keyed(folded: str, canonical: str) -> str:
    """Return the term of a canonical form in a dictionary sorted by folded forms."""
    return folded if canonical == folded else f"{folded}{KEY_SEPARATOR}{canonical}"


@lru_cache(maxsize=_REMEMBERED_TERMS)
def forms_of_term(term: bytes) -> Forms:
    """Return the forms of which a keyed term is made, as a dictionary holds it.

    Example:
        >>> forms_of_term(forms("Đảng").keyed.encode()) == forms("Đảng")
        True
    """
    folded, _, canonical = term.decode().partition(KEY_SEPARATOR)
    return Forms(canonical or folded, folded)


class AnalyzedToken(NamedTuple):
    """A token, its place and its forms.

    Attributes:
        surface: the token exactly as written.
        start: where it starts in the text, in code points from 0.
        end: where it ends: the first code point that is not part of it.
        forms: its canonical and its folded form.
    """

    surface: str
    start: int
    end: int
    forms: Forms


def forms(surface: str) -> Forms:
    """Return both forms of a token, cut to 255 code points.

    Example:
        >>> forms("Đảng").folded
        'dang'
    """
    return _remembered_forms(surface) if len(surface) <= _LONGEST_REMEMBERED else _forms(surface[:_MAX_SURFACE_LENGTH])


def _forms(surface: str) -> Forms:
    canonical, folded = canonical_and_folded(surface)
    return Forms(canonical[:MAX_TERM_LENGTH], folded[:MAX_TERM_LENGTH])


_remembered_forms = lru_cache(maxsize=_REMEMBERED_TOKENS)(_forms)


def analyze(text: str) -> list[AnalyzedToken]:
    """Cut a text into tokens and give each its forms.

    A token's place in the list is its position, by which phrases are matched. A token without any letter of its own
    (an invisible filler) is left out.

    Args:
        text: any text, in any Unicode form.

    Returns:
        The tokens in order; `text[token.start:token.end] == token.surface`.

    Example:
        >>> [token.forms.folded for token in analyze("Đảng uỷ xã")]
        ['dang', 'uy', 'xa']
    """
    return [*analyzed(text)]


def analyzed(text: str) -> Iterator[AnalyzedToken]:
    """Yield the tokens that `analyze` returns, as they are asked for: of a long text some of the first may do."""
    tokens = (AnalyzedToken(*token, forms(token.surface)) for token in tokenize(text))
    return (token for token in tokens if token.forms.canonical)


def indexed_forms(text: str) -> list[Forms]:
    """Return the forms of a text's tokens, by position, without their places: what indexing needs.

    Example:
        >>> [form.folded for form in indexed_forms("Đảng uỷ xã")]
        ['dang', 'uy', 'xa']
    """
    return [token_forms for token_forms in map(forms, surfaces(text)) if token_forms.canonical]


def typed_without_marks(tokens: Iterable[Forms]) -> bool:
    """Tell whether a text was typed without marks: at most one token in ten has any.

    Written in full, two Vietnamese syllables in three have a mark.

    Example:
        >>> typed_without_marks(indexed_forms("Dang uy xa hop")), typed_without_marks(indexed_forms("Đảng ủy xã họp"))
        (True, False)
    """
    marked = [form.canonical != form.folded for form in tokens]
    return len(marked) > 0 and TOKENS_TO_A_MARK * sum(marked) <= len(marked)


@cache
def rules_fingerprint() -> str:
    """Return a digest of what the rules of analysis do: it changes when any rule changes what it does.

    It is taken over the forms of a sample text that every rule acts on, not over the rules' source code.
    """
    vowels = "aăâeêioôơuưy"
    letters = [f"{letter}{tone}n" for letter in f"{vowels}bcdđfghjklmnpqrstvwxz0123456789" for tone in ("", *TONES)]
    initials = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()  # noqa: SIM905
    rhymes = [f"{initial}{rhyme}" for initial in ("", *initials) for rhyme in ("i", "y", "uy", "ay", "oa\u0300")]
    invisible = [f"tim{character}viet" for character in "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"]
    others = "Ðà ɖà ＴÌＭ vịêt hòà M519 31,77% 05-CT/TW TP.HCM résumé Straße snake_case ½ m² 1\u20e3 ©ɢ 越南"
    too_long = "dài" * MAX_TERM_LENGTH
    sample = " ".join((*letters, *rhymes, *invisible, others, too_long))
    analyzed = "\n".join(" ".join((form.canonical, form.folded, form.keyed)) for form in indexed_forms(sample))
    return sha256(analyzed.encode()).hexdigest()[:16]


class VietnameseAnalyzer(Analyzer):
    """A Whoosh analyzer whose terms are the tokens' forms, for any Whoosh schema; it drops nothing.

    Args:
        form: which form becomes the term: "canonical", "folded" or "keyed".

    Example:
        >>> [token.text for token in VietnameseAnalyzer("folded")("Đảng uỷ")]
        ['dang', 'uy']
    """

    is_morph = False

    def __init__(self, form: Form) -> None:
        self.form = form

    def __call__(
        self,
        value: str,
        positions: bool = False,
        chars: bool = False,
        keeporiginal: bool = False,
        start_pos: int = 0,
        start_char: int = 0,
        **attributes: Any,  # noqa: ANN401
    ) -> Iterator[WhooshToken]:
        """Yield Whoosh tokens, one new object each; the arguments are Whoosh's."""
        for position, token in enumerate(analyze(value)):
            whoosh_token = WhooshToken(positions, chars, **attributes)
            whoosh_token.text = getattr(token.forms, self.form)
            whoosh_token.boost = 1.0
            if keeporiginal:
                whoosh_token.original = token.surface  # type: ignore[attr-defined]
            if positions:
                whoosh_token.pos = start_pos + position
            if chars:
                whoosh_token.startchar = start_char + token.start
                whoosh_token.endchar = start_char + token.end
            yield whoosh_token
