"""A vocabulary gives the terms of pieces of text, whatever it has come by before."""

from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from timviet.index import open_index, vocabulary
from timviet.index.analysis import indexed_forms
from timviet.index.documents import Document
from timviet.index.vocabulary import Vocabulary

some_pieces = st.lists(
    st.sampled_from(["Đảng", "đảng,", "ủy", "uỷ", "05-CT/TW", "\u3164", "—", "an", "(TP.HCM)"]) | st.text(max_size=4),
    max_size=12,
)


def numbered(known, pieces):
    """The pieces' numbers."""
    return np.array([known.pieces[piece] for piece in pieces], np.uint32)


def terms_of(known, numbers):
    """Terms by their numbers, one by one."""
    return [known.dictionary(np.array([number]))[0][0].decode() for number in numbers.tolist()]


@given(some_pieces, some_pieces)
def test_terms(before, pieces):
    """Pieces have the terms of their tokens, in order, also after others."""
    known = Vocabulary()
    known.tokens(numbered(known, before))
    tokens, lengths = known.tokens(numbered(known, pieces))
    forms = [indexed_forms(piece) for piece in pieces]
    assert lengths.tolist() == [len(own) for own in forms]
    assert terms_of(known, tokens) == [form.keyed for own in forms for form in own]
    assert known.are_marked()[tokens].tolist() == [form.canonical != form.folded for own in forms for form in own]


@given(some_pieces)
def test_dictionary(pieces):
    """The terms that are used come sorted, each once, and every token's term is found at its place."""
    known = Vocabulary()
    tokens, _ = known.tokens(numbered(known, pieces))
    terms, places = known.dictionary(np.unique(tokens))
    assert terms == sorted({form.keyed.encode() for piece in pieces for form in indexed_forms(piece)})
    assert [terms[place].decode() for place in places[tokens]] == terms_of(known, tokens)


def test_a_full_vocabulary_is_forgotten():
    """A writer begins anew when too many pieces are known, and indexes the same."""
    with patch.object(vocabulary, "_REMEMBERED", 3), open_index(":memory:", create=True) as index:
        for number in range(6):
            with index.writer() as writer:
                writer.add(Document(id=str(number), text=f"Đảng ủy xã {number}"))
        with index.reader() as reader:
            assert [reader.doc_frequency("text.folded", term) for term in ("dang", "xa", "5")] == [6, 6, 1]
