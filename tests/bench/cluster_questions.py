"""Ask the questions of a set of an index here, and of the same on an OpenSearch cluster in one shard and in three.

    python tests/bench/cluster_questions.py ../shared/quality/xquad_vi ../shared/quality/alqac2022

The nodes are started for it, on this machine.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from queries import strip_marks

from timviet.index import ClusterOptions, Document, open_index
from timviet.search import Results, Searcher

sys.path.append(str(Path(__file__).parents[1]))
from opensearch_cluster import Cluster

SHARDS = (1, 3)
LIMIT = 10


def read_lines(path: Path) -> Iterator[dict[str, str]]:
    """Yield the objects of a file that has one a line."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def read_judgements(path: Path) -> dict[str, set[str]]:
    """Return the relevant documents of each question."""
    judged: dict[str, set[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        question, document, _ = line.split("\t")
        judged.setdefault(question, set()).add(document)
    return judged


def reciprocal_rank(results: Results, relevant: set[str]) -> float:
    """Return 1 / the rank of the first paragraph of a relevant document; 0 where none is among the best."""
    return next((1 / rank for rank, hit in enumerate(results, 1) if hit.document_id in relevant), 0.0)


def compare(
    here: Searcher, there: Searcher, questions: Mapping[str, str], judged: Mapping[str, set[str]]
) -> Sequence[float]:
    """Return both mean reciprocal ranks, how often the order is the same, and the largest difference of scores."""
    ranks, same, worst = [0.0, 0.0], 0, 0.0
    for question, text in questions.items():
        answers = [searcher.search(text, LIMIT) for searcher in (here, there)]
        for place, results in enumerate(answers):
            ranks[place] += reciprocal_rank(results, judged.get(question, set())) / len(questions)
        orders = [[(hit.document_id, hit.paragraph) for hit in results] for results in answers]
        same += orders[0] == orders[1]
        pairs = zip(*answers, strict=False)
        worst = max([worst, *(abs(other.score / one.score - 1) for one, other in pairs)])
    return *ranks, same, worst


@click.command(help=__doc__)
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folders: tuple[Path, ...]) -> None:
    """Fill, ask, print."""
    with Cluster(3) as cluster:
        for folder in folders:
            documents = [Document(own["id"], own["text"]) for own in read_lines(folder / "corpus.jsonl")]
            typed = {own["id"]: own["text"] for own in read_lines(folder / "queries.jsonl")}
            stripped = {question: strip_marks(text) for question, text in typed.items()}
            judged = read_judgements(folder / "qrels.tsv")
            for shards in SHARDS:
                with ExitStack() as stack:
                    location = f"opensearch://{','.join(cluster.hosts)}/{folder.name}-{shards}"
                    searchers = []
                    for place in (":memory:", location):
                        options = ClusterOptions(shards=shards, replicas=0)
                        index = stack.enter_context(open_index(place, create=True, cluster=options))
                        with index.writer() as writer:
                            for document in documents:
                                writer.add(document)
                        searchers.append(stack.enter_context(Searcher(index)))
                    for form, questions in (("typed", typed), ("stripped", stripped)):
                        one, other, same, worst = compare(*searchers, questions, judged)
                        print(
                            f"{folder.name}, {form}, {shards} shards: MRR@10 {one:.4f} here, {other:.4f} there; ",
                            end="",
                        )
                        print(
                            f"same order {same} of {len(questions)}, scores differ by {worst:.2g} at most", flush=True
                        )


if __name__ == "__main__":
    main()
