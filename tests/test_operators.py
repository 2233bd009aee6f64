"""Queries with operators find, in every way to match, what their logic says, and count it exactly."""

from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.query import And, AndNot, Not, Or, Term

from helpers import add_segment, make_index
from timviet.search import Searcher
from timviet.search.finder import ENOUGH

letters = st.sampled_from("abcd")
small_corpora = st.lists(st.lists(st.lists(letters, max_size=4).map(" ".join), max_size=6), min_size=1, max_size=4)
trees = st.recursive(
    letters,
    lambda below: (
        st.tuples(st.sampled_from(["NOT", "-"]), below)
        | st.tuples(st.sampled_from(["AND", "OR"]), below, below)
        | st.tuples(st.just("side by side"), below, below, below)
    ),
    max_leaves=8,
)


def typed(tree):
    """A tree as a query in full brackets."""
    if isinstance(tree, str):
        return tree
    kind, *clauses = tree
    inside = [f"({typed(clause)})" for clause in clauses]
    if kind in ("NOT", "-"):
        return {"NOT": "NOT ", "-": "-"}[kind] + inside[0]
    return {"AND": " AND ", "OR": " OR ", "side by side": " "}[kind].join(inside)


def ready(tree):
    """A tree as Whoosh's own queries, clauses side by side as all required."""
    if isinstance(tree, str):
        return Term("text", tree)
    kind, *clauses = tree
    if kind in ("NOT", "-"):
        return Not(ready(clauses[0]))
    if kind == "AND" and clauses[1][0] == "NOT":
        return AndNot(ready(clauses[0]), ready(clauses[1][1]))
    return (Or if kind == "OR" else And)([ready(clause) for clause in clauses])


def side_by_side(tree):
    """The clauses side by side in a tree, with those in brackets, unless something is left out there."""
    return [own for clause in tree[1:] for own in (side_by_side(clause) if is_plain(clause) else [clause])]


def is_plain(tree):
    """Whether a tree is clauses side by side of which none is left out."""
    return tree[0] == "side by side" and not any(clause[0] in ("NOT", "-") for clause in tree[1:])


def holds(tree, tokens, match):
    """Whether a tree is true of a paragraph; what is left out is so where all of it holds, whatever the match."""
    if isinstance(tree, str):
        return tree in tokens
    kind, *clauses = tree
    if kind in ("NOT", "-"):
        return not holds(clauses[0], tokens, "all")
    if kind != "side by side":
        return (all if kind == "AND" else any)(holds(clause, tokens, match) for clause in clauses)
    clauses = side_by_side(tree)
    wanted = [holds(clause, tokens, match) for clause in clauses if clause[0] not in ("NOT", "-")]
    left_out = [clause for clause in clauses if clause[0] in ("NOT", "-")]
    enough = all(wanted) or (match == "any" and any(wanted))
    return enough and all(holds(clause, tokens, match) for clause in left_out)


@given(small_corpora, trees, st.sets(st.integers(0, 23)), st.sampled_from(["all", "any", "auto", "ready"]))
@example([["a b", "c"], ["b", "a", "a c"]], ("side by side", "a", "b", ("-", "c")), set(), "any")
@example([["a"]], ("side by side", "a", "a", ("side by side", "a", "a", ("NOT", "a"))), set(), "any")
@example([["a a a a"]], ("side by side", "a", "a", "b"), set(), "all")
@example([["b", "b a", "a"]], ("AND", "a", ("NOT", "b")), set(), "all")
@example([["b", "b a", "a"]], ("AND", "a", ("NOT", "b")), set(), "ready")
@example([["b"], ["a b", "a"]], ("OR", ("NOT", "a"), ("-", "b")), {0}, "all")
@example([["a b", "a", "b", "c"]], ("-", ("side by side", "a", "b", "b")), set(), "auto")
def test_queries_find_what_their_logic_says(segments, tree, removed, match):
    """AND, OR, NOT, brackets and clauses side by side find what their logic says, no more, and count it exactly."""
    texts = [text for segment in segments for text in segment]
    index = make_index(*segments)
    add_segment(index, remove=[str(number) for number in removed])
    left = {str(number): text.split() for number, text in enumerate(texts) if number not in removed}
    expected = {mode: {own for own in left if holds(tree, left[own], mode)} for mode in ("all", "any")}
    enough = match in ("all", "ready") or (match == "auto" and len(expected["all"]) >= ENOUGH)
    with Searcher(index) as searcher:
        if match == "ready":
            results = searcher.search(ready(tree), limit=100)
        else:
            results = searcher.search(typed(tree), limit=100, match=match)
    found = [hit.document_id for hit in results]
    assert sorted(found) == sorted(expected["all" if enough else "any"])
    assert results.total == len(found)
