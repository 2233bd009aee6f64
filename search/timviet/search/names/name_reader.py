"""Read the names of a field out of a segment.

A name is a document's title, its path, or a value of a key of its metadata. Titles and paths are put together out of
the postings of their words; values stand in the index whole, as the terms by which they are sorted.
"""

from collections.abc import Iterator

import numpy as np

from timviet.index.analysis import MAX_TERM_LENGTH
from timviet.index.columnfile import Column
from timviet.index.postings import folded_form, runs
from timviet.index.schema import is_metadata_field, value_field
from timviet.index.snapshot import SegmentView
from timviet.index.terms import FieldTerms
from timviet.search.names.name_columns import Names
from timviet.search.names.typed_name import MAX_NAME_WORDS

# What the terms of values start with where they are those of text, and what comes after all of these.
_TEXT, _AFTER_TEXTS = "t", "u"
# A title is in the index once for each paragraph: all of them at once might be too much for the memory.
_TERMS_AT_ONCE = 1 << 10


def read_names(segment: SegmentView, field: str) -> Names:
    """Return the names in a field of a segment, one for each document or, in metadata, for each of its values.

    Args:
        segment: the segment. Deleted documents have names, too.
        field: "title", "path", or the field of a metadata key.
    """
    is_first = segment.first_paragraphs
    terms = segment.terms(value_field(field) if is_metadata_field(field) else field)
    if isinstance(terms, FieldTerms) and is_metadata_field(field):
        return _read_values(terms, is_first)
    if isinstance(terms, FieldTerms) and terms.has_positions:
        return _read_texts(terms, is_first)
    return Names([], *[np.empty(0, np.int64)] * 3)


def _read_texts(terms: FieldTerms, is_first: Column) -> Names:
    folded = [folded_form(term).decode() for term in terms]
    words = list(dict.fromkeys(folded))
    places = {word: place for place, word in enumerate(words)}
    pieces = _occurrences(terms, np.array([places[word] for word in folded]), is_first)
    tokens, documents, positions = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    counts = np.bincount(documents, minlength=len(is_first))
    starts = np.cumsum(counts) - counts
    in_order = np.zeros(len(tokens), np.int32)
    try:
        in_order[starts[documents] + positions] = tokens
    except IndexError as error:
        raise terms.columns.damaged("column positions names places that there are not") from error
    named = np.flatnonzero(counts)
    return Names(words, in_order, counts[named], named)


def _occurrences(terms: FieldTerms, words: Column, is_first: Column) -> Iterator[tuple[Column, Column, Column]]:
    """Yield the word, the paragraph and the position of each occurrence in first paragraphs, some terms at a time.

    Args:
        terms: the terms.
        words: the number of the word that each of them is a reading of.
        is_first: for each paragraph, whether it is wanted.
    """
    for first in range(0, len(terms), _TERMS_AT_ONCE):
        last = min(first + _TERMS_AT_ONCE, len(terms))
        documents, positions = terms.occurrences_between(first, last)
        wanted = is_first[documents]
        owners = np.repeat(words[first:last], terms.occurrence_counts(first, last))
        yield owners[wanted], documents[wanted], positions[wanted]


def _read_values(terms: FieldTerms, is_first: Column) -> Names:
    first, last = (terms.first_from(prefix.encode()) for prefix in (_TEXT, _AFTER_TEXTS))
    values = [_words(terms[number].decode().removeprefix(_TEXT)) for number in range(first, last)]
    words = sorted({word for value in values for word in value})
    places = {word: place for place, word in enumerate(words)}
    tokens = np.array([places[word] for value in values for word in value], np.int32)
    counts = np.array([*map(len, values)], np.int64)
    documents = terms.documents_between(first, last)
    own = np.repeat(np.arange(len(values)), np.diff(_posting_ends(terms, first, last), prepend=0))
    named = is_first[documents] & (counts[own] > 0)
    own, documents = own[named], documents[named]
    starts = np.cumsum(counts) - counts
    return Names(words, tokens[runs(starts[own], counts[own])], counts[own], documents)


def _words(value: str) -> list[str]:
    """Return the words of a value, cut as the index cuts them; none of one that is too long for a name."""
    words = value.split()
    return [word[:MAX_TERM_LENGTH] for word in words] if len(words) <= MAX_NAME_WORDS else []


def _posting_ends(terms: FieldTerms, first: int, last: int) -> Column:
    """Return where the postings of each of the terms from one to before another end, from those of the first one on."""
    ends = terms.columns["posting_ends"]
    return ends[first:last].astype(np.int64) - (int(ends[first - 1]) if first else 0)
