"""What of a query can be corrected: the words that it asks for, in runs of neighbours, with their places.

Words that are left out, exact words, values of the metadata and names of fields are none; a run ends at operators,
quotation marks, brackets and fields, as pairs of a query do.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from whoosh.qparser import plugins, syntax

from timviet.index.schema import SCORED_FIELDS
from timviet.search.limits import Limits
from timviet.search.parser import DEFAULT_FIELD, ExactGroup, parse_nodes

_WORD = re.compile(r"\S+")
_SLIPS = re.compile(r"(?:~\d?)?")
_PATTERN = re.compile(r"\*|\w\?+\w|~\d?$")
# A name that is no field's is searched for as text, but it was meant as one.
_NAME = re.compile(r"\w:\S")
_LEFT_OUT = (syntax.NotGroup, ExactGroup, syntax.RangeNode)
_APART = (syntax.AndGroup, syntax.OrGroup)


class Piece(NamedTuple):
    """What stands between spaces in a query.

    Attributes:
        start: where it starts in the query, in code points.
        text: the piece as typed.
    """

    start: int
    text: str

    @property
    def is_pattern(self) -> bool:
        """Whether it is a pattern or a fuzzy word, unless its signs are keys of an input method."""
        return _PATTERN.search(self.text) is not None


def typed_runs(query: str, fields: Mapping[str, str], limits: Limits) -> Iterator[list[Piece]]:
    """Yield what stands side by side in a query and is asked for, run by run.

    Args:
        query: as typed.
        fields: the names that may be typed before a colon, and the index's names for them.
        limits: how long and how deep the query may be.

    Raises:
        QueryLimitError: the query is too long or too deep.

    Example:
        >>> for run in typed_runs('dang uy -xa "cong an" year:2024', {"year": "meta.year"}, Limits()):
        ...     print([piece.text for piece in run])
        ['dang', 'uy']
        ['cong', 'an']
    """
    nodes = parse_nodes(query, fields, limits)
    offset = len(query) - len(query.lstrip())
    pieces: Iterator[Piece | None] = _in_text(query.lstrip(), 0) if nodes is None else _pieces(nodes, query.lstrip())
    for is_run, found in groupby(pieces, lambda piece: piece is not None):
        if is_run:
            yield [Piece(offset + piece.start, piece.text) for piece in found if piece]


def _pieces(node: syntax.SyntaxNode, query: str) -> Iterator[Piece | None]:
    """Yield the pieces in a part of a query, in order, and None where a run ends."""
    if isinstance(node, plugins.PhrasePlugin.PhraseNode):
        yield from _apart(_in_text(node.text, node.textstartchar) if _field(node) in SCORED_FIELDS else ())
    elif isinstance(node, _LEFT_OUT):
        yield None
    elif isinstance(node, syntax.GroupNode):
        for before, child in zip([None, *node], node, strict=False):
            is_beside = isinstance(child, syntax.TextNode) and not isinstance(node, _APART)
            is_beside = is_beside and (before is None or _field(child) == _field(before))
            yield from _pieces(child, query) if is_beside else _apart(_pieces(child, query))
    elif isinstance(node, syntax.TextNode):
        piece = _of_word(node, query)
        is_name = _NAME.search(query, piece.start, node.endchar + 1)
        yield piece if _field(node) in SCORED_FIELDS and not is_name else None


def _apart(pieces: Iterable[Piece | None]) -> Iterator[Piece | None]:
    yield None
    yield from pieces
    yield None


def _in_text(text: str, start: int) -> Iterator[Piece]:
    for match in _WORD.finditer(text):
        yield Piece(start + match.start(), match.group())


def _of_word(node: syntax.TextNode, query: str) -> Piece:
    slips = _SLIPS.match(query, node.endchar)  # of a fuzzy word's node, the tilde is no part
    return Piece(node.startchar, query[node.startchar : slips.end() if slips else node.endchar])


def _field(node: syntax.SyntaxNode) -> str:
    return getattr(node, "fieldname", None) or DEFAULT_FIELD
