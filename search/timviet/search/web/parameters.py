"""What requests may ask for, as they are checked and described."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from timviet.search.snippet import DEFAULT_LENGTH

MOST_HITS = 100
"""Hits, names or suggestions that one answer has at most."""

MOST_KEYS = 50
"""Filters, facets or fields that one request may name."""

LISTS = ("filter", "facet", "field")
"""The parameters that may be given more than once."""

DEEPEST = 10_000
"""How many hits may be left out before those of an answer."""

MOST_PARAGRAPHS = 1_000
"""Paragraphs of a document that one answer has at most."""

Query = Annotated[str, Field(description="What a person typed, in the query language.", examples=["dang uy cong an"])]
DocumentId = Annotated[str, Field(min_length=1, description="The document's id.")]
Limit = Annotated[int, Field(ge=1, le=MOST_HITS, description="How many to return at most.")]
Marks = Annotated[
    Literal["auto", "strict", "ignore"],
    Field(description="How typed marks count: a text may have more, or none; the same ones; not at all."),
]
Match = Annotated[
    Literal["auto", "all", "any"],
    Field(description="Whether all words are required, or any; auto: all, and any where that finds too little."),
]
Abbreviations = Annotated[
    bool, Field(description="Whether an abbreviation finds what it stands for, and the other way round.")
]


class _Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SearchParameters(_Parameters):
    """Of a search."""

    q: Query
    limit: Limit = 10
    offset: Annotated[int, Field(ge=0, le=DEEPEST, description="How many of the best to leave out before them.")] = 0
    marks: Marks = "auto"
    match: Match = "auto"
    filter: Annotated[
        list[str],
        Field(
            max_length=MOST_KEYS,
            description="What to keep, KEY=VALUE or KEY=LOW..HIGH by the metadata; of several for a key, any will do.",
            examples=[["năm=2020..2024"]],
        ),
    ] = []
    facet: Annotated[
        list[str], Field(max_length=MOST_KEYS, description="Keys of the metadata whose values are to be counted.")
    ] = []
    sort: Annotated[
        str | None,
        Field(description="`title`, `path` or a key of the metadata, with a minus before it for the reverse."),
    ] = None
    group: Annotated[bool, Field(description="Whether to return the best paragraph of each document only.")] = False
    abbreviations: Abbreviations = True
    ask_back: Annotated[
        bool, Field(description="Whether to tell what was likely meant where all that was typed was found, too.")
    ] = False
    strict: Annotated[bool, Field(description="Whether a fault in the query's syntax is an error.")] = False
    snippet_length: Annotated[
        int, Field(ge=1, le=10_000, description="How many code points a snippet has at most.")
    ] = DEFAULT_LENGTH


class SuggestParameters(_Parameters):
    """Of suggestions."""

    q: Annotated[str, Field(description="What was typed so far.", examples=["cong a"])]
    limit: Limit = 10


class LookupParameters(_Parameters):
    """Of names."""

    q: Annotated[str, Field(description="A name, or a part of one.", examples=["nguyen van tho"])]
    field: Annotated[
        list[str],
        Field(
            description="Where to look: `title`, `path`, or keys of the metadata.", min_length=1, max_length=MOST_KEYS
        ),
    ] = ["title"]
    limit: Limit = 10


class CorrectParameters(_Parameters):
    """Of a correction."""

    q: Query


class SimilarParameters(_Parameters):
    """Of paragraphs like a given one."""

    id: DocumentId
    paragraph: Annotated[int, Field(ge=0, description="The paragraph's number in the document, from 0.")] = 0
    limit: Limit = 10


class ExplainParameters(_Parameters):
    """Of a score."""

    q: Query
    id: DocumentId
    paragraph: Annotated[
        int | None, Field(ge=0, description="The paragraph's number in the document, from 0; its best one by default.")
    ] = None
    marks: Marks = "auto"
    match: Match = "auto"
    abbreviations: Abbreviations = True


class DocumentParameters(_Parameters):
    """Of a document to be read."""

    q: Annotated[str, Field(description="A query, to have what it matches told; none by default.")] = ""
    offset: Annotated[int, Field(ge=0, description="How many paragraphs to leave out before those returned.")] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_PARAGRAPHS, description="How many paragraphs to return at most.")] = 100
    marks: Marks = "auto"
    match: Match = "auto"
    abbreviations: Abbreviations = True
