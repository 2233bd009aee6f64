"""How well does an index answer queries of which it is known what should be found, and how does that compare?

What is judged is documents: a document ranks where its best paragraph does.
"""

import math
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

from timviet.index.analysis import analyze
from timviet.index.errors import EvaluationError, QueryLimitError
from timviet.index.store import Index
from timviet.search.backend import open_collection
from timviet.search.collection import Collection
from timviet.search.evaluation.baselines import BASELINES, PlainSearcher
from timviet.search.evaluation.measures import Estimate, Values, estimates, ir_measures, measure
from timviet.search.evaluation.stripping import SHARES, StripMarks, as_asked
from timviet.search.evaluation.trec import Qrels, Queries, Run
from timviet.search.limits import Limits
from timviet.search.searcher import Searcher

ENGINE = "timviet"
DEPTH = 100
"""So many documents are looked for at most."""
# What measures counts each degree of relevance up to the highest, and breaks down where these are many.
MOST_RELEVANT = 1_000_000


@dataclass(frozen=True, slots=True)
class Quality:
    """How well one engine answers the queries.

    Attributes:
        name: the engine: "timviet", or the name of a baseline.
        estimates: the mean of each measure.
        values: the measures of each query.
    """

    name: str
    estimates: Mapping[str, Estimate]
    values: Values


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well an index answers queries, as it is and by plain BM25.

    Attributes:
        strip_marks: whose marks were left out of the queries.
        queries: the queries as they were asked, by id: those for which any document is judged relevant.
        relevant: for each of them, how relevant documents are, those only that are.
        run: for each of them, the documents that timviet found.
        engines: how well they are answered: by timviet first, then by the baselines.
        unjudged: how many queries were left out because no document is judged relevant to them.
        unasked: how many queries are judged and were not given.
        missing: how many documents are judged relevant and not in the index. They count as not found.
        wordless: how many of the queries have no word, so that they find nothing.
    """

    strip_marks: StripMarks
    queries: Queries
    relevant: Qrels
    run: Run
    engines: tuple[Quality, ...]
    unjudged: int
    unasked: int
    missing: int
    wordless: int

    def to_dict(self) -> dict[str, Any]:
        """Return the same as a dictionary for JSON, field names as here, without what was given and found."""
        return {
            "strip_marks": self.strip_marks,
            "query_count": len(self.queries),
            "unjudged": self.unjudged,
            "unasked": self.unasked,
            "missing": self.missing,
            "wordless": self.wordless,
            "engines": [asdict(engine) for engine in self.engines],
        }


def evaluate(
    index: Index,
    queries: Queries,
    qrels: Qrels,
    strip_marks: StripMarks = "none",
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Evaluation:
    """Ask an index queries and measure what it finds by judgements, beside plain BM25 over the same paragraphs.

    Needs ir_measures: `pip install 'timviet[evaluate]'`.

    Args:
        index: an index opened by `timviet.index.open_index`.
        queries: the queries by id, in the query language.
        qrels: for each query's id, how relevant documents are to it, by their ids. Above 0 means relevant.
        strip_marks: whose marks to leave out of the queries: "all" syllables', those of "half" of them, as a coin of a
            fixed seed falls, or "none".
        progress: is called with how many queries of how many have been asked.

    Returns:
        The measures, with their intervals, and what was left out.

    Raises:
        EvaluationError: no query is judged, or one above 1,000,000; none of the documents is in the index; or a query
            is too long or too deep.
        MissingExtraError: ir_measures is not installed.
        ValueError: strip_marks is none of those above.

    Example:
        >>> from timviet.index import Document, open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         writer.add(Document(id="tin", text="Đảng uỷ Công an tỉnh họp bàn."))
        ...         writer.add(Document(id="thoi-tiet", text="Đà Nẵng chiều nay có mưa."))
        ...     evaluation = evaluate(index, {"1": "mưa ở Đà Nẵng"}, {"1": {"thoi-tiet": 1}}, strip_marks="all")
        ...     for engine in evaluation.engines:
        ...         print(engine.name, engine.estimates["MRR@10"].mean)
        1
        1
        timviet 1.0
        keeps all marks 0.0
        drops all marks 1.0
    """
    if strip_marks not in SHARES:
        raise ValueError(f"strip_marks is one of {', '.join(map(repr, SHARES))}, not {strip_marks!r}")
    ir_measures()  # that it is missing is told before anything is searched
    relevant = relevant_to(queries, qrels)
    asked = as_asked({query: queries[query] for query in relevant}, strip_marks)
    limits = Limits(seconds=math.inf)
    with Searcher(index, limits) as searcher, closing(open_collection(index, limits)) as collection:
        missing = _missing(collection, relevant, index.location)
        baselines = {name: PlainSearcher(collection, form) for name, form in BASELINES.items()}
        runs = _runs({ENGINE: searcher, **baselines}, asked, progress)
    return Evaluation(
        strip_marks=strip_marks,
        queries=asked,
        relevant=relevant,
        run=runs[ENGINE],
        engines=tuple(_quality(name, relevant, run) for name, run in runs.items()),
        unjudged=len(queries) - len(asked),
        unasked=len(qrels.keys() - queries.keys()),
        missing=missing,
        wordless=sum(not analyze(text) for text in asked.values()),
    )


def relevant_to(queries: Queries, qrels: Qrels) -> dict[str, dict[str, int]]:
    """Return the documents that are relevant to each query, in the queries' order, but for queries that have none.

    Raises:
        EvaluationError: no query is judged, or one above 1,000,000.
    """
    judged = {
        query: {document: relevance for document, relevance in qrels.get(query, {}).items() if relevance > 0}
        for query in queries
    }
    highest = max((relevance for documents in judged.values() for relevance in documents.values()), default=0)
    if highest > MOST_RELEVANT:
        raise EvaluationError(f"cannot evaluate: relevance may be {MOST_RELEVANT:,} at most, and one is {highest:,}")
    if not any(judged.values()):
        raise EvaluationError("cannot evaluate: no query has a document that is judged relevant to it, by the same id")
    return {query: documents for query, documents in judged.items() if documents}


def _missing(collection: Collection, relevant: Qrels, location: str) -> int:
    """Return how many of the documents are not in an index, which must not be all."""
    documents = {document for judgements in relevant.values() for document in judgements}
    missing = sum(collection.document(document, slice(0)) is None for document in documents)
    if missing == len(documents):
        raise EvaluationError(
            f"cannot evaluate: the index {location} has none of the documents that are judged relevant"
        )
    return missing


def _runs(
    engines: Mapping[str, Searcher | PlainSearcher], queries: Queries, progress: Callable[[int, int], None]
) -> dict[str, dict[str, list[str]]]:
    """Return what each engine finds for each query."""
    runs: dict[str, dict[str, list[str]]] = {name: {} for name in engines}
    for done, (query, text) in enumerate(queries.items(), 1):
        for name, searcher in engines.items():
            try:
                runs[name][query] = _documents(searcher, text)
            except QueryLimitError as error:
                raise EvaluationError(f"cannot ask query {query!r}: {error}") from error
        progress(done, len(queries))
    return runs


def _documents(searcher: Searcher | PlainSearcher, text: str) -> list[str]:
    """Return the best documents, each once: as many paragraphs are looked for as it takes."""
    limit = DEPTH
    while True:
        paragraphs = [hit.document_id for hit in searcher.search(text, limit)]
        documents = list(dict.fromkeys(paragraphs))
        if len(documents) >= DEPTH or len(paragraphs) < limit:
            return documents[:DEPTH]
        limit *= 4


def _quality(name: str, relevant: Qrels, run: Run) -> Quality:
    values = measure(relevant, run)
    return Quality(name, estimates(values), values)
