"""What of a query can be corrected: the words that it asks for, in runs of neighbours, with their places.

Words that are left out, exact words, values of the metadata and names of fields are none; a run ends at operators,
quotation marks and fields, as pairs of a query do.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from whoosh.qparser import plugins, syntax

from timviet.index.schema import SCORED_FIELDS
from timviet.search.limits import Limits
from timviet.search.parser import parse_nodes
from timviet.search.query_syntax import DEFAULT_FIELD, ExactGroup

_WORD = re.compile(r"\S+")
_SLIPS = re.compile(r"~\d?")
_PATTERN = re.compile(r"\*|\w\?+\w|~\d?$")
# A name that is no field's is searched for as text, but it was meant as one.
_NAME = re.compile(r"\w:\S")
_LEFT_OUT = (syntax.NotGroup, ExactGroup, syntax.RangeNode)
_APART = (syntax.AndGroup, syntax.OrGroup, syntax.Wrapper)


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


_END = ("", Piece(0, ""))


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
    typed = query.lstrip()
    pieces = _in_text(typed, 0, DEFAULT_FIELD) if nodes is None else _pieces(nodes, typed)
    for field, found in groupby(pieces, itemgetter(0)):
        if field in SCORED_FIELDS:
            yield [Piece(len(query) - len(typed) + piece.start, piece.text) for _, piece in found]


def _pieces(node: syntax.SyntaxNode, query: str) -> Iterator[tuple[str, Piece]]:
    """Yield the pieces in a part of a query, in order, each with its field; what ends a run has none."""
    field = getattr(node, "fieldname", None) or DEFAULT_FIELD
    if isinstance(node, plugins.PhrasePlugin.PhraseNode):
        yield from (_END, *_in_text(node.text, node.textstartchar, field), _END)
    elif isinstance(node, _LEFT_OUT):
        yield _END
    elif isinstance(node, syntax.GroupNode):
        ends = (_END,) if isinstance(node, _APART) else ()
        for child in node:
            yield from (*ends, *_pieces(child, query), *ends)
    elif isinstance(node, syntax.TextNode):
        is_name = _NAME.search(query, node.startchar, node.endchar + 1)
        slips = _SLIPS.match(query, node.endchar)  # of a fuzzy word's node, the tilde is no part
        end = slips.end() if slips else node.endchar
        yield _END if is_name else (field, Piece(node.startchar, query[node.startchar : end]))


def _in_text(text: str, start: int, field: str) -> Iterator[tuple[str, Piece]]:
    for match in _WORD.finditer(text):
        yield field, Piece(start + match.start(), match.group())
