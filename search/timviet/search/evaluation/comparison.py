"""Which queries are answered better or worse than in an earlier run, and what does that come to?"""

from collections.abc import KeysView, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from timviet.index.errors import EvaluationError
from timviet.search.evaluation.evaluate import Evaluation
from timviet.search.evaluation.measures import Estimate, estimates, measure
from timviet.search.evaluation.trec import Run

_COMPARED_BY = "MRR@10"


@dataclass(frozen=True, slots=True)
class QueryChange:
    """A query that is answered better or worse than before.

    Attributes:
        query_id: its id.
        text: the query as it was asked.
        before: its reciprocal rank at 10 in the earlier run.
        now: the same in this one.
    """

    query_id: str
    text: str
    before: float
    now: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an evaluation differs from an earlier run, query by query.

    Attributes:
        gained: how many queries have a higher reciprocal rank at 10 than before.
        lost: how many have a lower one.
        unchanged: how many have the same.
        unanswered: how many are not in the earlier run, which is taken to have found nothing for them.
        differences: by how much the mean of each measure is higher now.
        changes: the queries that gained or lost, those first that did so most.
    """

    gained: int
    lost: int
    unchanged: int
    unanswered: int
    differences: Mapping[str, Estimate]
    changes: tuple[QueryChange, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the same as a dictionary for JSON, field names as here."""
        return asdict(self)


def compare(evaluation: Evaluation, earlier: Run) -> Comparison:
    """Tell how an evaluation differs from an earlier run: which queries gained, which lost, and what it comes to.

    Args:
        evaluation: the evaluation.
        earlier: the documents that the earlier run found for the same queries, best first; files of such are read by
            `timviet.search.evaluation.trec.read_run`.

    Raises:
        EvaluationError: none of the queries is in the earlier run.

    Example:
        >>> from timviet.index import Document, open_index
        >>> from timviet.search import evaluate
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         writer.add(Document(id="tin", text="Đảng uỷ Công an tỉnh họp bàn."))
        ...     evaluation = evaluate(index, {"1": "họp bàn"}, {"1": {"tin": 1}})
        1
        >>> compare(evaluation, {"1": ["thoi-tiet", "tin"]}).differences["MRR@10"]
        Estimate(mean=0.5, low=0.5, high=0.5)
    """
    require_common(evaluation.queries.keys(), earlier)
    now, before = evaluation.engines[0].values, measure(evaluation.relevant, earlier)
    every = [
        QueryChange(query, text, before[query][_COMPARED_BY], now[query][_COMPARED_BY])
        for query, text in evaluation.queries.items()
    ]
    changes = [change for change in every if change.now != change.before]
    gained = sum(change.now > change.before for change in changes)
    return Comparison(
        gained=gained,
        lost=len(changes) - gained,
        unchanged=len(every) - len(changes),
        unanswered=len(evaluation.queries.keys() - earlier.keys()),
        differences=estimates(now, before),
        changes=tuple(sorted(changes, key=lambda change: -abs(change.now - change.before))),
    )


def require_common(queries: KeysView[str], earlier: Run) -> None:
    """Refuse a run that is of other queries.

    Args:
        queries: the ids of the queries.
        earlier: the run.

    Raises:
        EvaluationError: none of the queries is in it.
    """
    if queries.isdisjoint(earlier):
        raise EvaluationError("cannot compare: the earlier run has none of the queries, by the same id")
