"""Fields of texts that are lists of terms, built, written and read; and the same counted by hand.

Texts are given by the numbers of their paragraphs, ascending, as `{0: [b"dang", b"uy"], 4: [b"dang"]}`.
"""

import numpy as np
from hypothesis import strategies as st
from whoosh.filedb.filestore import RamStorage

from timviet.index.columnfile import ColumnFile
from timviet.index.columnwriter import create_column_file
from timviet.index.postings import Postings, Runs, invert, write_field
from timviet.index.terms import FieldTerms

# Several readings of a syllable, some without that which has no marks, and syllables that begin as others do.
KEYED = [
    term.encode()
    for term in ("an", "an\tân", "an\tăn", "dan\tđàn", "dang", "dang\tđang", "dang\tđảng", "dang1", "uy\tủy", "xa\txã")
]

MOST_PARAGRAPHS = 1 << 31

words = st.lists(st.sampled_from(KEYED), max_size=8)
# Beyond what has room in a byte: positions, and how often a term occurs.
long_texts = st.sampled_from([[b"an"] * 300, [b"dang", KEYED[6]] * 150, [*KEYED * 26, KEYED[1]]])
# Gaps between paragraphs that have no room in a byte, or in two.
steps = st.sampled_from([1, 1, 1, 2, 254, 255, 256, 65_534, 65_535, 65_536])


def numbered(pairs):
    """Texts by their numbers, out of pairs of a step from the number before and a text."""
    numbers = np.cumsum([step for step, _ in pairs], dtype=np.int64).tolist()
    return {number - 1: text for number, (_, text) in zip(numbers, pairs, strict=True)}


any_texts = st.lists(st.tuples(steps, words | words | words | long_texts), max_size=6).map(numbered)


def dictionary(texts):
    """The terms of texts, sorted."""
    return sorted({term for text in texts.values() for term in text})


def inverted(texts, terms, with_positions=True):
    """The postings of texts, of whose terms these are a sorted list."""
    numbers = {term: number for number, term in enumerate(terms)}
    every = [(numbers[term], text, place) for text, own in texts.items() for place, term in enumerate(own)]
    occurring, documents, positions = np.array(every, np.uint32).reshape(-1, 3).T
    return invert(occurring, documents, positions if with_positions else None, len(terms))


def file_of(terms, postings, values=None):
    """A file of a field, called 1, and of another one."""
    storage = RamStorage()
    with create_column_file(storage, "cột", {}) as writer:
        write_field(writer, "1", terms, postings, values)
        write_field(writer, "10", [b"z"], inverted({0: [b"z", b"z"]}, [b"z"]), [b"z"])
    return ColumnFile.open(storage, "cột")


def written(terms, postings, values=None):
    """A field's terms, read from a file that has another one, too."""
    return FieldTerms(file_of(terms, postings, values).below("1"), MOST_PARAGRAPHS)


def field_of(texts, with_positions=True):
    """A field of texts."""
    terms = dictionary(texts)
    return written(terms, inverted(texts, terms, with_positions))


def one_text(terms):
    """A field of one text that has each of some sorted terms once."""
    return written(terms, inverted({0: terms}, terms))


def whole(postings):
    """Postings without positions, out of `(lengths, documents, frequencies)`."""
    lengths, documents, frequencies = (np.array(own) for own in postings)
    return Postings(
        np.cumsum(lengths), [Runs(lengths, documents)], [frequencies], are_weights=frequencies.dtype == float
    )


def columns_of(field):
    """A field's columns with their types, by their names."""
    return {name: (column.dtype, column.tolist()) for name, column in field.columns.items()}


def by_hand(texts):
    """Each term's positions in each text: `{term: {text: [positions]}}`."""
    counted = {}
    for number, text in texts.items():
        for position, term in enumerate(text):
            counted.setdefault(term, {}).setdefault(number, []).append(position)
    return counted


def runs_by_hand(texts):
    """The texts and positions in which a term is followed by another: `{term: {follower: [(text, position)]}}`.

    What follows the last term of a text is None.
    """
    counted = {}
    for number, text in texts.items():
        for position, (term, follower) in enumerate(zip(text, [*text[1:], None], strict=False)):
            counted.setdefault(term, {}).setdefault(follower, []).append((number, position))
    return counted
