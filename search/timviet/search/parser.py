"""From what a person types to a tree of what is asked for, on Whoosh's query parser and its plugins.

The lenient parser takes any text: what is no operator where it stands is plain text. The strict parser is the same one
after a check (`timviet.search.syntax`), so both give the same tree for every query that the strict one accepts.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from whoosh.qparser import QueryParser, plugins, syntax
from whoosh.query import FuzzyTerm, NullQuery, Prefix, Query

from timviet.index.analysis import forms
from timviet.index.errors import QueryLimitError, QuerySyntaxError
from timviet.index.schema import TEXT_FIELDS, metadata_key, query_name
from timviet.index.tokens import TOKEN
from timviet.search.limits import DEFAULT_LIMITS, Limits
from timviet.search.query import Fuzzy, Pattern, Phrase, Range, Required, Word, Words, clause_count, has_leaves
from timviet.search.syntax import check_syntax, names_before_colons

DEFAULT_FIELD = "text"

_RANGE = re.compile(
    r"(?<=:)(?P<open>[\[{])(?P<start>[^\]}]{0,99}?)\s*\b[Tt][Oo]\b\s*(?P<end>[^\]}]{0,99}?)\s*(?P<close>[\]}])"
)
_BOOST = r"\^(?P<boost>[0-9]{0,3}(\.[0-9]{1,3})?)($|(?=[ \t\r\n)]))"
# A token with wildcards in it; a question mark at its end belongs to the sentence.
_WILDCARDS = r"(?:\*|\?(?=[?*]*[^\W_]|\?*\*))+"
_PIECE = re.compile(rf"{TOKEN.pattern}(?:{_WILDCARDS}(?:{TOKEN.pattern})?)*")
# Words with spaces between them; nothing that the syntax knows has letters, digits and spaces alone, but operators.
_PLAIN = re.compile(r"[\w\s]*")
_OPERATORS = {"AND", "OR", "NOT"}
_AT_START = r"(?<![^\s(+\-=])"
_BEFORE_CLAUSE = r'(?=[\w"“„(])'
_BEFORE_CLAUSE_OR_EXACT = r'(?=[\w"“„(=])'


def parse(text: str, fields: Mapping[str, str], strict: bool = False, limits: Limits = DEFAULT_LIMITS) -> Query:
    """Parse a query.

    Args:
        text: the query as typed.
        fields: the names that may be typed before a colon, and the index's names for them.
        strict: whether to refuse what the lenient parser takes for plain text.
        limits: how long, how deep, and of how many clauses the query may be.

    Returns:
        A tree of the leaves and groups of `timviet.search.query` and Whoosh's `And`, `Or` and `Not`;
        `NullQuery` where there is nothing to search for.

    Raises:
        QuerySyntaxError: in a strict parse, what is wrong and where.
        QueryLimitError: the query is too long or too deep, or has too many clauses.

    Example:
        >>> [word.text for word in parse("Đảng ủy", {})]
        ['Đảng', 'ủy']
    """
    check_length(text, limits)
    _check_depth(text, limits)
    if _is_plain(text):
        query = _parse_plain(text)
    else:
        parser = _parser(fields)
        if strict:
            check_syntax(text, parser.tag(text), fields)
        query = parser.parse(text.strip(), normalize=False)
    if len(text) > limits.clauses:  # a clause has a letter at least
        _check_clauses(query, limits)
    if has_leaves(query):
        return query
    if strict:
        raise QuerySyntaxError(text, 0, "nothing to search for")
    return NullQuery


def parse_nodes(text: str, fields: Mapping[str, str], limits: Limits = DEFAULT_LIMITS) -> syntax.GroupNode | None:
    """Return the tree of what stands where in a query, its places counted without the space before it.

    Args:
        text: the query as typed.
        fields: the names that may be typed before a colon, and the index's names for them.
        limits: how long and how deep the query may be.

    Returns:
        Whoosh's nodes; None where the query is words with spaces between them, and nothing else.

    Raises:
        QueryLimitError: the query is too long or too deep.
    """
    check_length(text, limits)
    _check_depth(text, limits)
    return None if _is_plain(text) else _parser(fields).process(text.strip())


def unknown_fields(text: str, fields: Mapping[str, str]) -> list[str]:
    """Return the names before colons that look like a field's and are none, in the order in which they come.

    Example:
        >>> unknown_fields("thuế yaer:2024, 10:30, http://a.vn", {"year": "meta.year"})
        ['yaer']
    """
    return names_before_colons(_parser(fields).tag(text)) if ":" in text else []


def query_fields(metadata_fields: Iterable[str]) -> dict[str, str]:
    """Return the names that may be typed before a colon, and the index's names for them.

    Example:
        >>> query_fields(["meta.year"])["year"]
        'meta.year'
    """
    return {query_name(field): field for field in (*metadata_fields, *TEXT_FIELDS)}


def check_length(text: str, limits: Limits) -> None:
    """Raise where a query is too long.

    Raises:
        QueryLimitError: it is.
    """
    _check("the query has {} characters", len(text), limits.characters, "search for a part of it")


def _check_depth(text: str, limits: Limits) -> None:
    deepest = 0
    open_brackets: list[int] = []  # each with how deep it is nested within
    for bracket in re.findall("[()]", text):
        if bracket == "(":
            open_brackets.append(0)
        elif open_brackets:
            depth = open_brackets.pop() + 1
            open_brackets[-1:] = [max(depth, inner) for inner in open_brackets[-1:]]
            deepest = max(deepest, depth)
    _check("the query nests {} brackets", deepest, limits.depth, "take some away")


def _check_clauses(query: Query, limits: Limits) -> None:
    _check("the query has {} words and other clauses", clause_count(query), limits.clauses, "search for a part of it")


def _check(message: str, actual: int, limit: int, advice: str) -> None:
    if actual > limit:
        raise QueryLimitError(f"{message.format(f'{actual:,}')}, the limit is {limit:,}: {advice}", limit, actual)


def _is_plain(text: str) -> bool:
    """Tell whether a query is nothing but words."""
    return _PLAIN.fullmatch(text) is not None and _OPERATORS.isdisjoint(text.split())


def _parse_plain(text: str) -> Query:
    """Parse a query that is nothing but words, as the parser would, many times as fast."""
    leaves = (_make_leaf(DEFAULT_FIELD, word) for word in text.split())
    return Words([leaf for leaf in leaves if leaf is not None])


def _make_leaf(field: str, text: str, boost: float = 1.0, slop: int = 1) -> Word | Pattern | Phrase | None:
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
        query = _make_leaf(fieldname, text, boost)
        if issubclass(termclass, FuzzyTerm) and isinstance(query, Word):
            return Fuzzy(query.fieldname, query.text, boost=boost)
        return query


def _parser(fields: Mapping[str, str]) -> _Parser:
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
        return _make_leaf(self.fieldname or DEFAULT_FIELD, self.text, self.boost, self.slop)


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
            words = [_make_leaf(DEFAULT_FIELD, bound) for bound in (self.start, self.end) if bound]
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
