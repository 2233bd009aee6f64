"""Search an index: text to query, query to plan, plan to ranked paragraphs with snippets."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import TIMEOUT_MAX, Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from whoosh.query import Query

from timviet.index.errors import UnknownParagraphError, quoted
from timviet.index.store import Index
from timviet.search.arguments import check_options, require_number, require_paragraph, require_text
from timviet.search.backend import open_collection
from timviet.search.collection import Collection
from timviet.search.correct import Correction
from timviet.search.deadline import TimeLimit, check_time, remaining_seconds
from timviet.search.explain import Explanation
from timviet.search.finder import Answer, Finder, Match, Options
from timviet.search.highlight import Highlighter
from timviet.search.hits import SnippetCutter, make_hits
from timviet.search.limits import DEFAULT_LIMITS, Limits
from timviet.search.marks import Marks
from timviet.search.parser import unknown_fields
from timviet.search.reading_view import ReadDocument, read_document
from timviet.search.refine.filters import Filters
from timviet.search.results import Hit, Relaxation, Results
from timviet.search.similar import words_of
from timviet.search.snippet import DEFAULT_LENGTH

if TYPE_CHECKING:
    from timviet.search.names.lookup import NameHits
    from timviet.search.suggestions.suggest import Suggestion


class Searcher:
    """Searches one snapshot of an index, that of the last commit before it was made or refreshed.

    Args:
        index: an index opened by `timviet.index.open_index`.
        limits: what queries may ask for at most, and how long a call may take.

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

    def __init__(self, index: Index, limits: Limits = DEFAULT_LIMITS) -> None:
        self._index = index
        self._limits = limits
        # What a search has found so far is kept here, and Whoosh's own readers seek in files that all threads share.
        self._one_at_a_time = Lock()
        self._see(open_collection(index, limits))

    def _see(self, collection: Collection) -> None:
        """Search another snapshot from now on."""
        self._collection = collection
        self._finder = Finder(collection, self._limits)

    def search(
        self,
        query: str | Query,
        limit: int = 10,
        offset: int = 0,
        marks: Marks = "auto",
        match: Match = "auto",
        strict: bool = False,
        snippet_length: int = DEFAULT_LENGTH,
        filters: Filters | None = None,
        facets: Sequence[str] = (),
        sort: str | None = None,
        group_by_document: bool = False,
        abbreviations: bool = True,
        ask_back: bool = False,
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
            filters: what to keep, by keys of the metadata: for each a value, or a pair of the lowest and the highest
                value, of which either may be None for no bound, or a list of these, any of which will do.
            facets: keys of the metadata whose values are to be counted over all that is found.
            sort: "title", "path" or a key of the metadata, with a minus before it for the reverse; by default, the
                score.
            group_by_document: whether to return the best paragraph of each document only.
            abbreviations: whether `ANTT` finds `an ninh trật tự`, and the other way round, where the index shows that
                one stands for the other; what was typed comes first. Only with marks="auto".
            ask_back: whether to tell what was likely meant where paragraphs hold all that was typed, too; it takes as
                long as a search.

        Returns:
            The page of results; nothing where the query holds no word.

        Raises:
            QuerySyntaxError: in strict mode, what is wrong and where.
            QueryLimitError: the query is too long or too deeply nested, or has too many clauses.
            QueryTimeoutError: it takes longer than it may.
            UnknownKeyError: there is no such key of the metadata.
            FilterError: a filter could keep nothing, as a range whose lowest value is above its highest one.
            ValueError: limit or snippet_length is below 1, offset below 0, marks or match is none of those above, or
                the searcher is closed.
            TypeError: the query is neither text nor one of Whoosh's, or one of the numbers is none.
        """
        for name, value in (("limit", limit), ("offset", offset), ("snippet_length", snippet_length)):
            require_number(name, value)
        if limit < 1 or offset < 0 or snippet_length < 1:
            raise ValueError("limit and snippet_length must be at least 1, offset at least 0")
        check_options(query, marks, match)
        started = time.perf_counter()
        options = Options(
            marks=marks,
            match=match,
            strict=strict,
            filters=filters,
            facets=(facets,) if isinstance(facets, str) else tuple(facets),
            sort=sort,
            group_by_document=group_by_document,
            abbreviations=abbreviations,
            ask_back=ask_back,
        )
        with self._in_turn(self._limits.seconds):
            answer = self._finder.find(query, offset + limit, options)
            hits = self._hits(answer, slice(offset, offset + limit), snippet_length)
            names = unknown_fields(query, self._finder.fields) if isinstance(query, str) else []
        took_ms = (time.perf_counter() - started) * 1000
        notes = [
            Relaxation("field", f"there is no field {quoted(name)}: it was searched for as text") for name in names
        ]
        relaxed = (*notes, *answer.relaxed) or None
        correction = answer.correction.query if answer.correction else None
        return Results(
            answer.total, took_ms, relaxed, hits, answer.ranking.facets, answer.truncated or None, correction
        )

    def explain(
        self,
        query: str | Query,
        document_id: str,
        paragraph: int | None = None,
        marks: Marks = "auto",
        match: Match = "auto",
        abbreviations: bool = True,
    ) -> Explanation | None:
        """Tell why a paragraph ranks where it does: each part of its score, term by term and mark level by mark level.

        Args:
            query: as for `search`.
            document_id: the document's id.
            paragraph: the paragraph's number in it, from 0; None for its best one.
            marks: as for `search`.
            match: as for `search`.
            abbreviations: as for `search`.

        Returns:
            The score and its parts, which add up to it; None where the query does not find the paragraph.

        Raises:
            QueryLimitError: as for `search`.
            QueryTimeoutError: it takes longer than it may.
            ValueError: marks or match is none of those of `search`, or the searcher is closed.
            TypeError: the query is neither text nor one of Whoosh's, the id no text, or the number none.
        """
        check_options(query, marks, match)
        require_paragraph(document_id, 0 if paragraph is None else paragraph)
        with self._in_turn(self._limits.seconds):
            answer = self._finder.find(query, 1, Options(marks, match, abbreviations=abbreviations))
            own = self._collection.rank(answer.plan, document_id, paragraph)
            if own is None:
                return None
            remainder = round(own.score - sum(part.score for part in own.parts), 9)
            place = (document_id, own.paragraph, own.rank, own.total)
            return Explanation(*place, own.score, own.parts, remainder, answer.relaxed)

    def correct(self, query: str) -> Correction | None:
        """Tell what a query was meant to say, by what the index has; nothing is searched for.

        Marks are restored to words typed without. Words that are not found in this company are repaired where a space,
        another tone, another vowel mark or another letter (a likelier slip in this order) makes words that are. Keys of
        Telex, VNI and VIQR that were left in the text are decoded where that makes words that are.

        Args:
            query: as for `search`. Words that are asked for in texts and titles are corrected; those that are left out,
                exact words, patterns, fuzzy words, names and other fields stay as they are.

        Returns:
            The query as it was meant, with its changes; None where it says what was meant, as far as can be told.

        Raises:
            QueryLimitError: the query is too long or too deeply nested.
            QueryTimeoutError: it takes longer than it may.
            ValueError: the searcher is closed.
            TypeError: the query is no text.

        Example:
            >>> from timviet.index import Document, open_index
            >>> with open_index(":memory:", create=True) as index:
            ...     with index.writer() as writer:
            ...         writer.add(Document(id="1", text="Đảng ủy xã bàn cách phòng, chống ma túy"))
            ...     with Searcher(index) as searcher:
            ...         [searcher.correct(typed).query for typed in ("dang uy", "ddarng uyr", "ma tùy")]
            1
            ['đảng ủy', 'đảng ủy', 'ma túy']
        """
        require_text("query", query)
        with self._in_turn(self._limits.seconds):
            return self._finder.correct(query)

    def similar(self, document_id: str, paragraph: int = 0, limit: int = 10) -> Results:
        """Find paragraphs like a given one: those that have the words which tell most about it.

        Args:
            document_id: the id of its document.
            paragraph: its number in the document, from 0.
            limit: how many to return at most.

        Returns:
            Paragraphs, the most similar first, without the given one. Their total is how many are returned: how many
            have any of the words tells nothing.

        Raises:
            UnknownParagraphError: there is no such paragraph. It is a ValueError.
            QueryTimeoutError: it takes longer than it may.
            ValueError: limit is below 1, or the searcher is closed.
            TypeError: the id is no text, or the number none.
        """
        require_paragraph(document_id, paragraph)
        if limit < 1:
            raise ValueError("limit must be at least 1")
        started = time.perf_counter()
        with self._in_turn(self._limits.seconds):
            own = self._collection.document(document_id, slice(paragraph, paragraph + 1))
            if own is None or not own.fields:
                raise UnknownParagraphError(document_id, paragraph, own.total if own else 0)
            text = own.fields[0]["text"]
            query = self._collection.informed(lambda lexicon: words_of(text, lexicon))
            answer = self._finder.find(query, limit + 1, Options(match="any"))
            found = self._hits(answer, slice(limit + 1), DEFAULT_LENGTH)
            hits = tuple(hit for hit in found if (hit.document_id, hit.paragraph) != (document_id, paragraph))[:limit]
        return Results(len(hits), (time.perf_counter() - started) * 1000, None, hits)

    def document(
        self,
        document_id: str,
        query: str | Query = "",
        offset: int = 0,
        limit: int | None = None,
        marks: Marks = "auto",
        match: Match = "auto",
        abbreviations: bool = True,
    ) -> ReadDocument | None:
        r"""Return a document to be read, with what a query matches in it.

        Args:
            document_id: its id.
            query: as for `search`; without a word nothing is marked.
            offset: how many of its paragraphs to leave out before those returned.
            limit: how many of them to return at most; None for all.
            marks: as for `search`.
            match: as for `search`.
            abbreviations: as for `search`.

        Returns:
            The document, its paragraphs in order; None where there is none of this id.

        Raises:
            QueryLimitError: as for `search`.
            QueryTimeoutError: it takes longer than it may.
            ValueError: offset or limit is below 0, marks or match is none of those of `search`, or the searcher is
                closed.
            TypeError: the id is no text, or the query neither text nor one of Whoosh's.

        Example:
            >>> from timviet.index import Document, open_index
            >>> with open_index(":memory:", create=True) as index:
            ...     with index.writer() as writer:
            ...         writer.add(Document(id="tin", text="Họp báo sáng nay.\nĐảng uỷ Công an tỉnh chủ trì."))
            ...     with Searcher(index) as searcher:
            ...         [paragraph.to_html() for paragraph in searcher.document("tin", "dang uy").paragraphs]
            2
            ['Họp báo sáng nay.', '<mark>Đảng uỷ</mark> Công an tỉnh chủ trì.']
        """
        require_text("document's id", document_id)
        check_options(query, marks, match)
        if offset < 0 or (limit is not None and limit < 0):
            raise ValueError("offset and limit must be at least 0")
        part = slice(offset, None if limit is None else offset + limit)
        with TimeLimit(self._limits.seconds):
            with self._in_turn(self._limits.seconds):
                answer = self._finder.find(query, 1, Options(marks, match, abbreviations=abbreviations))
                highlighter = Highlighter(answer.plan, self._collection.reader)
                stored = self._collection.document(document_id, part)
            return stored and read_document(stored, highlighter.matches)

    def suggest(self, prefix: str, limit: int = 10) -> "list[Suggestion]":
        """Suggest how a phrase may go on while it is typed, by words and phrases that the index has.

        Args:
            prefix: what was typed so far, with or without marks, as `cong a`. Its last word is unfinished, unless a
                space comes after it.
            limit: how many to return at most; there are never more than 1,000.

        Returns:
            Phrases as the documents write them, by frequency, single words counting less, without fragments where there
            is anything else; of equal ones, those in titles, then names. What was typed is none itself. Where nothing
            goes on as it begins, keys of Telex, VNI and VIQR are decoded.

        Raises:
            QueryTimeoutError: it takes longer than it may.
            ValueError: limit is below 1, or the searcher is closed.
            TypeError: the prefix is no text.
        """
        require_text("prefix", prefix)
        with self._in_turn(self._limits.seconds):
            return self._collection.suggest(prefix, limit)

    def lookup(self, name: str, fields: Sequence[str] = ("title",), limit: int = 10) -> "NameHits":
        """Look up documents by a name or title, however it is marked, and however much of it was typed.

        Args:
            name: what was typed, as `nguyen van tho`.
            fields: where to look: "title", "path", or keys of the metadata.
            limit: how many to return at most.

        Returns:
            Documents, best first, and how many there are in all: those whose name is what was typed, then those that
            start with it, then those with words that start with it, then those that contain it, then those one slip
            away; of each, those with the marks that were typed first. Documents with the same name are listed each.
            Where none is, or starts with, what was typed, keys of Telex, VNI and VIQR are decoded.

        Raises:
            UnknownKeyError: there is no such field.
            QueryTimeoutError: it takes longer than it may.
            ValueError: limit is below 1, or the searcher is closed.
            TypeError: the name is no text.
        """
        require_text("name", name)
        with self._in_turn(self._limits.seconds):
            return self._collection.lookup(name, fields, limit)

    def metadata_keys(self, most_values: int | None = None) -> list[str]:
        """Return the keys of the metadata, each as a document writes it.

        Args:
            most_values: only those that have about so many different values at most; None for all.

        Raises:
            ValueError: the searcher is closed.
        """
        with self._in_turn(self._limits.seconds):
            return self._collection.keys.written(most_values)

    def refresh(self) -> bool:
        """Go over to the snapshot of the last commit.

        Returns:
            Whether there was another one.

        Raises:
            IndexNotFoundError: the index is not there any more.
            NotAnIndexError: a file of it is damaged or missing.
            ValueError: the searcher is closed.
        """
        with self._in_turn(math.inf):
            later = self._collection.refreshed()
            if later is not None:
                self._see(later)
            return later is not None

    @property
    def commit_id(self) -> str:
        """What tells the commit that is searched from all others, also of an index that was made anew in its place."""
        return self._collection.commit_id

    def close(self) -> None:
        """Let go of the snapshot."""
        with self._one_at_a_time:
            self._collection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _in_turn(self, seconds: float) -> Iterator[None]:
        """Wait until no other thread searches; from then on, answer within what is left of some seconds."""
        with TimeLimit(seconds):
            while not self._one_at_a_time.acquire(timeout=min(max(remaining_seconds(), 0.0), TIMEOUT_MAX)):
                check_time()
            try:
                self._require_open()
                with self._collection.telling():
                    yield
            finally:
                self._one_at_a_time.release()

    def _require_open(self) -> None:
        if self._collection.is_closed:
            raise ValueError(f"the searcher of {self._index.location} is closed: make a new one")

    def _hits(self, answer: Answer, page: slice, snippet_length: int) -> tuple[Hit, ...]:
        highlighter = Highlighter(answer.plan, self._collection.reader)
        cutter = SnippetCutter(highlighter, snippet_length, self._limits.seconds)
        return make_hits(answer.ranking, page, cutter)
