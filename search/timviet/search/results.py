"""What a search returns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import InitVar, asdict, dataclass
from functools import cached_property
from typing import Any, Literal, overload

from timviet.search.refine.facets import Facet
from timviet.search.snippet import Snippet


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Something that had to be loosened to find enough, or anything.

    Attributes:
        kind: "match" where paragraphs were taken that hold only some of the words, "marks" where paragraphs were
            taken whose marks contradict those typed, "field" where a name before a colon is no field's and was taken
            for a word, "range" where the lowest value of a range is above its highest one, so that it finds nothing,
            "correction" where no paragraph held all the words and what the query was meant to say was searched for,
            "abbreviation" where paragraphs were taken, too, that have an abbreviation in place of the words that it
            stands for, or these in its place.
        message: the same as a sentence.
        query: the correction that was searched for; None of the other kinds.
    """

    kind: Literal["match", "marks", "field", "range", "correction", "abbreviation"]
    message: str
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Truncation:
    """A prefix, a pattern or a fuzzy word that stands for more terms than it was searched by.

    Attributes:
        pattern: the same as typed.
        terms: how many terms of the index it stands for.
        used: by how many it was searched: the most frequent ones, of those whose letters and marks are nearest to what
            was typed.
    """

    pattern: str
    terms: int
    used: int

    @property
    def message(self) -> str:
        """The same as a sentence.

        Example:
            >>> Truncation("a*", 48210, 1024).message
            '`a*` stands for 48,210 terms; the first 1,024 by frequency were used'
        """
        return f"`{self.pattern}` stands for {self.terms:,} terms; the first {self.used:,} by frequency were used"


@dataclass(frozen=True)
class Hit:
    """One paragraph found.

    Attributes:
        document_id: the id of its document.
        paragraph: its number in the document, from 0.
        score: how well it answers the query; comparable within one result only, whose order it is by default.
        title: the document's title, or None.
        path: where the document came from, or None.
        metadata: the document's metadata.
        start: where the paragraph starts in the document's text, in code points.
        text: the paragraph, exactly as its author wrote it.
        section: the headings that it stands under, outermost first, or None.
        page: its page, from 1, or None.
        others: how many other paragraphs of the document were found, where results are grouped by document.

    Args:
        make_snippet: cuts the snippet out of the text.
    """

    document_id: str
    paragraph: int
    score: float
    title: str | None
    path: str | None
    metadata: dict[str, Any]
    start: int
    text: str
    section: str | None
    page: int | None
    make_snippet: InitVar[Callable[[str], Snippet]]
    others: int | None = None

    def __post_init__(self, make_snippet: Callable[[str], Snippet]) -> None:
        """Keep how the snippet is cut, apart from what is shown of a hit."""
        object.__setattr__(self, "_make_snippet", make_snippet)

    @cached_property
    def snippet(self) -> Snippet:
        """The part of the text that shows best why it was found; cut when it is first asked for."""
        make_snippet: Callable[[str], Snippet] = self.__dict__["_make_snippet"]
        return make_snippet(self.text)

    def to_dict(self) -> dict[str, Any]:
        """Return the same as a dictionary for JSON, field names as here."""
        return asdict(self) | {"snippet": asdict(self.snippet)}

    def __getstate__(self) -> dict[str, Any]:
        """Pickle with the snippet, and without what it is made by."""
        return {**self.__dict__, "snippet": self.snippet, "_make_snippet": None}


@dataclass(frozen=True, slots=True)
class Results(Sequence[Hit]):
    """The paragraphs that a query found, best first: those of the page that was asked for.

    Attributes:
        total: how many paragraphs were found in all, or, grouped by document, how many documents; exact.
        took_ms: how long it took, in milliseconds; snippets are cut later, when they are asked for.
        relaxed: what had to be loosened to find enough, or None.
        hits: the paragraphs of this page.
        facets: the values of the keys that were asked for, or None.
        truncated: what stands for more terms than it was searched by, so that paragraphs may be missing, or, of those
            that were to be left out, too many; or None.
        correction: what the query was meant to say, as far as can be told, where more than marks differs and that was
            not searched for; or None.
    """

    total: int
    took_ms: float
    relaxed: tuple[Relaxation, ...] | None
    hits: tuple[Hit, ...]
    facets: Mapping[str, Facet] | None = None
    truncated: tuple[Truncation, ...] | None = None
    correction: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the same as a dictionary for JSON, field names as here."""
        relaxed = None if self.relaxed is None else [asdict(relaxation) for relaxation in self.relaxed]
        truncated = None if self.truncated is None else [asdict(truncation) for truncation in self.truncated]
        hits = [hit.to_dict() for hit in self.hits]
        told = {
            "correction": self.correction,
            "total": self.total,
            "took_ms": self.took_ms,
            "relaxed": relaxed,
            "truncated": truncated,
            "hits": hits,
        }
        return told | {"facets": {key: asdict(facet) for key, facet in self.facets.items()}} if self.facets else told

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)
