"""Measure how often encodings are told right, on real texts written in each, and how often something wrong is told.

    python tests/bench/detection.py ../shared/corpus/phapdien.jsonl.gz \
        --other English=/usr/share/man/man1 --other French=/usr/share/man/fr

Texts are JSONL files, plain or gzipped, or plain text, a paragraph a line. Runs of 50, 200 and 1,000 characters are
drawn from them by a fixed seed, and written in each encoding by tables other than those that they are decoded by. What
is told is right where the text comes out as it does in the encoding that it was written in, wrong where it comes out
otherwise; the rest are undecidable, or, in ASCII, left as they are.

Texts in other languages are all files of a folder that are valid UTF-8, gzipped or not, without lines of roff requests.
Their runs are asked in UTF-8, and in windows-1252 where that is not valid UTF-8, too, as ASCII is; quotation marks and
apostrophes are those of typesetters, so that hardly any English is ASCII.
"""

import gzip
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import click
from corpus import read_texts

from timviet.index import decode
from timviet.index.encodings.detection import is_utf_8
from timviet.index.errors import UndecidableError

sys.path.append(str(Path(__file__).resolve().parents[1]))
from encoders import BYTE_ENCODINGS, encode
from helpers import stripped

LENGTHS = (50, 200, 1000)
SEED = 17
MOST_DRAWN = 100_000
_ROFF = re.compile(r"^[.'].*\n?|\\f.|\\[-&]", re.MULTILINE)


def _in_windows_1258(text: str) -> bytes:
    """Write letters with their tones as one byte, where windows-1258 can."""
    codes = (letter.encode("windows-1258", "ignore") or encode(letter, "windows-1258") for letter in text)
    return b"".join(codes)


_TYPESET = str.maketrans("'\"", "’”")

# By name, how a run is written, and the encoding that it then is in.
WAYS: dict[str, tuple[Callable[[str], bytes], str]] = {
    **{name: (lambda text, name=name: encode(text, name), name) for name in BYTE_ENCODINGS},
    "windows-1258, tones with letters": (_in_windows_1258, "windows-1258"),
    "tcvn3, font of capitals": (lambda text: encode(text.upper(), "tcvn3"), "tcvn3"),
    "viqr": (lambda text: encode(text, "viqr"), "viqr"),
    "viqr, no backslashes": (lambda text: encode(text, "viqr").replace(b"\\", b""), "viqr"),
    "ncr": (lambda text: encode(text, "ncr"), "ncr"),
    "utf-16-le, no mark": (lambda text: encode(text, "utf-16-le"), "utf-16-le"),
    "utf-16-be, no mark": (lambda text: encode(text, "utf-16-be"), "utf-16-be"),
    "utf-8": (lambda text: encode(text, "utf-8"), "utf-8"),
    "ascii, no marks at all": (lambda text: stripped(text).encode("ascii", "replace"), "utf-8"),
}


def read_paragraphs(path: Path) -> Iterator[str]:
    """Yield the paragraphs of a file."""
    if path.suffix == ".txt":
        yield from filter(str.strip, path.read_text("utf-8").splitlines())
    else:
        yield from read_texts([path])


def draw(texts: Sequence[str], length: int, number: int) -> Iterator[str]:
    """Yield runs of so many characters; short texts go on with the ones after them."""
    chance = random.Random(SEED)  # noqa: S311
    for _ in range(number):
        start = chance.randrange(len(texts))
        run = texts[start]
        while len(run) < length:
            start += 1
            run += "\n" + texts[start % len(texts)]
        yield run[:length]


def judge(content: bytes, encoding: str) -> str:
    """Tell whether what is told of a text is right."""
    try:
        decoded = decode(content)
    except UndecidableError:
        return "undecidable"
    if decoded.text == decode(content, encoding).text:
        return "right"
    return "left as it is" if content.isascii() and decoded.encoding == "utf-8" else "wrong"


def read_other(folder: Path) -> list[str]:
    """Return the texts of the files of a folder."""
    texts = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        try:
            texts.append(" ".join(_ROFF.sub("", content.decode()).split()))
        except UnicodeDecodeError:
            continue
    return [text for text in texts if len(text) > max(LENGTHS)]


def draw_within(texts: Sequence[str], length: int) -> Iterator[str]:
    """Yield runs of so many characters from anywhere within texts."""
    chance = random.Random(SEED)  # noqa: S311
    for _ in range(MOST_DRAWN):
        text = chance.choice(texts)
        start = chance.randrange(len(text) - length)
        yield text[start : start + length]


def judge_foreign(texts: Sequence[str], encoding: str, length: int, number: int) -> Counter[str]:
    """Judge what is told of runs in another language."""
    runs = (run.translate(_TYPESET).encode(encoding, "replace") for run in draw_within(texts, length))
    told = (judge(run, encoding) for run in runs if encoding == "utf-8" or not is_utf_8(run))
    return Counter(islice(told, number))


def print_row(name: str, cells: Iterable[str]) -> None:
    """Print a row, a cell for each length."""
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def right_and_wrong(tally: Counter[str]) -> str:
    """Return the shares of right and of wrong answers."""
    return f"{tally['right'] / tally.total():.2%} ({tally['wrong'] / tally.total():.2%})"


def wrong_of(tally: Counter[str]) -> str:
    """Return the share of wrong answers, and of how many."""
    return f"{tally['wrong'] / tally.total():.2%} of {tally.total():,}" if tally else "none"


@click.command(help=__doc__)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--other", "others", multiple=True, metavar="NAME=FOLDER", help="Texts in another language.")
@click.option("--runs", "number", default=2000, show_default=True, help="How many runs of each length.")
def main(files: tuple[Path, ...], others: tuple[str, ...], number: int) -> None:
    """Draw, write, decode, print."""
    texts = [text for path in files for text in read_paragraphs(path)]
    print(f"{len(texts):,} texts, {number:,} runs of each length: right (wrong)\n")
    print_row("", (f"{length:,} characters" for length in LENGTHS))
    print_row("---", ("---" for _ in LENGTHS))
    for name, (write, encoding) in WAYS.items():
        tallies = (Counter(judge(write(run), encoding) for run in draw(texts, length, number)) for length in LENGTHS)
        print_row(name, map(right_and_wrong, tallies))
    for language, _, folder in (other.partition("=") for other in others):
        foreign = read_other(Path(folder))
        for encoding in ("utf-8", "windows-1252"):
            print_row(
                f"{language}, {encoding}: wrong",
                (wrong_of(judge_foreign(foreign, encoding, length, number)) for length in LENGTHS),
            )


if __name__ == "__main__":
    main()
