"""Why a paragraph ranks where it does: its score, taken apart into parts that add up to it."""

from dataclasses import dataclass, replace

from whoosh.query import And, AndMaybe, Query
from whoosh.reading import IndexReader
from whoosh.searching import Searcher as WhooshSearcher

from timviet.index.analysis import KEY_SEPARATOR, keyed
from timviet.index.schema import is_folded_field, unfolded_field
from timviet.search.expand import reading_level
from timviet.search.lexicon import Lexicon
from timviet.search.match import Filter, Leaf, TermGroup, Without, wanted


@dataclass(frozen=True, slots=True)
class Reading:
    """How one term of the index took part.

    Attributes:
        term: the term's canonical form.
        level: the name of its mark level, as "same" or "completes".
        weight: how much an occurrence counts.
        frequency: how often it occurs in the paragraph.
    """

    term: str
    level: str
    weight: float
    frequency: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one word, phrase or pattern of the query adds to the score.

    Attributes:
        kind: "word", "phrase", "pattern", "fuzzy", or "pair" for two neighbouring words.
        label: what was typed.
        field: the indexed field it was looked for in.
        score: what it adds: boost × inverse document frequency × saturation.
        boost: as typed, or how often it was typed.
        inverse_document_frequency: how much it tells paragraphs apart.
        frequency: how much its occurrences count, by their weights; those below 1 together as the best one.
        length: the paragraph's length in tokens.
        readings: the terms that were found; none for a phrase.
    """

    kind: str
    label: str
    field: str
    score: float
    boost: float
    inverse_document_frequency: float
    frequency: float
    length: int
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a paragraph ranks where it does.

    Attributes:
        document_id: the id of its document.
        paragraph: its number in the document, from 0.
        rank: its place among what was found, from 1.
        total: how many paragraphs were found.
        score: its score.
        parts: what the words, phrases and patterns of the query add to it.
        remainder: what Whoosh's own queries add to it, if the query has any.
    """

    document_id: str
    paragraph: int
    rank: int
    total: int
    score: float
    parts: tuple[Part, ...]
    remainder: float


def explain_parts(plan: Query, reader: IndexReader, number: int) -> tuple[Part, ...]:
    """Return what each leaf of a plan adds to the score of a paragraph.

    Args:
        plan: what was searched for.
        reader: the snapshot that was searched.
        number: the paragraph's number in it.
    """
    leaf_reader, own_number = next(
        (leaf_reader, number - first)
        for leaf_reader, first in reader.leaf_readers()
        if first <= number < first + leaf_reader.doc_count_all()
    )
    return tuple(_parts(plan, leaf_reader, own_number) or ())


def _parts(query: Query, reader: IndexReader, number: int) -> list[Part] | None:
    """Return what the leaves below a query add to a paragraph's score; None where the query does not find it."""
    if isinstance(query, Leaf):
        part = _part(query, reader, number)
        return [part] if part else None
    if query.is_leaf() or isinstance(query, Filter):
        searcher = WhooshSearcher(reader)
        return [] if number in query.matcher(searcher, searcher.boolean_context()).all_ids() else None
    if isinstance(query, Without) and _parts(query.excluded, reader, number) is not None:
        return None
    below = [_parts(child, reader, number) for child in wanted(query)]
    required = below if isinstance(query, And) else below[:1] if isinstance(query, AndMaybe) else []
    if None in required or all(parts is None for parts in below):
        return None
    return [part for parts in below if parts for part in parts]


def _part(leaf: Leaf, reader: IndexReader, number: int) -> Part | None:
    posting = leaf.postings(reader).get(number)
    if posting is None:
        return None
    return Part(
        kind=type(leaf.asked).__name__.lower(),
        label=leaf.asked.text,
        field=leaf.fieldname,
        score=leaf.score(reader, number, posting),
        boost=leaf.asked.boost,
        inverse_document_frequency=leaf.statistics.inverse_document_frequency,
        frequency=posting.frequency,
        length=leaf.length(reader, number),
        readings=tuple(_readings(leaf, reader, number)) if isinstance(leaf, TermGroup) else (),
    )


def _readings(group: TermGroup, reader: IndexReader, number: int) -> list[Reading]:
    """Return the canonical forms by which a group was found; folded terms are told by what they stand for."""
    lexicon = Lexicon(reader)
    field = unfolded_field(group.fieldname)
    readings = []
    for term, weight in group.weights.items():
        folded, _, marked = term.partition(KEY_SEPARATOR)
        known = lexicon.readings(field, folded) if is_folded_field(group.fieldname) else [marked or folded]
        for reading in known:
            found = replace(group, fieldname=field, weights={keyed(folded, reading): weight})
            posting = found.postings(reader).get(number)
            if posting:
                level = reading_level(group.asked, folded, reading).name.lower()
                readings.append(Reading(reading, level, weight, len(posting.positions)))
    return readings
