"""How good is what was found, by judgements, and how sure is that?

The measures are those of ir_measures, https://ir-measur.es. Means come with the interval in which they lie with a
confidence of 95 %, by the percentile bootstrap: the queries are drawn again and again, as many as there are, with
repetition, and 95 of 100 means that come out lie in the interval. It is from B. Efron and R. Tibshirani, "An
Introduction to the Bootstrap" (1993), chapter 13; how well it serves for such measures was looked at by I. Soboroff,
"Computing Confidence Intervals for Common IR Measures" (2014).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from timviet.index.errors import MissingExtraError
from timviet.search.evaluation.trec import Qrels, Run

MEASURES = {"MRR@10": "RR@10", "nDCG@10": "nDCG@10", "recall@1": "R@1", "recall@10": "R@10", "recall@100": "R@100"}
"""The measures, each with its name in ir_measures."""
RESAMPLES = 2_000
_ENDS = (2.5, 97.5)
_SEED = 20

Values = Mapping[str, Mapping[str, float]]
"""The measures of each query."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries, and where it lies with a confidence of 95 %.

    Attributes:
        mean: the mean.
        low: the lower end of the interval.
        high: its upper end.
    """

    mean: float
    low: float
    high: float


def ir_measures() -> ModuleType:
    """Return the package that measures.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise MissingExtraError("evaluate", "ir_measures", "evaluate") from error
    return ir_measures


def measure(relevant: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Return the measures of each query that has judgements.

    Args:
        relevant: how relevant documents are to each query, those only that are.
        run: the documents that were found for each query, best first.

    Raises:
        MissingExtraError: ir_measures is not installed.

    Example:
        >>> measure({"1": {"a": 1}}, {"1": ["b", "a"]})["1"]["MRR@10"]
        0.5
    """
    package = ir_measures()
    measures = {package.parse_measure(name): shown for shown, name in MEASURES.items()}
    # What measures takes ids for texts of C, which end at a null character, and a lone surrogate kills it.
    numbers: dict[str, str] = defaultdict(map(str, count()).__next__)
    judged = {
        numbers[query]: {numbers[document]: own for document, own in relevant[query].items()} for query in relevant
    }
    # Equal scores would be put in an order of its own.
    found = {
        numbers[query]: {numbers[document]: -float(rank) for rank, document in enumerate(run.get(query, ()))}
        for query in relevant
    }
    values: dict[str, dict[str, float]] = {query: dict.fromkeys(MEASURES, 0.0) for query in relevant}
    queries = {numbers[query]: query for query in relevant}
    for metric in package.iter_calc(list(measures), judged, found):
        values[queries[metric.query_id]][measures[metric.measure]] = float(metric.value)
    return values


def estimates(values: Values, before: Values | None = None) -> dict[str, Estimate]:
    """Return the mean of each measure, or by how much it is higher than before, with its interval.

    The same queries are drawn for both, so that what they have in common does not widen the interval.

    Args:
        values: the measures of each query, of which there is at least one.
        before: those of the same queries before.

    Example:
        >>> estimates({"1": {"MRR@10": 0.5}, "2": {"MRR@10": 0.5}})
        {'MRR@10': Estimate(mean=0.5, low=0.5, high=0.5)}
    """
    names = list(next(iter(values.values())))
    table = _table(values, names)
    if before is not None:
        table = table - _table({query: before[query] for query in values}, names)
    chance = np.random.default_rng(_SEED)
    drawn = (chance.integers(len(table), size=len(table)) for _ in range(RESAMPLES))
    means = np.array([table[places].mean(axis=0) for places in drawn])
    columns = zip(names, table.mean(axis=0).tolist(), *np.percentile(means, _ENDS, axis=0).tolist(), strict=True)
    return {name: Estimate(*numbers) for name, *numbers in columns}


def _table(values: Values, names: list[str]) -> NDArray[np.float64]:
    """Return a row for each query, and in it a number for each measure."""
    return np.array([[own[name] for name in names] for own in values.values()], np.float64)
