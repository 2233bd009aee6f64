"""How an index of paragraphs is laid out on OpenSearch: an alias for one index, its settings and its mapping.

The terms are ready when they are sent: a text is sent as its keyed terms, joined by line ends, where the cluster cuts
it again. What is only searched is not kept in `_source`; what is only kept is in `stored`.
"""

from typing import Any

from timviet.index.analysis import KEY_SEPARATOR, rules_fingerprint
from timviet.index.schema import BM25_B, BM25_K1, SCHEMA_VERSION

LAYOUT = 1
"""The number of this layout; an index of another one has to be rebuilt."""

UNIT_SEPARATOR = "\x1f"
"""Stands between the key of the metadata and what is said of it, and between both terms of a pair."""

TERM_SEPARATOR = "\n"
"""Stands between the terms of a text."""

PARAGRAPH, TERM, RECORD = "paragraph", "term", "record"
"""The kinds of documents that an index has on the cluster."""

ANY_OF = "any_of"
"""The analyzer for queries that takes several terms, joined as a text is, for synonyms."""

MOST_RESULTS = 10_000
"""A search returns so many paragraphs at most, as the cluster's own default is."""

LONGEST_VALUE = 8_000
"""Code points of a value that is kept as one term, which are 32,000 bytes at most; what is longer is cut."""

_LONGEST_TERM = 10_000  # UTF-16 code units: terms are at most 511 code points, after a key of the metadata
_MOST_FIELDS = 10_000
_ONLY_SEARCHED = ("text", "title", "path", "meta", "value", "facet", "sort", "sort_title", "sort_path")


def index_body(name: str, shards: int, replicas: int | None) -> dict[str, Any]:
    """Return what makes a new index.

    Args:
        name: the alias that it is asked for by; empty for none.
        shards: how many primary shards it has.
        replicas: how many copies of each; None for as many as the cluster says.
    """
    settings: dict[str, Any] = {
        "number_of_shards": shards,
        "refresh_interval": "-1",  # only a commit makes things visible
        "mapping.total_fields.limit": _MOST_FIELDS,
        "similarity": {"default": {"type": "BM25", "k1": BM25_K1, "b": BM25_B}},
    }
    if replicas is not None:
        settings["number_of_replicas"] = replicas
    body: dict[str, Any] = {"settings": {"index": settings, "analysis": _analysis()}, "mappings": _mapping()}
    return body | ({"aliases": {name: {}}} if name else {})


def _analysis() -> dict[str, Any]:
    return {
        "tokenizer": {"lines": {"type": "char_group", "tokenize_on_chars": [r"\n"], "max_token_length": _LONGEST_TERM}},
        "filter": {
            "each": {"type": "pattern_capture", "preserve_original": False, "patterns": [f"([^{TERM_SEPARATOR}]+)"]},
            "folded": {"type": "pattern_replace", "pattern": f"{KEY_SEPARATOR}.*", "replacement": ""},
            "pairs": {
                "type": "shingle",
                "min_shingle_size": 2,
                "max_shingle_size": 2,
                "output_unigrams": False,
                "token_separator": UNIT_SEPARATOR,
            },
        },
        "analyzer": {
            ANY_OF: {"type": "custom", "tokenizer": "keyword", "filter": ["each"]},
            "keyed": {"type": "custom", "tokenizer": "lines"},
            "folded": {"type": "custom", "tokenizer": "lines", "filter": ["folded"]},
            "pairs": {"type": "custom", "tokenizer": "lines", "filter": ["pairs"]},
        },
    }


def _mapping() -> dict[str, Any]:
    keyword = {"type": "keyword"}
    sorted_by = {"type": "keyword", "index": False}
    scored = {
        "type": "text",
        "analyzer": "keyed",
        "fields": {
            "folded": {"type": "text", "analyzer": "folded"},
            "pairs": {"type": "text", "analyzer": "pairs", "index_options": "freqs"},
        },
    }
    unscored = {
        "type": "text",
        "analyzer": "keyed",
        "norms": False,
        "fields": {"folded": {"type": "text", "analyzer": "folded", "norms": False}},
    }
    kept = {"type": "object", "enabled": False}
    return {
        "dynamic": False,
        "_meta": {"timviet": {"layout": LAYOUT, "schema": SCHEMA_VERSION, "rules": rules_fingerprint()}},
        "_source": {"excludes": [pattern for name in _ONLY_SEARCHED for pattern in (name, f"{name}.*")]},
        "dynamic_templates": [{"sort": {"path_match": "sort.*", "mapping": sorted_by}}],
        "properties": {
            **dict.fromkeys(("kind", "id", "unmarked", "value", "facet", "word", "fold"), keyword),
            **dict.fromkeys(("sort_title", "sort_path"), sorted_by),
            "paragraph": {"type": "integer"},
            "order": {"type": "long"},
            **dict.fromkeys(("text", "title"), scored),
            **dict.fromkeys(("path", "meta"), unscored),
            "sort": {"type": "object", "dynamic": True},
            **dict.fromkeys(("stored", "record"), kept),
        },
    }
