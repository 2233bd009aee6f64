"""The same paragraphs for every engine: samples of JSONL files, each size a part of the next larger one.

A sample is a file with one JSON string a line. A paragraph's number is that of its line, from 0.
"""

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

SEED = 3


def write_samples(files: Sequence[Path], sizes: Iterable[int | None], folder: Path) -> dict[int, Path]:
    """Write a sample of each size, paragraphs in the order of the files.

    Args:
        files: JSONL files, plain or gzipped; the `text` of each line is a paragraph.
        sizes: how many paragraphs; None for all of them.
        folder: where the samples go.

    Returns:
        The samples by their sizes, smallest first; a size beyond what there is counts as all.
    """
    total = sum(1 for _ in read_texts(files))
    counts = sorted({min(size or total, total) for size in sizes})
    ranks = list(range(total))
    random.Random(SEED).shuffle(ranks)  # noqa: S311
    samples = {count: folder / f"{count}.jsonl" for count in counts}
    for count, path in samples.items():
        with path.open("w", encoding="utf-8") as lines:
            for rank, text in zip(ranks, read_texts(files), strict=True):
                if rank < count:
                    lines.write(json.dumps(text, ensure_ascii=False) + "\n")
    return samples


def read_sample(path: Path) -> Iterator[str]:
    """Yield the paragraphs of a sample."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_texts(files: Sequence[Path]) -> Iterator[str]:
    """Yield the texts that are not blank; line ends in them become spaces, so that each is one paragraph."""
    for path in files:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                text = " ".join(json.loads(line)["text"].splitlines())
                if text.strip():
                    yield text
