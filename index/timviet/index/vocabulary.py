"""The pieces of text between spaces that a process has come by, each with its tokens: analysed once, and numbered."""

from array import array
from itertools import islice
from typing import Any

import numpy as np

from timviet.index.analysis import Forms, indexed_forms
from timviet.index.columnfile import Column
from timviet.index.postings import runs

# Texts of which more pieces and terms than these differ are no prose: what was remembered is forgotten.
_REMEMBERED = 1 << 20


class Numbering(dict[Any, int]):
    """Numbers things in the order in which they first come."""

    def __missing__(self, thing: object) -> int:
        self[thing] = number = len(self)
        return number


class Vocabulary:
    r"""Pieces of text by their numbers, and the terms of their tokens by theirs.

    There are far fewer different pieces than tokens, so that the rules of analysis act seldom; what is left is to look
    up numbers.

    Attributes:
        pieces: the number of each piece.

    Example:
        >>> vocabulary = Vocabulary()
        >>> pieces = [vocabulary.pieces[piece] for piece in "(Đảng ủy) xã ủy".split()]
        >>> tokens, lengths = vocabulary.tokens(np.array(pieces, np.uint32))
        >>> tokens.tolist(), lengths.tolist()
        ([0, 1, 2, 1], [1, 1, 1, 1])
        >>> vocabulary.dictionary(np.array([0, 2]))[0] == ["dang\tđảng".encode(), b"xa\txa\xcc\x83"]
        True
    """

    def __init__(self) -> None:
        self.pieces = Numbering()
        self._terms = Numbering()
        self._term_list: list[bytes] = []
        self._are_marked = array("B")
        self._lengths = array("I")
        self._tokens = array("I")

    @property
    def is_full(self) -> bool:
        """Whether it is time to begin with a new one."""
        return len(self.pieces) + len(self._term_list) > _REMEMBERED

    def tokens(self, pieces: Column) -> tuple[Column, Column]:
        """Return the numbers of the tokens' terms in pieces, one piece after the other, and how many each piece has."""
        self._analyze()
        lengths = np.array(self._lengths, np.uint32)
        starts = np.cumsum(lengths, dtype=np.uint32) - lengths
        own = lengths[pieces]
        return np.array(self._tokens, np.uint32)[runs(starts[pieces], own)], own

    def dictionary(self, numbers: Column) -> tuple[list[bytes], Column]:
        """Return the terms of some numbers, sorted, and for each number there is its place among them."""
        every = sorted((self._term_list[number], number) for number in numbers.tolist())
        places = np.zeros(len(self._term_list), np.uint32)
        places[[number for _, number in every]] = np.arange(len(every))
        return [term for term, _ in every], places

    def are_marked(self) -> Column:
        """Return for each term's number whether the term has marks."""
        return np.array(self._are_marked, bool)

    def _analyze(self) -> None:
        """Find the tokens of the pieces that are new."""
        for piece in islice(self.pieces, len(self._lengths), None):
            forms = indexed_forms(piece)
            self._lengths.append(len(forms))
            self._tokens.extend(map(self._number, forms))

    def _number(self, form: Forms) -> int:
        term = form.keyed
        number = self._terms[term]
        if number == len(self._term_list):
            self._term_list.append(term.encode())
            self._are_marked.append(form.canonical != form.folded)
        return number
