"""What answers look like: the dictionaries that results give for JSON, as OpenAPI describes them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Span = tuple[int, int]
"""What is marked in a text: code points, half open."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Snippet(_Answer):
    """A part of a paragraph, with what was matched in it."""

    text: str
    spans: list[Span]


class Hit(_Answer):
    """One paragraph found."""

    document_id: str
    paragraph: int = Field(description="Its number in the document, from 0.")
    score: float
    title: str | None
    path: str | None
    metadata: dict[str, Any]
    start: int = Field(description="Where it starts in the document's text, in code points.")
    text: str
    section: str | None
    page: int | None
    others: int | None = Field(description="How many other paragraphs of the document were found, if grouped.")
    snippet: Snippet


class Relaxation(_Answer):
    """Something that had to be loosened."""

    kind: Literal["match", "marks", "field", "range", "correction", "abbreviation"]
    message: str
    query: str | None


class Truncation(_Answer):
    """A pattern that stands for more terms than it was searched by."""

    pattern: str
    terms: int
    used: int


class FacetValue(_Answer):
    """A value of a key, and how often it was found."""

    value: str
    count: int


class Facet(_Answer):
    """The values of a key that what was found has."""

    values: list[FacetValue]
    more_values: int
    more: int
    missing: int


class Results(_Answer):
    """The paragraphs that a query found."""

    correction: str | None = Field(description="What the query was meant to say, to ask back about.")
    total: int
    took_ms: float
    relaxed: list[Relaxation] | None
    truncated: list[Truncation] | None
    hits: list[Hit]
    facets: dict[str, Facet] | None = None


class Suggestion(_Answer):
    """A phrase that goes on as what was typed begins."""

    text: str
    frequency: int
    in_titles: bool


class Suggestions(_Answer):
    """How a phrase may go on."""

    suggestions: list[Suggestion]


class NameHit(_Answer):
    """A document found by a name."""

    value: str
    document_id: str
    field: str
    kind: str
    spans: list[Span]


class NameHits(_Answer):
    """The documents that a name finds."""

    name: str
    total: int
    hits: list[NameHit]


class Change(_Answer):
    """A word that was meant otherwise than it was typed."""

    start: int
    end: int
    written: str
    kind: Literal["marks", "slip", "input method"]


class Correction(_Answer):
    """What a query was meant to say."""

    query: str = Field(description="The query as it was meant; the one that was typed where that says so.")
    changes: list[Change]


class ReadParagraph(_Answer):
    """One paragraph of a document that is read."""

    paragraph: int
    start: int
    text: str
    section: str | None
    page: int | None
    spans: list[Span]


class ReadDocument(_Answer):
    """A document, or a part of it, as it is read."""

    id: str
    title: str | None
    path: str | None
    metadata: dict[str, Any]
    paragraph_count: int
    paragraphs: list[ReadParagraph]


class Reading(_Answer):
    """How one term of the index took part."""

    term: str
    surfaces: list[str]
    level: str
    weight: float
    frequency: int


class Part(_Answer):
    """What one word, phrase or pattern of the query adds to the score."""

    kind: str
    label: str
    field: str
    score: float
    boost: float
    inverse_document_frequency: float
    frequency: float
    length: int
    readings: list[Reading]


class Explanation(_Answer):
    """Why a paragraph ranks where it does."""

    document_id: str
    paragraph: int
    rank: int
    total: int
    score: float
    parts: list[Part]
    remainder: float
    relaxed: list[Relaxation]


class Info(_Answer):
    """What the index holds."""

    documents: int
    paragraphs: int
    generation: int = Field(description="The number of the last commit.")
    built: str = Field(description="When that was, as in ISO 8601.")
    keys: list[str] = Field(description="The keys of the metadata.")
    schema_version: int
    rules: str | int


class Health(_Answer):
    """That the server answers, and the index is there."""

    status: Literal["ok"]


class Added(_Answer):
    """What was added."""

    documents: int
    paragraphs: int
