"""Measure corrections: marks restored on paragraphs that were left out of the index, and how long six words take.

    python tests/bench/corrections.py ../shared/corpus/viwiki.jsonl.gz ../shared/corpus/phapdien.jsonl.gz

One paragraph in 200 of each file is left out of an index of all files. Of those, some are stripped of their marks and
corrected; a syllable counts as right where its canonical form is that of the text as written. Then runs of six
syllables are corrected: as written and with one common misspelling, to see what is repaired and what is changed for
nothing; and without marks, with one letter left out, and as keys of Telex, to see how long that takes.
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

import click
from corpus import read_texts
from figures import percentile

from timviet.index import Document, open_index
from timviet.index.analysis import Forms, indexed_forms
from timviet.search import Searcher
from timviet.search.evaluation.stripping import strip_marks

SEED = 5
HELD_OUT = 200
WORDS = 6
_TELEX = {
    "\u0300": "f",
    "\u0301": "s",
    "\u0309": "r",
    "\u0303": "x",
    "\u0323": "j",
    "\u0302": "^",
    "\u0306": "w",
    "\u031b": "w",
}
# Common misspellings: what is written for what, where.
_MISSPELLINGS = [
    (re.compile(pattern), written)
    for pattern, written in [
        ("^s", "x"),
        ("^x", "s"),
        ("^tr", "ch"),
        ("^ch", "tr"),
        ("^d", "gi"),
        ("^gi(?=.[^i])", "d"),
        ("^d", "r"),
        ("^r", "d"),
        ("^l", "n"),
        ("^n(?![gh])", "l"),
        ("^ngh", "ng"),
        ("^ng(?!h)", "ngh"),
        ("^gh", "g"),
        ("n$", "ng"),
        ("ng$", "n"),
        ("c$", "t"),
        ("t$", "c"),
        ("\u0309", "\u0303"),
        ("\u0303", "\u0309"),
    ]
]


def build(files: Sequence[Path], folder: str) -> dict[Path, list[str]]:
    """Index the files, and return the paragraphs of each that were left out."""
    held: dict[Path, list[str]] = {}
    with open_index(folder, create=True) as index, index.writer(jobs=2) as writer:
        for path in files:
            for number, text in enumerate(read_texts([path])):
                if number % HELD_OUT == 0:
                    held.setdefault(path, []).append(text)
                else:
                    writer.add(Document(id=f"{path.name}:{number}", text=text))
    return held


def accuracy(searcher: Searcher, texts: Sequence[str]) -> tuple[float, int]:
    """Return the share of syllables whose marks were restored, and how many there were."""
    right = total = 0
    for text in texts:
        bare = strip_marks(text, 1.0, random.Random(SEED))  # noqa: S311
        correction = searcher.correct(bare)
        written, restored = indexed_forms(text), indexed_forms(correction.query if correction else bare)
        right += _same(written, restored)
        total += len(written)
    return right / total, total


def _same(written: Sequence[Forms], restored: Sequence[Forms]) -> int:
    """Return how many syllables are the same, side by side or, where some were written as one, in the same order."""
    if len(written) == len(restored):
        return sum(one == other for one, other in zip(written, restored, strict=True))
    matcher = SequenceMatcher(None, written, restored, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def in_telex(text: str) -> str:
    """Return a text as the keys of Telex that make it."""
    words = []
    for word in text.split():
        keys, tone = "", ""
        for letter in normalize("NFD", word.replace("đ", "dd").replace("Đ", "Dd")):
            key = _TELEX.get(letter, letter)
            if key in "fsrxj" and letter in _TELEX:
                tone = key
            else:
                keys += keys[-1] if key == "^" else key
        words.append(keys + tone)
    return " ".join(words)


def without_a_letter(text: str, chance: random.Random) -> str:
    """Return a text with one letter left out of its longest word."""
    word = max(text.split(), key=len)
    at = chance.randrange(len(word))
    return text.replace(word, word[:at] + word[at + 1 :], 1)


def misspelled(text: str, chance: random.Random) -> str | None:
    """Return a text with one common misspelling, each kind that it can have as likely; None where it can have none."""
    words = [normalize("NFD", word.lower()) for word in text.split()]
    by_kind = [
        [(place, pattern.sub(written, word)) for place, word in enumerate(words) if pattern.search(word)]
        for pattern, written in _MISSPELLINGS
    ]
    possible = [own for own in by_kind if own]
    if not possible:
        return None
    place, word = chance.choice(chance.choice(possible))
    return " ".join([*text.split()[:place], normalize("NFC", word), *text.split()[place + 1 :]])


def show_repairs(searcher: Searcher, runs: Sequence[str], chance: random.Random) -> None:
    """Print how many runs are as written after they were corrected, with a common misspelling and without any."""
    for name, typed in {
        "as written": [(run, run) for run in runs],
        "misspelled": [(run, wrong) for run in runs if (wrong := misspelled(run, chance))],
    }.items():
        corrected = [(run, wrong, searcher.correct(wrong)) for run, wrong in typed]
        right = sum(indexed_forms(own.query if own else wrong) == indexed_forms(run) for run, wrong, own in corrected)
        hinted = sum(own is not None and own.has_slips for _, _, own in corrected)
        print(
            f"{WORDS} words, {name}: {right / len(typed):.1%} right, {hinted / len(typed):.1%} asked back", flush=True
        )


def runs_of_words(texts: Sequence[str], number: int, chance: random.Random) -> Iterator[str]:
    """Yield runs of six words of letters alone."""
    while number:
        words = chance.choice(texts).split()
        start = chance.randrange(max(len(words) - WORDS, 1))
        run = words[start : start + WORDS]
        if len(run) == WORDS and all(word.isalpha() for word in run):
            yield " ".join(run)
            number -= 1


def milliseconds(call: Callable[[str], object], queries: Sequence[str]) -> list[float]:
    """Return how long each call takes."""
    times = []
    for query in queries:
        started = time.perf_counter()
        call(query)
        times.append((time.perf_counter() - started) * 1000)
    return times


@click.command(help=__doc__)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--paragraphs", default=300, help="How many of each file to correct.")
@click.option("--queries", default=200, help="How many runs of six words to correct in each way.")
def main(files: tuple[Path, ...], paragraphs: int, queries: int) -> None:
    """Build, correct, print."""
    chance = random.Random(SEED)  # noqa: S311
    with TemporaryDirectory() as folder:
        held = build(files, folder)
        with open_index(folder) as index, Searcher(index) as searcher:
            for path, texts in held.items():
                share, total = accuracy(searcher, chance.sample(texts, min(paragraphs, len(texts))))
                print(f"{path.name}: {share:.2%} of {total:,} syllables", flush=True)
            every = [text for texts in held.values() for text in texts]
            runs = list(runs_of_words(every, queries, chance))
            written = [run for run in runs_of_words(every, 5 * queries, chance) if not run.isascii()]
            show_repairs(searcher, written, chance)
            for name, typed in {
                "without marks": [strip_marks(run, 1.0, chance) for run in runs],
                "a letter left out": [without_a_letter(run, chance) for run in runs],
                "Telex": [in_telex(run) for run in runs],
            }.items():
                for when in ("first", "again"):
                    times = milliseconds(searcher.correct, typed)
                    figures = " / ".join(f"{percentile(times, share):.1f}" for share in (0.5, 0.95, 0.99))
                    print(f"{WORDS} words, {name}, {when}: {figures} ms (50 %, 95 %, 99 %)", flush=True)


if __name__ == "__main__":
    main()
