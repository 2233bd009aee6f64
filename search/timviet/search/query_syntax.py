"""The query language on Whoosh's parser: its nodes, its plugins, and the leaves that words and phrases make."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from whoosh.qparser import QueryParser, plugins, syntax
from whoosh.query import FuzzyTerm, Prefix, Query

from timviet.index.analysis import forms
from timviet.index.schema import metadata_key
from timviet.index.tokens import TOKEN
from timviet.search.query import Fuzzy, Pattern, Phrase, Range, Required, Word, Words

DEFAULT_FIELD = "text"

_RANGE = re.compile(
    r"(?<=:)(?P<open>[\[{])(?P<start>[^\]}]{0,99}?)\s*\b[Tt][Oo]\b\s*(?P<end>[^\]}]{0,99}?)\s*(?P<close>[\]}])"
)
_BOOST = r"\^(?P<boost>[0-9]{0,3}(\.[0-9]{1,3})?)($|(?=[ \t\r\n)]))"
# A token with wildcards in it; a question mark at its end belongs to the sentence.
_WILDCARDS = r"(?:\*|\?(?=[?*]*[^\W_]|\?*\*))+"
_PIECE = re.compile(rf"{TOKEN.pattern}(?:{_WILDCARDS}(?:{TOKEN.pattern})?)*")
_AT_START = r"(?<![^\s(+\-=])"
_BEFORE_CLAUSE = r'(?=[\w"“„(])'
_BEFORE_CLAUSE_OR_EXACT = r'(?=[\w"“„(=])'


def make_leaf(field: str, text: str, boost: float = 1.0, slop: int = 1) -> Word | Pattern | Phrase | None:
    """Return the phrase of a text's tokens, the leaf of its only token, or None of none."""
    pieces = [piece for piece in _PIECE.findall(text) if forms(piece).canonical]
    parts = [(Pattern if {"*", "?"} & set(piece) else Word)(field, piece) for piece in pieces]
    if len(parts) == 1:
        parts[0].boost = boost
        return parts[0]
    return Phrase(field, parts, slop, boost) if parts else None


class _Parser(QueryParser):
    """Whoosh's parser, with our leaves."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(DEFAULT_FIELD, schema=None, plugins=_plugins(fields), group=_WordsGroup)
        # Whoosh makes and sorts them anew for each query, which takes a good part of the time that parsing takes.
        self._by_priority = {of: super(_Parser, self)._priorized(of) for of in ("taggers", "filters")}

    def _priorized(self, methodname: str) -> list[Any]:
        return self._by_priority[methodname]

    def term_query(
        self,
        fieldname: str,
        text: str,
        termclass: type[Query],
        boost: float = 1.0,
        tokenize: bool = True,
        removestops: bool = True,
    ) -> Query | None:
        """Return the leaf that a word asks for; of several tokens, as in `05-CT/TW`, the phrase of them."""
        if issubclass(termclass, Prefix):
            text += "*"
        query = make_leaf(fieldname, text, boost)
        if issubclass(termclass, FuzzyTerm) and isinstance(query, Word):
            return Fuzzy(query.fieldname, query.text, boost=boost)
        return query


def parser_for(fields: Mapping[str, str]) -> QueryParser:
    """Return the parser of queries.

    Args:
        fields: the names that may be typed before a colon, and the index's names for them.
    """
    return _parser_of(tuple(fields.items()))


@lru_cache(maxsize=8)
def _parser_of(fields: tuple[tuple[str, str], ...]) -> _Parser:
    """Return the parser for some fields; to make its plugins takes longer than to parse."""
    return _Parser(dict(fields))


class _WordsGroup(syntax.GroupNode):
    """Clauses side by side; a boost of all of them is one of each."""

    qclass = Words

    def query(self, parser: _Parser) -> Query:
        queries = [query for query in (node.query(parser) for node in self.nodes) if query is not None]
        for leaf in _leaves(Words(queries)):
            leaf.boost *= self.boost
        return Words(queries)


class _RequiredGroup(syntax.Wrapper):
    """The clause after `+`."""

    qclass = Required


class ExactGroup(syntax.Wrapper):
    """The clause after `=`."""

    def query(self, parser: _Parser) -> Query | None:
        """Return what it asks for, with the marks as typed."""
        query: Query | None = self.nodes[0].query(parser) if self.nodes else None
        for leaf in _leaves(query) if query is not None else []:
            for part in leaf.parts if isinstance(leaf, Phrase) else [leaf]:
                part.marks = "strict"
        return query


def _leaves(query: Query) -> list[Word | Pattern | Fuzzy | Phrase]:
    if isinstance(query, Word | Pattern | Fuzzy | Phrase):
        return [query]
    return [leaf for child in query.children() for leaf in _leaves(child)]


class _FieldTagger(plugins.FieldsPlugin.FieldnameTagger):
    """Takes a name before a colon for a field only where there is a field of that name."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(_AT_START + rf"(?P<text>{TOKEN.pattern}(?:_{TOKEN.pattern})*):(?=\S)")
        self._fields = fields

    def create(self, parser: QueryParser, match: re.Match[str]) -> syntax.FieldnameNode | None:
        field = self._fields.get(metadata_key(match["text"]))
        return syntax.FieldnameNode(field, match.group()) if field else None


class _FieldsPlugin(plugins.FieldsPlugin):
    """Whoosh's field syntax, with the names that people know."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(remove_unknown=False)
        self._tagger = _FieldTagger(fields)

    def taggers(self, parser: QueryParser) -> list[tuple[Any, int]]:
        return [(self._tagger, 0)]


class _PhraseNode(plugins.PhrasePlugin.PhraseNode):
    """Whoosh's phrase syntax, with our leaves."""

    def is_text(self) -> bool:
        """Say no: a wildcard before or after quotation marks is no part of what stands in them."""
        return False

    def query(self, parser: _Parser) -> Query | None:
        return make_leaf(self.fieldname or DEFAULT_FIELD, self.text, self.boost, self.slop)


class _PhraseTagger(plugins.PhrasePlugin.PhraseTagger):
    """Phrases stand in straight or typographic quotation marks."""

    def create(self, parser: QueryParser, match: re.Match[str]) -> _PhraseNode:
        return _PhraseNode(match["text"], match.start("text"), int(match["slop"] or 1))


class _PhrasePlugin(plugins.PhrasePlugin):
    def taggers(self, parser: QueryParser) -> list[tuple[Any, int]]:
        return [(_PhraseTagger(r'["“„](?P<text>[^"“”„]*)["“”](?:~(?P<slop>[1-9][0-9]?)(?![0-9]))?'), 0)]


class _RangeNode(syntax.RangeNode):
    def query(self, parser: _Parser) -> Query:
        if self.fieldname is None:  # there is no such field: the bounds are words
            words = [make_leaf(DEFAULT_FIELD, bound) for bound in (self.start, self.end) if bound]
            return Words([word for word in words if word is not None])
        return Range(self.fieldname, self.start, self.end, self.startexcl, self.endexcl)


class _RangeTagger(plugins.RangePlugin.RangeTagger):
    def create(self, parser: QueryParser, match: re.Match[str]) -> _RangeNode:
        node = super().create(parser, match)
        return _RangeNode(node.start or None, node.end or None, node.startexcl, node.endexcl)


class _RangePlugin(plugins.RangePlugin):
    """Whoosh's range syntax, after a field's name only."""

    def taggers(self, parser: QueryParser) -> list[tuple[Any, int]]:
        return [(_RangeTagger(_RANGE, self.excl_start, self.excl_end), 1)]


class _WildcardPlugin(plugins.WildcardPlugin):
    """A wildcard stands within a word or at its end; a question's question mark is none."""

    expr = rf'(?P<text>(?<=[^\s()"“”:*]){_WILDCARDS})'

    def do_wildcards(self, parser: QueryParser, group: syntax.GroupNode) -> syntax.GroupNode:
        """Join wildcards with the text right before and after them; Whoosh's way joins across what was dropped, too."""
        joined = group.empty_copy()
        for node in group:
            before = joined[-1] if len(joined) else None
            if isinstance(node, syntax.GroupNode):
                joined.append(self.do_wildcards(parser, node))
            elif before and self._are_one(before, node):
                pattern = self.nodetype(before.text + node.text)
                joined[-1] = pattern.set_range(before.startchar, node.endchar)
            else:
                joined.append(node)
        return joined

    def _are_one(self, before: Any, node: Any) -> bool:  # noqa: ANN401
        has_wildcard = isinstance(before, self.nodetype) or isinstance(node, self.nodetype)
        return has_wildcard and before.is_text() and node.is_text() and before.endchar == node.startchar


class _FuzzyNode(plugins.FuzzyTermPlugin.FuzzyTermNode):
    def query(self, parser: _Parser) -> Query | None:
        query = parser.term_query(self.fieldname or DEFAULT_FIELD, self.text, FuzzyTerm, self.boost)
        if isinstance(query, Fuzzy):
            query.maxdist = self.maxdist
        return query


class _FuzzyPlugin(plugins.FuzzyTermPlugin):
    """A tilde at a word's end, with the number of slips, one or two."""

    expr = re.compile(r'(?<=[^\s"“”])~(?P<maxdist>[12])?(?P<prefix>)(?=[\s)^]|$)')
    FuzzyTermNode = _FuzzyNode


def _plugins(fields: Mapping[str, str]) -> list[Any]:
    tagger = plugins.OperatorsPlugin.OpTagger
    prefixes = [
        (tagger(rf"{_AT_START}{sign}{before}", group, syntax.PrefixOperator), 0)
        for sign, before, group in (
            ("=", _BEFORE_CLAUSE, ExactGroup),  # first, for it may follow the others
            (r"\+", _BEFORE_CLAUSE_OR_EXACT, _RequiredGroup),
            ("-", _BEFORE_CLAUSE_OR_EXACT, syntax.NotGroup),
        )
    ]
    return [
        _FieldsPlugin(fields),
        _WildcardPlugin(),
        _PhrasePlugin(),
        _FuzzyPlugin(),
        _RangePlugin(),
        plugins.GroupPlugin(),
        plugins.OperatorsPlugin(prefixes, AndNot=None, AndMaybe=None, Require=None),
        plugins.BoostPlugin(_BOOST),
    ]
