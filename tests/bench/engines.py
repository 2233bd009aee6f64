"""The engines that are compared, behind one protocol.

Each keeps the texts and the positions of their words, knows a paragraph by its number, and ranks by BM25.
"""

import inspect
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import tantivy
from queries import Query, strip_marks
from whoosh import index as whoosh_index
from whoosh.analysis import LowercaseFilter, RegexTokenizer
from whoosh.fields import STORED, TEXT, Schema
from whoosh.qparser import OrGroup, QueryParser

from timviet.index import Document, Index, open_index
from timviet.search import Searcher

Hits = list[tuple[int, float]]


class Engine(Protocol):
    """One engine; made in one process and put to work in another.

    Attributes:
        name: what the report calls it.
        folds: whether it finds words with marks by words without; if not, it is asked typed queries alone.
        takes_jobs: whether it can build with several threads or processes.
    """

    name: str
    folds: bool
    takes_jobs: bool

    def build(self, folder: Path, texts: Iterable[str], jobs: int) -> None:
        """Build an index of paragraphs in an empty folder, down to the last commit and merge."""

    def open(self, folder: Path) -> None:
        """Open an index for what follows."""

    def write(self, query: Query) -> Any:
        """Return a query as `search` takes it: a string in the engine's syntax, and what else goes with it."""

    def search(self, written: Any) -> Hits:
        """Return the numbers and scores of the best ten; this is what is timed."""

    def matches(self, query: Query, limit: int) -> tuple[int, list[int]]:
        """Return how many paragraphs a query finds without regard to marks, and the numbers of the best."""

    def add(self, number: int, text: str) -> None:
        """Add one paragraph, and commit."""


class Timviet:
    """This project, through its public interface; without snippets."""

    name = "timviet"
    folds = True
    takes_jobs = "jobs" in inspect.signature(Index.writer).parameters

    def build(self, folder: Path, texts: Iterable[str], jobs: int) -> None:
        """Add each paragraph as a document."""
        options = {"jobs": jobs} if self.takes_jobs else {}
        with open_index(folder, create=True) as index, index.writer(**options) as writer:
            for number, text in enumerate(texts):
                writer.add(Document(id=str(number), text=text))

    def open(self, folder: Path) -> None:
        """Open the index and a searcher."""
        self._index = open_index(folder)
        self._searcher = Searcher(self._index)

    def write(self, query: Query) -> tuple[str, str]:
        """Return the query as typed, and how many of its words are required."""
        text = " ".join(query.words)
        if query.kind == "phrase":
            text = f'"{text}"'
        return text + "*" * (query.kind == "prefix"), "any" if query.kind == "any" else "all"

    def search(self, written: tuple[str, str]) -> Hits:
        """Look at no snippet, so that none is cut."""
        text, match = written
        return [(int(hit.document_id), hit.score) for hit in self._searcher.search(text, match=match)]

    def matches(self, query: Query, limit: int) -> tuple[int, list[int]]:
        """Search for letters alone."""
        text, match = self.write(query)
        found = self._searcher.search(text, limit, marks="ignore", match=match)
        return found.total, [int(hit.document_id) for hit in found]

    def add(self, number: int, text: str) -> None:
        """Use a writer of its own."""
        with self._index.writer() as writer:
            writer.add(Document(id=str(number), text=text))


class TimvietSnippets(Timviet):
    """The same, with ten snippets and their highlights."""

    name = "timviet+snippets"

    def search(self, written: tuple[str, str]) -> Hits:
        """Look at the snippet of each hit."""
        text, match = written
        hits = [(hit, hit.snippet.spans) for hit in self._searcher.search(text, match=match)]
        return [(int(hit.document_id), hit.score) for hit, _ in hits]


class StockWhoosh:
    """Whoosh with its own codec, its regular expression for words, and small letters."""

    name = "whoosh"
    folds = False
    takes_jobs = False

    def build(self, folder: Path, texts: Iterable[str], jobs: int) -> None:
        """Add each paragraph by Whoosh's own writer."""
        schema = Schema(number=STORED, text=TEXT(analyzer=RegexTokenizer() | LowercaseFilter(), stored=True))
        with whoosh_index.create_in(str(folder), schema).writer() as writer:
            for number, text in enumerate(texts):
                writer.add_document(number=number, text=text)

    def open(self, folder: Path) -> None:
        """Open the index, a searcher, and a parser for each way to join words."""
        self._index = whoosh_index.open_dir(str(folder))
        self._searcher = self._index.searcher()
        self._all = QueryParser("text", self._index.schema)
        self._any = QueryParser("text", self._index.schema, group=OrGroup)

    def write(self, query: Query) -> tuple[str, bool]:
        """Return the query for Whoosh's parser, and whether any word will do."""
        text = " ".join(query.words)
        if query.kind == "phrase":
            text = f'"{text}"'
        return text + "*" * (query.kind == "prefix"), query.kind == "any"

    def search(self, written: tuple[str, bool]) -> Hits:
        """Parse and search."""
        text, any_word = written
        parsed = (self._any if any_word else self._all).parse(text)
        return [(hit["number"], hit.score) for hit in self._searcher.search(parsed, limit=10)]

    def matches(self, query: Query, limit: int) -> tuple[int, list[int]]:
        """Search with marks: Whoosh knows no other way."""
        parsed = self._all.parse(self.write(query)[0])
        found = self._searcher.search(parsed, limit=limit)
        return len(found), [hit["number"] for hit in found]

    def add(self, number: int, text: str) -> None:
        """Use a writer of its own."""
        with self._index.writer() as writer:
            writer.add_document(number=number, text=text)


class Fts5:
    """SQLite's full-text search, which drops marks but not the stroke of đ."""

    name = "fts5"
    folds = True
    takes_jobs = False

    _BEST = "SELECT rowid, rank FROM paragraphs WHERE paragraphs MATCH ? ORDER BY rank LIMIT ?"
    _TOTAL = "SELECT count(*) FROM paragraphs WHERE paragraphs MATCH ?"
    _ADD = "INSERT INTO paragraphs (rowid, text) VALUES (?, ?)"

    def build(self, folder: Path, texts: Iterable[str], jobs: int) -> None:
        """Insert all in one transaction, merge, and give back the pages that this leaves free."""
        self.open(folder)
        self._database.execute(
            "CREATE VIRTUAL TABLE paragraphs USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2')"
        )
        self._database.executemany(self._ADD, enumerate(texts))
        self._database.execute("INSERT INTO paragraphs (paragraphs) VALUES ('optimize')")
        self._database.commit()
        self._database.execute("VACUUM")
        self._database.close()

    def open(self, folder: Path) -> None:
        """Connect to the database."""
        self._database = sqlite3.connect(folder / "paragraphs.db")

    def write(self, query: Query) -> str:
        """Return the query with each word, or the whole phrase, in quotation marks."""
        parts = [" ".join(query.words)] if query.kind == "phrase" else query.words
        quoted = ['"' + part.replace('"', '""') + '"' for part in parts]
        return (" OR " if query.kind == "any" else " AND ").join(quoted) + " *" * (query.kind == "prefix")

    def search(self, written: str) -> Hits:
        """Let SQLite sort by its BM25."""
        return [(number, -rank) for number, rank in self._database.execute(self._BEST, (written, 10))]

    def matches(self, query: Query, limit: int) -> tuple[int, list[int]]:
        """Count, and search."""
        written = self.write(query)
        (total,) = self._database.execute(self._TOTAL, (written,)).fetchone()
        return total, [number for number, _ in self._database.execute(self._BEST, (written, limit))]

    def add(self, number: int, text: str) -> None:
        """Insert in a transaction of its own."""
        with self._database:
            self._database.execute(self._ADD, (number, text))


class Tantivy:
    """Tantivy from Python: letters and digits, small, in ASCII; numbers come from a column, not from stored text."""

    name = "tantivy"
    folds = True
    takes_jobs = True
    _fields: Sequence[str] = ("text",)

    def build(self, folder: Path, texts: Iterable[str], jobs: int) -> None:
        """Add each paragraph, commit, and wait for merges."""
        schema = tantivy.SchemaBuilder()
        schema.add_integer_field("number", fast=True)
        for field in self._fields:
            stored = field == "text"
            tokenizer = "folded" if stored else "marked"
            schema.add_text_field(field, stored=stored, tokenizer_name=tokenizer, index_option="position")
        self._index = self._with_tokenizer(tantivy.Index(schema.build(), path=str(folder)))
        writer = self._index.writer(num_threads=jobs)
        for number, text in enumerate(texts):
            writer.add_document(tantivy.Document(number=number, **dict.fromkeys(self._fields, text)))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        """Open the index and a searcher."""
        self._index = self._with_tokenizer(tantivy.Index.open(str(folder)))
        self._searcher = self._index.searcher()

    def write(self, query: Query) -> tuple[str, bool]:
        """Return the query for tantivy's parser, and whether all words are required.

        Its parser has prefixes of phrases alone, so that a prefix becomes a regular expression, which is not folded.
        """
        parts = [" ".join(query.words)] if query.kind == "phrase" else list(query.words)
        prefix = [f"text:/{strip_marks(parts.pop())}.*/"] if query.kind == "prefix" else []
        quoted = ['"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts]
        return " ".join(quoted + prefix), query.kind != "any"

    def search(self, written: tuple[str, bool]) -> Hits:
        """Parse and search, without counting."""
        hits = self._searcher.search(self._parse(*written), 10, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return [(number, score) for number, (score, _) in zip(numbers, hits, strict=True)]

    def matches(self, query: Query, limit: int) -> tuple[int, list[int]]:
        """Search, and count."""
        found = self._searcher.search(self._parse(*self.write(query)), limit)
        return found.count, self._searcher.fast_field_values("number", [address for _, address in found.hits])

    def add(self, number: int, text: str) -> None:
        """Use a writer of its own, with one thread."""
        writer = self._index.writer(num_threads=1)
        writer.add_document(tantivy.Document(number=number, **dict.fromkeys(self._fields, text)))
        writer.commit()

    def _parse(self, text: str, all_words: bool) -> tantivy.Query:
        return self._index.parse_query(text, ["text"], conjunction_by_default=all_words, allow_regexes=True)

    @staticmethod
    def _with_tokenizer(index: tantivy.Index) -> tantivy.Index:
        marked = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
        folded = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
        index.register_tokenizer("marked", marked.build())
        index.register_tokenizer("folded", folded.filter(tantivy.Filter.ascii_fold()).build())
        return index


class TantivyWithMarks(Tantivy):
    """Tantivy with a second field that keeps marks, as whoever needs both has to build it; asked in the first one."""

    name = "tantivy+marks"
    _fields = ("text", "marked")


ENGINES: dict[str, type[Engine]] = {
    engine.name: engine for engine in (Timviet, StockWhoosh, Fts5, Tantivy, TantivyWithMarks)
}
