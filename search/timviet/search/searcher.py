"""Search an index: text to query, query to plan, plan to ranked paragraphs with snippets."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from types import TracebackType
from typing import Literal, NamedTuple, Self, get_args

from whoosh.query import NullQuery, Query
from whoosh.reading import EmptyReader
from whoosh.searching import Searcher as WhooshSearcher

from timviet.index.columnfile import DamagedFileError
from timviet.index.schema import is_metadata_field
from timviet.index.snapshot import Snapshot
from timviet.index.store import Index
from timviet.search.explain import Explanation, Part, explain_parts
from timviet.search.highlight import Highlighter
from timviet.search.lexicon import Lexicon
from timviet.search.marks import Marks
from timviet.search.match import SegmentMatcher
from timviet.search.nodes import Node
from timviet.search.parser import parse, query_fields, unknown_fields
from timviet.search.plan import make_plan
from timviet.search.results import Hit, Relaxation, Results
from timviet.search.snippet import DEFAULT_LENGTH, Snippet, make_snippet
from timviet.search.top import Best

Match = Literal["all", "any", "auto"]

# When this many paragraphs hold all words, paragraphs that hold only some are not looked for.
ENOUGH = 10

_NO_METADATA = "{}"


class _Found(NamedTuple):
    """What a plan found: the best paragraphs by their numbers in the snapshot, each with its score."""

    plan: Node
    ranked: Sequence[tuple[int, float]]
    total: int
    relaxed: tuple[Relaxation, ...] = ()


class Searcher:
    """Searches one snapshot of an index, that of the last commit before it was made or refreshed.

    Args:
        index: an index opened by `timviet.index.open_index`.

    Example:
        >>> from timviet.index import Document, open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         writer.add(Document(id="1", text="Đảng ủy Công an tỉnh"))
        ...     with Searcher(index) as searcher:
        ...         searcher.search("dang uy")[0].snippet.to_html()
        1
        '<mark>Đảng ủy</mark> Công an tỉnh'
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        # What a search has found so far is kept here, and Whoosh's own readers seek in files that all threads share.
        self._one_at_a_time = Lock()
        self._open()

    def _open(self) -> None:
        reader = self._index.reader()
        whoosh = WhooshSearcher(reader, fromindex=self._index.whoosh)
        self._whoosh = whoosh
        self._see(whoosh)
        self._fields = query_fields(field for field in reader.indexed_field_names() if is_metadata_field(field))

    def search(
        self,
        query: str | Query,
        limit: int = 10,
        offset: int = 0,
        marks: Marks = "auto",
        match: Match = "auto",
        strict: bool = False,
        snippet_length: int = DEFAULT_LENGTH,
    ) -> Results:
        """Find paragraphs, best first.

        Args:
            query: what a person typed, in the query language, or a ready Whoosh query.
            limit: how many paragraphs to return at most.
            offset: how many of the best to leave out before them.
            marks: how typed marks count: "auto" (a text may have more, or none, but not others), "strict" (the same
                marks), "ignore" (letters alone).
            match: whether "all" words are required or "any" of them; "auto" requires all where that finds ten
                paragraphs or more, and otherwise finds those that hold some, too, also of the words of
                phrases.
            strict: whether a fault in the query's syntax is an error.
            snippet_length: how many code points a snippet has at most, ellipses aside.

        Returns:
            The page of results; nothing where the query holds no word.

        Raises:
            QuerySyntaxError: in strict mode, what is wrong and where.
            QueryLimitError: the query is too long or too deeply nested.
            ValueError: limit or snippet_length is below 1, offset below 0, marks or match is none of those above, or
                the searcher is closed.
            TypeError: the query is neither text nor one of Whoosh's.
        """
        if limit < 1 or offset < 0 or snippet_length < 1:
            raise ValueError("limit and snippet_length must be at least 1, offset at least 0")
        _check_options(query, marks, match)
        started = time.perf_counter()
        with self._in_turn():
            found = self._relax(self._parse(query, strict=strict), marks, match, offset + limit)
            highlighter = Highlighter(found.plan, self._whoosh.reader())
            page = found.ranked[offset : offset + limit]
            hits = tuple(
                self._hit(number, score, lambda text: make_snippet(text, highlighter.matches(text), snippet_length))
                for number, score in page
            )
        took_ms = (time.perf_counter() - started) * 1000
        names = unknown_fields(query, self._fields) if isinstance(query, str) else []
        notes = [Relaxation("field", f"there is no field {name!r}: it was searched for as text") for name in names]
        return Results(found.total, took_ms, (*notes, *found.relaxed) or None, hits)

    def explain(
        self,
        query: str | Query,
        document_id: str,
        paragraph: int | None = None,
        marks: Marks = "auto",
        match: Match = "auto",
    ) -> Explanation | None:
        """Tell why a paragraph ranks where it does: each part of its score, term by term and mark level by mark level.

        Args:
            query: as for `search`.
            document_id: the document's id.
            paragraph: the paragraph's number in it, from 0; None for its best one.
            marks: as for `search`.
            match: as for `search`.

        Returns:
            The score and its parts, which add up to it; None where the query does not find the paragraph.

        Raises:
            ValueError: marks or match is none of those of `search`, or the searcher is closed.
            TypeError: the query is neither text nor one of Whoosh's.
        """
        _check_options(query, marks, match)
        with self._in_turn():
            found = self._relax(self._parse(query), marks, match, None)
            own = self._snapshot.having("id", document_id)
            for rank, (number, score) in enumerate(found.ranked, 1):
                fields = self._snapshot.stored(number) if number in own else {}
                if fields and paragraph in (None, fields["paragraph"]):
                    parts = self._explain(found.plan, number)
                    remainder = round(score - sum(part.score for part in parts), 9)
                    return Explanation(document_id, fields["paragraph"], rank, found.total, score, parts, remainder)
            return None

    def refresh(self) -> bool:
        """Go over to the snapshot of the last commit.

        Returns:
            Whether there was a newer one.

        Raises:
            ValueError: the searcher is closed.
        """
        with self._in_turn():
            if self._whoosh.up_to_date():
                return False
            before = self._whoosh
            self._open()
            before.close()
            return True

    def close(self) -> None:
        """Let go of the snapshot."""
        with self._one_at_a_time:
            if not self._whoosh.is_closed:
                self._whoosh.close()
                self._see(WhooshSearcher(EmptyReader(self._whoosh.schema)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        with self._one_at_a_time:
            if self._whoosh.is_closed:
                raise ValueError(f"the searcher of {self._index.location} is closed: make a new one")
            try:
                yield
            except Exception as error:  # what is made of damaged bytes may be any error
                try:
                    self._snapshot.verify()
                except DamagedFileError as damage:
                    raise self._index.read_error(damage) from error
                raise

    def _see(self, whoosh: WhooshSearcher) -> None:
        """Search another snapshot from now on."""
        self._snapshot = Snapshot(whoosh)
        self._matchers = [SegmentMatcher(segment) for segment in self._snapshot.segments]
        self._lexicon = Lexicon(self._snapshot, self._matchers)

    def _parse(self, query: str | Query, strict: bool = False) -> Query:
        return parse(query, self._fields, strict) if isinstance(query, str) else query

    def _relax(self, query: Query, marks: Marks, match: str, limit: int | None) -> _Found:
        """Run a query as strictly as finds enough."""
        found = self._relax_match(query, marks, match, limit)
        if found.total == 0 and marks == "auto" and query is not NullQuery:
            contradicting = self._relax_match(query, marks, match, limit, contradicting=True)
            if contradicting.total:
                message = "nothing has the marks as typed; these paragraphs have others"
                return contradicting._replace(relaxed=(*contradicting.relaxed, Relaxation("marks", message)))
        return found

    def _relax_match(
        self, query: Query, marks: Marks, match: str, limit: int | None, contradicting: bool = False
    ) -> _Found:
        if match == "any":
            return self._run(query, marks, "any", limit, contradicting)
        found = self._run(query, marks, "all", limit, contradicting)
        if match == "all" or found.total >= ENOUGH:
            return found
        wider = self._run(query, marks, "some", limit, contradicting)
        if wider.total == found.total:
            return found
        message = "no paragraph holds all the words; these hold some"
        if found.total:
            message = f"paragraphs that hold all the words: {found.total}; others hold some"
        return wider._replace(relaxed=(Relaxation("match", message),))

    def _run(
        self, query: Query, marks: Marks, match: Literal["all", "any", "some"], limit: int | None, contradicting: bool
    ) -> _Found:
        plan = make_plan(query, self._lexicon, marks, match, contradicting=contradicting)
        best = Best(self._matchers, plan, limit)
        firsts = [segment.first for segment in self._snapshot.segments]
        numbers = [firsts[segment] + number for segment, number in best.places]
        return _Found(plan, list(zip(numbers, best.scores, strict=True)), best.total)

    def _explain(self, plan: Node, number: int) -> tuple[Part, ...]:
        place, segment = next(
            (place, segment)
            for place, segment in reversed(list(enumerate(self._snapshot.segments)))
            if segment.first <= number
        )
        return explain_parts(plan, self._matchers[place], self._lexicon, number - segment.first)

    def _hit(self, number: int, score: float, snippet_maker: Callable[[str], Snippet]) -> Hit:
        fields = self._snapshot.stored(number)
        return Hit(
            document_id=fields["id"],
            paragraph=fields["paragraph"],
            score=score,
            title=fields.get("title"),
            path=fields.get("path"),
            metadata=json.loads(fields["metadata"]) if fields["metadata"] != _NO_METADATA else {},
            start=fields["start"],
            text=fields["text"],
            make_snippet=snippet_maker,
        )


def _check_options(query: object, marks: str, match: str) -> None:
    if not isinstance(query, str | Query):
        raise TypeError(f"cannot search for {query!r}: a query is text, or one of Whoosh's queries")
    for name, value, values in (("marks", marks, get_args(Marks)), ("match", match, get_args(Match))):
        if value not in values:
            raise ValueError(f"{name} is one of {', '.join(map(repr, values))}, not {value!r}")
