"""The strict parser's check: what the lenient parser takes for plain text, or leaves out, is told with its position."""

import re
from collections.abc import Iterable, Mapping

from whoosh.qparser import plugins, syntax

from timviet.index.errors import QuerySyntaxError, quoted
from timviet.search.query import are_reversed

_OPEN = plugins.GroupPlugin.OpenBracket
_CLOSE = plugins.GroupPlugin.CloseBracket
_UNKNOWN_FIELD = re.compile(r"(?P<name>[^\W\d_]\w*):\S")
_NAME_BEFORE_COLON = re.compile(r"(?P<name>[^\W\d_]\w*):(?!//)")

# Where one of these signs is left in plain text, it was meant as an operator and could not be one.
_LEFTOVERS = {
    '"': "a quotation mark without its partner",
    "“": "a quotation mark without its partner",
    "”": "a quotation mark without its partner",
    "*": "an asterisk that does not follow a letter or digit",
    "[": "a range that is not FIELD:[LOW TO HIGH]",
    "]": "a range that is not FIELD:[LOW TO HIGH]",
    "{": "a range that is not FIELD:{LOW TO HIGH}",
    "}": "a range that is not FIELD:{LOW TO HIGH}",
    "~": "a tilde that does not end a word or a phrase, with a number of slips or steps",
    "^": "a boost that is not a number at the end of a clause",
    ":": "a colon that does not follow a field's name",
    "=": "an equals sign that does not stand before a clause",
    "+": "a plus that does not stand before a clause",
}
_LEFTOVER_OPERATORS = {"AND", "OR", "NOT"}
_LEFTOVER_MINUS = re.compile(r"-[\w\"“„(]")


def check_syntax(query: str, nodes: Iterable[syntax.SyntaxNode], fields: Mapping[str, str]) -> None:
    """Raise on the first thing in a query that is not as the query language has it.

    Args:
        query: the query as typed.
        nodes: the parser's flat list of what it found in it.
        fields: the names of fields that there are.

    Raises:
        QuerySyntaxError: what is wrong, and where.
    """
    solid = [node for node in nodes if not node.is_ws()]
    _check_words(query, solid, fields)
    _check_ranges(query, solid)
    _check_brackets(query, solid)
    _check_operands(query, solid)


def names_before_colons(nodes: Iterable[syntax.SyntaxNode]) -> list[str]:
    """Return the names in plain text that stand directly before something, with a colon between.

    Args:
        nodes: the parser's flat list of what it found in a query.
    """
    names = []
    every = list(nodes)
    for node, after in zip(every, [*every[1:], None], strict=True):
        if isinstance(node, syntax.WordNode):
            match = _NAME_BEFORE_COLON.match(node.text)
            if match and (match.end() < len(node.text) or (after is not None and not after.is_ws())):
                names.append(match["name"])
    return names


def _check_words(query: str, nodes: list[syntax.SyntaxNode], fields: Mapping[str, str]) -> None:
    for node, after in zip(nodes, [*nodes[1:], None], strict=False):
        if not isinstance(node, syntax.WordNode):
            continue
        unknown = _UNKNOWN_FIELD.match(node.text)
        if unknown:
            known = ", ".join(sorted(fields))
            reason = f"there is no field {quoted(unknown['name'])} (there are {known})"
            raise QuerySyntaxError(query, node.startchar, reason)
        if node.text in _LEFTOVER_OPERATORS:
            side = "after" if after is None or isinstance(after, _CLOSE) else "before"
            raise QuerySyntaxError(query, node.startchar, f"{node.text} with nothing {side} it")
        if _LEFTOVER_MINUS.match(node.text):
            raise QuerySyntaxError(query, node.startchar, "a minus that does not stand before a clause")
        for offset, sign in enumerate(node.text):
            if sign in _LEFTOVERS:
                raise QuerySyntaxError(query, node.startchar + offset, _LEFTOVERS[sign])


def _check_ranges(query: str, nodes: list[syntax.SyntaxNode]) -> None:
    for node in nodes:
        if isinstance(node, syntax.RangeNode) and are_reversed(node.start, node.end):
            raise QuerySyntaxError(query, node.startchar, "a range whose lowest value is above its highest one")


def _check_brackets(query: str, nodes: list[syntax.SyntaxNode]) -> None:
    open_positions: list[int] = []
    for before, node in zip([None, *nodes], nodes, strict=False):
        if isinstance(node, _OPEN):
            open_positions.append(node.startchar)
        elif isinstance(node, _CLOSE):
            if not open_positions:
                raise QuerySyntaxError(query, node.startchar, "a closing bracket without its partner")
            if isinstance(before, _OPEN):
                raise QuerySyntaxError(query, node.startchar, "brackets with nothing in them")
            open_positions.pop()
    if open_positions:
        raise QuerySyntaxError(query, open_positions[-1], "an opening bracket without its partner")


def _check_operands(query: str, nodes: list[syntax.SyntaxNode]) -> None:
    for before, node, after in zip([None, *nodes], nodes, [*nodes[1:], None], strict=False):
        prefix = isinstance(node, syntax.PrefixOperator | syntax.FieldnameNode)
        infix = isinstance(node, syntax.InfixOperator)
        typed = query[node.startchar : node.endchar]
        if (prefix or infix) and (after is None or isinstance(after, syntax.InfixOperator | _CLOSE)):
            raise QuerySyntaxError(query, node.startchar, f"{typed} with nothing after it")
        if infix and (before is None or isinstance(before, syntax.InfixOperator | syntax.PrefixOperator | _OPEN)):
            raise QuerySyntaxError(query, node.startchar, f"{typed} with nothing before it")
