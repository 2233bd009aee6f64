"""Measure how well questions find the paragraph that answers them: mean reciprocal rank at 10.

    python tests/bench/quality.py ../shared/quality/xquad_vi ../shared/quality/alqac2022

Each set is a folder with corpus.jsonl and queries.jsonl ({"id", "text"} a line) and qrels.tsv (query, document, 1).
Each question is asked as typed, without marks, and with each syllable's marks left out by the toss of a coin (of a
fixed seed); of the engine as it is, and, on the same index, of plain BM25 as in an engine that keeps all marks and in
one that drops them.
"""

import json
import random
import sys
from pathlib import Path

import click

from timviet.index import Document, Index, fold, open_index, tokenize
from timviet.search import Searcher, expand, plan, rank
from timviet.search.marks import Level

SEED = 20
# Each engine by how it takes marks and how much it makes of neighbouring words.
ENGINES = {"timviet": ("auto", rank.PAIR_WEIGHT), "keeps marks": ("strict", 0.0), "drops marks": ("ignore", 0.0)}


def strip_marks(text: str, share: float, chance: random.Random) -> str:
    """Return a text with the marks of a share of its tokens left out."""
    for token in reversed(list(tokenize(text))):
        if chance.random() < share:
            text = text[: token.start] + fold(token.surface) + text[token.end :]
    return text


def read_lines(path: Path) -> list[dict[str, str]]:
    """Return the records of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def build(index: Index, folder: Path, stripped_share: float) -> None:
    """Index a set's corpus, a share of it without any marks."""
    chance = random.Random(SEED)  # noqa: S311
    with index.writer() as writer:
        for record in read_lines(folder / "corpus.jsonl"):
            text = strip_marks(record["text"], 1.0, chance) if chance.random() < stripped_share else record["text"]
            writer.add(Document(id=record["id"], text=text))


def reciprocal_ranks(
    searcher: Searcher, queries: dict[str, str], answers: dict[str, set[str]], marks: str
) -> list[float]:
    """Return for each question 1 / the rank of its first answer among the best ten documents, or 0."""
    ranks = []
    for query_id, text in queries.items():
        found = [hit.document_id for hit in searcher.search(text, limit=10, marks=marks)]
        ranks.append(next((1 / rank for rank, name in enumerate(found, 1) if name in answers[query_id]), 0.0))
    return ranks


def measure(folder: Path, stripped_share: float) -> None:
    """Print a set's table."""
    answers: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query_id, document_id, *_ = line.split("\t")
        answers.setdefault(query_id, set()).add(document_id)
    typed = {record["id"]: record["text"] for record in read_lines(folder / "queries.jsonl") if record["id"] in answers}
    chance = random.Random(SEED)  # noqa: S311
    asked = {
        "typed": typed,
        "without marks": {name: strip_marks(text, 1.0, chance) for name, text in typed.items()},
        "half": {name: strip_marks(text, 0.5, chance) for name, text in typed.items()},
    }
    with open_index(":memory:", create=True) as index:
        build(index, folder, stripped_share)
        print(f"{folder.name}: {len(typed)} questions, {index.paragraph_count} paragraphs (even / odd questions)")
        with Searcher(index) as searcher:
            for engine, (marks, plan.PAIR_WEIGHT) in ENGINES.items():
                columns = []
                for name, queries in asked.items():
                    ranks = reciprocal_ranks(searcher, queries, answers, marks)
                    halves = [sum(ranks[start::2]) / len(ranks[start::2]) for start in (0, 1)]
                    columns.append(f"{name} {sum(ranks) / len(ranks):.3f} ({halves[0]:.3f} / {halves[1]:.3f})")
                print(f"  {engine:<12}{'   '.join(columns)}", flush=True)


@click.command(help=__doc__)
@click.argument("sets", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--stripped-share", default=0.0, help="Share of the paragraphs that are indexed without marks.")
@click.option("--bare-weight", type=float, help="Weight of a bare reading, instead of the engine's own.")
def main(sets: tuple[Path, ...], stripped_share: float, bare_weight: float | None) -> None:
    """Measure each set."""
    if bare_weight is not None:
        expand.LEVEL_WEIGHTS[Level.BARE] = bare_weight
    for folder in sets:
        measure(folder, stripped_share)


if __name__ == "__main__":
    sys.exit(main())
