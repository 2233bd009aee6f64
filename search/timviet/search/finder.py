"""Run queries as strictly as finds enough: text to query, query to plan, plan to ranked paragraphs."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Literal, NamedTuple

from cachetools import LRUCache
from whoosh.query import NullQuery, Query

from timviet.index.errors import QueryLimitError, QueryTimeoutError, quoted
from timviet.index.schema import metadata_field, query_name
from timviet.search.collection import Arrangement, Collection, Ranking
from timviet.search.correct import Correction, correct
from timviet.search.deadline import TimeLimit, check_time, remaining_seconds
from timviet.search.limits import DEFAULT_LIMITS, Limits
from timviet.search.marks import Marks
from timviet.search.nodes import All, Leaf, Node, TermGroup, TermSequence, leaves
from timviet.search.parser import parse, query_fields
from timviet.search.plan import make_plan
from timviet.search.query import Abbreviation, Expansion, Fuzzy, reversed_ranges
from timviet.search.refine.filters import Filters, plan_filters
from timviet.search.refine.sorting import parse_sort
from timviet.search.results import Relaxation, Truncation

Match = Literal["all", "any", "auto"]

# When this many paragraphs hold all words, paragraphs that hold only some are not looked for.
ENOUGH = 10
# Longer queries are not corrected of the engine's own accord: that takes too long to be for nothing.
LONGEST_CORRECTED = 300
# So many corrections are remembered: to make one takes as long as to find the paragraphs again.
_REMEMBERED_CORRECTIONS = 1 << 12

_QUOTATION_MARK = re.compile('["“”„]')


class Options(NamedTuple):
    """How a query is to be answered; see `Searcher.search`."""

    marks: Marks = "auto"
    match: Match = "auto"
    strict: bool = False
    filters: Filters | None = None
    facets: Sequence[str] = ()
    sort: str | None = None
    group_by_document: bool = False
    abbreviations: bool = True
    ask_back: bool = False


class Answer(NamedTuple):
    """What a query found.

    Attributes:
        plan: what was looked for.
        ranking: the first of what was found.
        complete: whether any of it holds all that was asked for, with the marks as typed.
        relaxed: what had to be loosened.
        truncated: what stands for more terms than it was searched by.
        correction: what the query was meant to say, where that is likely, and was not searched for.
    """

    plan: Node
    ranking: Ranking
    complete: bool
    relaxed: tuple[Relaxation, ...] = ()
    truncated: tuple[Truncation, ...] = ()
    correction: Correction | None = None

    @property
    def total(self) -> int:
        """How many paragraphs were found; grouped by document, how many documents."""
        return self.ranking.total


class Finder:
    """Finds what a query asks for.

    Args:
        collection: what to find it in.
        limits: what queries may ask for at most.

    Attributes:
        collection: the same.
        fields: the names that may be typed before a colon, and the index's names for them.
    """

    def __init__(self, collection: Collection, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self.collection = collection
        self._corrections: LRUCache[str, Correction | None] = LRUCache(_REMEMBERED_CORRECTIONS)
        self.fields = query_fields(map(metadata_field, collection.keys.names))

    def find(self, query: str | Query, limit: int, options: Options) -> Answer:
        """Return what a query finds; where nothing has all of its words, what it was meant to say may find more.

        Args:
            query: what a person typed, or a ready query.
            limit: how many to return at most.
            options: how to answer it.
        """
        run = _Run(self.collection, limit, options)
        asked = parse(query, self.fields, options.strict, self._limits) if isinstance(query, str) else query
        answer = run.relax(asked)
        is_doubtful = not answer.total or (options.marks == "auto" and not answer.complete)
        if isinstance(query, str) and (is_doubtful or options.ask_back) and len(query) <= LONGEST_CORRECTED:
            with suppress(QueryTimeoutError), TimeLimit(remaining_seconds() / 2):  # what was found is not lost over it
                answer = self._corrected(query, run, answer, options)
        return _finished(answer, asked)

    def correct(self, query: str) -> Correction | None:
        """Return what a query was meant to say; see `timviet.search.correct`."""
        return self.collection.informed(lambda lexicon: correct(query, lexicon, self.fields, self._limits))

    def _corrected(self, query: str, run: "_Run", answer: Answer, options: Options) -> Answer:
        """Return what a query was meant to find, where only that is found, or as typed it finds only parts of it."""
        if query not in self._corrections:
            self._corrections[query] = self.correct(query)
        correction = self._corrections[query]
        if correction is None or (answer.total and not correction.has_slips):
            return answer
        if options.marks == options.match == "auto" and not options.strict and not _QUOTATION_MARK.search(query):
            may_replace = not (answer.total and answer.complete)
        else:  # who says how words are to be taken has spelled them with care, but may have left an input method on
            may_replace = not answer.total and all(change.kind != "slip" for change in correction.changes)
        meant = self._meant(correction.query, run) if may_replace else None
        if meant is None or not meant.total or (answer.total and not meant.complete):
            return answer._replace(correction=correction) if correction.has_slips or not may_replace else answer
        return meant._replace(relaxed=tuple(_correction_notes(query, correction.query, meant)))

    def _meant(self, query: str, run: "_Run") -> Answer | None:
        """Return what a correction finds; None where it is longer than a query may be."""
        try:
            return run.relax(parse(query, self.fields, limits=self._limits))
        except QueryLimitError:
            return None


class _Run:
    """Answers one query.

    Args:
        collection: what it is answered from.
        limit: how many paragraphs to rank at most.
        options: how to answer it.

    Raises:
        UnknownKeyError: the options name a key of the metadata that there is not.
    """

    def __init__(self, collection: Collection, limit: int, options: Options) -> None:
        self._collection = collection
        self._limit = limit
        self._options = options
        keys = collection.keys
        sort = parse_sort(options.sort, keys)
        filters = options.filters
        self._filters = (
            collection.informed(lambda lexicon: plan_filters(filters, keys, lexicon, options.marks)) if filters else []
        )
        for key in options.facets:
            keys.require(key)
        is_arranged = sort or options.facets or options.group_by_document
        self._arrangement = Arrangement(sort, options.group_by_document, options.facets) if is_arranged else None

    def relax(self, query: Query) -> Answer:
        """Run a query with the marks as typed, and where that finds nothing, with others."""
        answer = self._relax_match(query, contradicting=False)
        if answer.total == 0 and self._options.marks == "auto" and query is not NullQuery:
            contradicting = self._relax_match(query, contradicting=True)
            if contradicting.total:
                message = "nothing has the marks as typed; these paragraphs have others"
                notes = (*contradicting.relaxed, Relaxation("marks", message))
                return contradicting._replace(complete=False, relaxed=notes)
        return answer

    def _relax_match(self, query: Query, contradicting: bool) -> Answer:
        """Run a query for all of its words, and where that finds too little, for some of them."""
        match = self._options.match
        if match == "any":
            return self._run(query, "any", contradicting)
        answer = self._run(query, "all", contradicting)
        if match == "all" or answer.total >= ENOUGH:
            return answer
        wider = self._run(query, "some", contradicting)
        if wider.total == answer.total:
            return answer
        message = "no paragraph holds all the words; these hold some"
        if answer.total:
            message = f"paragraphs that hold all the words: {answer.total}; others hold some"
        return wider._replace(complete=answer.complete, relaxed=(Relaxation("match", message),))

    def _run(self, query: Query, match: Literal["all", "any", "some"], contradicting: bool) -> Answer:
        check_time()
        marks = self._options.marks
        abbreviations = self._options.abbreviations and marks == "auto"
        plan = self._collection.informed(
            lambda lexicon: make_plan(query, lexicon, marks, match, contradicting, abbreviations)
        )
        if self._filters:
            plan = All([plan, *self._filters])
        ranking = self._collection.find(plan, self._limit, self._arrangement)
        return Answer(plan, ranking, ranking.total > 0)


def _finished(answer: Answer, asked: Query) -> Answer:
    """Return an answer with all that was asked for besides the best paragraphs, and what there is to say of it."""
    planned = leaves(answer.plan)
    relaxed = (*_range_notes(asked), *answer.relaxed, *_abbreviation_notes(planned))
    ranking = answer.ranking.arrange() if answer.ranking.arrange else answer.ranking
    return answer._replace(ranking=ranking, relaxed=relaxed, truncated=tuple(_truncations(planned)))


def _correction_notes(typed: str, meant: str, answer: Answer) -> Iterator[Relaxation]:
    """Yield what is to be said of an answer to what a query was meant to say."""
    nothing = (
        f"no paragraph holds all the words of {quoted(typed)}"
        if len(typed.split()) > 1
        else f"nothing holds {quoted(typed)}"
    )
    if answer.complete:
        yield Relaxation("correction", f"{nothing}; this is what {quoted(meant)} finds", meant)
        yield from answer.relaxed
    else:
        yield Relaxation("correction", f"{nothing}, nor of {quoted(meant)}; these hold some of the latter", meant)
        yield from (own for own in answer.relaxed if own.kind != "match")


def _range_notes(query: Query) -> Iterator[Relaxation]:
    """Yield what a query asks for that nothing can be."""
    for own in reversed_ranges(query):
        asked = f"{query_name(own.fieldname)}:{own.text}"
        yield Relaxation("range", f"nothing is in {asked}: write the lowest value first")


def _abbreviation_notes(planned: Sequence[Leaf]) -> Iterator[Relaxation]:
    """Yield what a plan also looks for in place of abbreviations, and of the words that they stand for."""
    asked = (leaf.asked for leaf in planned if leaf.document_frequency)
    notes = {(own.stands_for, own.text) for own in asked if isinstance(own, Abbreviation | Expansion)}
    for typed, found in sorted(notes):
        yield Relaxation("abbreviation", f"{typed!r} was also searched for as {found!r}")


def _truncations(planned: Sequence[Leaf]) -> Iterator[Truncation]:
    """Yield what a plan searches by fewer terms than it stands for; what stands for most terms first."""
    parts = [leaf.groups if isinstance(leaf, TermSequence) else (leaf,) for leaf in planned]
    groups = sorted([group for own in parts for group in own if group.left_out], key=lambda group: group.left_out)
    by_pattern = {_typed(group): group for group in groups}  # of one in text and titles, what leaves out more
    for pattern, group in reversed(by_pattern.items()):
        yield Truncation(pattern, len(group.weights) + group.left_out, len(group.weights))


def _typed(group: TermGroup) -> str:
    """Return a word or a pattern as it was typed."""
    slips = {1: "~", 2: "~2"}[group.asked.maxdist] if isinstance(group.asked, Fuzzy) else ""
    return f"{group.asked.text}{slips}"
