"""Suggest phrases and look up names on a cluster: what may answer is drawn from it, and answers as an index here."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from timviet.index.analysis import indexed_forms
from timviet.index.opensearch.bodies import FIRST_PARAGRAPHS, Body, count_body, with_score
from timviet.index.opensearch.layout import TERM_SEPARATOR
from timviet.index.schema import folded_field, metadata_field
from timviet.search.input_methods import decoded_texts
from timviet.search.metadata_keys import MetadataKeys
from timviet.search.names.lookup import STORED_FIELDS, NameHits, NameLookup
from timviet.search.opensearch.best import BY_BOUND, Hit, stored_of
from timviet.search.opensearch.drawing import draw
from timviet.search.opensearch.fields import place_of
from timviet.search.opensearch.requests import Requests
from timviet.search.suggestions.suggest import Suggester, Suggestion

# So many paragraphs are drawn that have the beginning of a phrase, and so many documents whose names may answer.
_PHRASES = 400
_NAMES = 500
# A beginning is looked for by so many of the words that start with its last letters.
_EXPANSIONS = 200
# In titles a phrase counts as often.
_IN_TITLES = 5
_DECODED = 3
# A name is looked for by so many of its words at most: a cluster takes no queries of more than a thousand parts.
_WORDS = 20


def suggest(requests: Requests, prefix: str, limit: int) -> list[Suggestion]:
    """Return how a phrase may go on, by a sample of what has its beginning.

    Args:
        requests: what asks the cluster.
        prefix: what was typed; see `timviet.search.suggestions.suggest.Suggester`.
        limit: how many to return at most.
    """
    beginnings = [own for text in _meant(prefix) for own in _beginning(text)]
    if not beginnings:
        return []
    query: Body = {"dis_max": {"queries": beginnings}}
    body: Body = {"query": query, "size": _PHRASES, "sort": BY_BOUND, "_source": ["stored"], "track_total_hits": True}
    found = requests.search(body)["hits"]
    suggestions = Suggester(draw(_as_in_index(found["hits"])).snapshot).suggest(prefix, limit)
    if found["total"]["value"] <= _PHRASES or not suggestions:
        return suggestions
    counts = requests.search_many([count_body(_standing(own.text)) for own in suggestions])
    return [
        replace(own, frequency=int(count["hits"]["total"]["value"]))
        for own, count in zip(suggestions, counts, strict=True)
    ]


def look_up(requests: Requests, keys: MetadataKeys, name: str, fields: Sequence[str], limit: int) -> NameHits:
    """Return documents by their names, best first.

    Args:
        requests: what asks the cluster.
        keys: the keys of the metadata.
        name: what was typed; see `timviet.search.names.lookup.NameLookup`. Names that only contain it within their
            words are not found.
        fields: where to look.
        limit: how many to return at most.

    Raises:
        UnknownKeyError: there is no such field.
        ValueError: limit is below 1.
    """
    if limit < 1:
        raise ValueError("limit must be at least 1")
    asked = [fields] if isinstance(fields, str) else fields
    own = {field: field if field in STORED_FIELDS else keys.require(field, STORED_FIELDS) for field in asked}
    names = [place for key in own.values() for text in _meant(name) for place in _named(key, text)]
    query: Body = {"bool": {"filter": [FIRST_PARAGRAPHS], "must": [{"dis_max": {"queries": names}}]}}
    body: Body = {"query": query, "size": _NAMES, "sort": BY_BOUND, "_source": ["stored"]}
    snapshot = draw(_as_in_index(requests.search(body)["hits"]["hits"] if names else [])).snapshot
    there = {name for segment in snapshot.segments for name in segment.reader.indexed_field_names()}
    present = [key for key in own.values() if key in STORED_FIELDS or metadata_field(key) in there]
    return NameLookup(snapshot).find(name, present, limit)


def _as_in_index(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return what is kept of paragraphs, in the order in which an index here would have them."""
    return [stored_of(hit) for hit in sorted(hits, key=lambda hit: hit["sort"][-1])]


def _meant(typed: str) -> Iterator[str]:
    """Yield what was typed, and what its keys make."""
    yield typed
    after = typed[len(typed.rstrip()) :]
    yield from (f"{own}{after}" for own in islice(decoded_texts(typed), _DECODED))


def _beginning(prefix: str) -> list[Body]:
    """Return what finds texts and titles that have the beginning of a phrase."""
    words = [form.folded for form in indexed_forms(prefix)]
    is_finished = prefix != prefix.rstrip()
    text, title = (_phrase(folded_field(name), words, is_finished) for name in ("text", "title"))
    in_titles = {"bool": {"filter": [FIRST_PARAGRAPHS], "must": [title]}}
    return [with_score(text, 1), with_score(in_titles, _IN_TITLES)] if words else []


def _named(key: str, name: str) -> list[Body]:
    """Return what finds documents whose name in a field may answer, the likelier ones first."""
    place = place_of(folded_field(key if key in STORED_FIELDS else metadata_field(key)))
    words = [place.term(form.folded) for form in indexed_forms(name)[:_WORDS]]
    if not words:
        return []
    starting = [{"prefix": {place.field: word}} for word in words]
    slipped = {
        "query": TERM_SEPARATOR.join(words),
        "operator": "and",
        "fuzziness": 1,
        "prefix_length": len(place.prefix),
    }
    return [
        with_score({"match_phrase": {place.field: TERM_SEPARATOR.join(words)}}, 4),
        with_score(_phrase(place.field, words, is_finished=False), 3),
        with_score({"bool": {"filter": starting}}, 2),
        with_score({"match": {place.field: slipped}}, 1),
    ]


def _phrase(field: str, words: Sequence[str], is_finished: bool) -> Body:
    """Return what finds words in a row, the last of which may be unfinished."""
    text = TERM_SEPARATOR.join(words)
    if is_finished:
        return {"match_phrase": {field: text}}
    return {"match_phrase_prefix": {field: {"query": text, "max_expansions": _EXPANSIONS}}}


def _standing(phrase: str) -> Body:
    """Return the query that finds the paragraphs and titles in which a phrase stands."""
    terms = TERM_SEPARATOR.join(form.keyed for form in indexed_forms(phrase))
    in_titles = {"bool": {"filter": [FIRST_PARAGRAPHS, {"match_phrase": {"title": terms}}]}}
    return {"bool": {"should": [{"match_phrase": {"text": terms}}, in_titles]}}
