"""From what a person types to a tree of what is asked for, on Whoosh's query parser and its plugins.

The lenient parser takes any text: what is no operator where it stands is plain text. The strict parser is the same one
after a check (`timviet.search.syntax`), so both give the same tree for every query that the strict one accepts.
"""

import re
from collections.abc import Iterable, Mapping

from whoosh.qparser import syntax
from whoosh.query import NullQuery, Query

from timviet.index.errors import QueryLimitError, QuerySyntaxError
from timviet.index.schema import TEXT_FIELDS, query_name
from timviet.search.limits import DEFAULT_LIMITS, Limits
from timviet.search.query import Words, clause_count, has_leaves
from timviet.search.query_syntax import DEFAULT_FIELD, make_leaf, parser_for
from timviet.search.syntax import check_syntax, names_before_colons

# Words with spaces between them; nothing that the syntax knows has letters, digits and spaces alone, but operators.
_PLAIN = re.compile(r"[\w\s]*")
# Most other queries are of words and phrases, too, and of words that are not typed to their ends.
_PART = re.compile(r'"[\w\s]*"|\w+\*?')
_SIMPLE = re.compile(rf"\s*(?:(?:{_PART.pattern})(?:\s+|$))*")
_OPERATORS = {"AND", "OR", "NOT"}


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
    if not strict and _is_made_of(_SIMPLE, text):
        query = _parse_simple(text)
    else:
        _check_depth(text, limits)
        parser = parser_for(fields)
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
    if _is_made_of(_PLAIN, text):
        return None
    _check_depth(text, limits)
    return parser_for(fields).process(text.strip())


def unknown_fields(text: str, fields: Mapping[str, str]) -> list[str]:
    """Return the names before colons that look like a field's and are none, in the order in which they come.

    Example:
        >>> unknown_fields("thuế yaer:2024, 10:30, http://a.vn", {"year": "meta.year"})
        ['yaer']
    """
    return names_before_colons(parser_for(fields).tag(text)) if ":" in text else []


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


def _is_made_of(parts: re.Pattern[str], text: str) -> bool:
    """Tell whether a query is nothing but some parts, none of which is an operator."""
    return parts.fullmatch(text) is not None and _OPERATORS.isdisjoint(text.split())


def _parse_simple(text: str) -> Query:
    """Parse a query of words, their beginnings and phrases, as the parser would, many times as fast."""
    leaves = (make_leaf(DEFAULT_FIELD, part) for part in _PART.findall(text))
    return Words([leaf for leaf in leaves if leaf is not None])
