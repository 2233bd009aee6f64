"""What a page shows, as its address says it."""

from dataclasses import dataclass, replace
from typing import Literal, Self, cast, get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from timviet.search.marks import Marks

Language = Literal["vi", "en"]

HITS_OF_A_PAGE = 10
LAST_PAGE = 100
MOST_FILTERS = 50
SORTED_BY_DATE = "-date"


@dataclass(frozen=True, slots=True)
class PageState:
    """What a page shows.

    Attributes:
        language: the language of all that is not the documents'.
        query: what was typed.
        marks: how typed marks count.
        filters: what is kept, each as KEY=VALUE.
        sort: what results are sorted by, or nothing for how well they answer.
        page: the number of the page of results, from 1.
        document_id: the document that is read, or nothing.
        paragraph: the number of the paragraph that it is opened at.
        says_language: whether the address names the language, instead of the browser.
    """

    language: Language = "vi"
    query: str = ""
    marks: Marks = "auto"
    filters: tuple[str, ...] = ()
    sort: str = ""
    page: int = 1
    document_id: str = ""
    paragraph: int = 0
    says_language: bool = False

    @classmethod
    def of_request(cls, parameters: QueryParams, accepted: str) -> Self:
        """Return what an address asks for; of what makes no sense, what is shown if nothing is said.

        Args:
            parameters: those of the address.
            accepted: the languages that the browser's owner reads, as its `Accept-Language` says.
        """
        said = parameters.get("lang")
        marks = parameters.get("marks")
        return cls(
            language=cast("Language", said) if said in get_args(Language) else _accepted_language(accepted),
            query=parameters.get("q", "").strip(),
            marks=cast("Marks", marks) if marks in get_args(Marks) else "auto",
            filters=tuple(dict.fromkeys(filter(None, parameters.getlist("filter"))))[:MOST_FILTERS],
            sort=sort if (sort := parameters.get("sort")) in ("title", SORTED_BY_DATE) else "",
            page=_number(parameters.get("page", ""), 1, LAST_PAGE),
            document_id=parameters.get("id", ""),
            paragraph=_number(parameters.get("paragraph", ""), 0, 1 << 31),
            says_language=said in get_args(Language),
        )

    @property
    def offset(self) -> int:
        """How many results come before those of this page."""
        return (self.page - 1) * HITS_OF_A_PAGE

    def results_url(self, **changes: object) -> str:
        """Return the address of the page of results, with some things changed; where it changes, it starts anew."""
        state = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        return f"./?{state._parameters(page=state.page if state.page > 1 else None)}"

    def reading_url(self, document_id: str, paragraph: int = 0) -> str:
        """Return the address of the page where a document is read, opened at a paragraph."""
        address = f"./read?{self._parameters(id=document_id, paragraph=paragraph or None)}"
        return f"{address}#p{paragraph}"

    def url_in(self, language: Language) -> str:
        """Return this page's address in a language."""
        state = replace(self, language=language, says_language=True)
        if self.document_id:
            return state.reading_url(self.document_id, self.paragraph)
        return state.results_url(page=self.page)

    def toggled(self, one: str) -> tuple[str, ...]:
        """Return the filters without one, or with it where it was not among them."""
        return tuple(own for own in self.filters if own != one) if one in self.filters else (*self.filters, one)

    def _parameters(self, **more: object) -> str:
        shown: list[tuple[str, object]] = [("q", self.query)]
        shown += [("filter", own) for own in self.filters]
        shown += [("marks", self.marks)] * (self.marks != "auto")
        shown += [("sort", self.sort)] * bool(self.sort)
        shown += [("lang", self.language)] * self.says_language
        shown += [(name, value) for name, value in more.items() if value is not None]
        return urlencode(shown, errors="replace")


def _accepted_language(accepted: str) -> Language:
    """Return the one of the page's languages that a browser's owner reads best; see RFC 9110, section 12.5.4."""
    weights = {_primary(own): _quality(own) for own in reversed(accepted.split(","))}
    return "en" if weights.get("en", 0.0) > weights.get("vi", 0.0) else "vi"


def _primary(language: str) -> str:
    return language.partition(";")[0].partition("-")[0].strip().lower()


def _quality(language: str) -> float:
    try:
        return float(language.partition("q=")[2] or 1)
    except ValueError:
        return 0.0


def _number(text: str, least: int, most: int) -> int:
    return min(max(int(text), least), most) if text.isascii() and text.isdigit() and len(text) < 20 else least
