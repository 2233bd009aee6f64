"""An index that has a little of everything, all that can be asked of it, and ways to damage its files."""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from helpers import add_segment, no_merging
from timviet.index import Document, Passage, open_index, sync
from timviet.index.columnfile import ColumnFile
from timviet.index.errors import IndexNotFoundError, IndexVersionError, NotAnIndexError
from timviet.search import Searcher

CLEAN_ERRORS = (NotAnIndexError, IndexVersionError, IndexNotFoundError)
"""What is raised where an index is damaged."""

DOCUMENTS = [
    Document(
        id="qd-05",
        title="Quyết định 05 về đê điều",
        text="Uỷ ban nhân dân (UBND) tỉnh quyết định tu bổ đê điều.\nUBND các xã ven sông phải báo cáo trước mùa lũ.",
        metadata={"năm": 2023, "loại": ["Quyết định", "Đê điều"]},
    ),
    Document(
        id="ct-01",
        title="Chỉ thị 01",
        text="Đảng uỷ, công an xã bàn cách phòng, chống ma tuý.\nCông an tỉnh làm việc với Đảng uỷ xã.",
        metadata={"năm": 2024, "loại": "Chỉ thị"},
    ),
    Document(id="thư", path="thư/gửi.txt", text="Dang uy xa hop voi cong an ve viec chong ma tuy."),
    Document(
        id="tin-7",
        title="Đà Nẵng mưa to",
        paragraphs=[
            Passage("Đà Nẵng mưa to, mà tùy lúc.", page=1),
            Passage("Ủy ban nhân dân xã họp bàn về đê điều.", "Tin trong xã", 2),
        ],
    ),
    Document(id="cũ", text="Bản đã thay.", metadata={"năm": 2020}),
]

Answers = dict[str, object]


def make_sample(folder: Path, documents: Sequence[Document] = DOCUMENTS) -> None:
    """Make an index of two segments, with a document that was removed, and a file with faults."""
    texts = folder.parent / f"văn bản của {folder.name}"
    texts.mkdir()
    (texts / "hỏng.txt").write_bytes(b"\x00\x01\x02\xff" * 9)
    (texts / "tốt.txt").write_text("Công tác đê điều năm nay.", "utf-8")
    with open_index(folder, create=True) as index, no_merging():
        add_segment(index, *documents)
        sync(index, [texts])
        add_segment(index, remove=[documents[-1].id])


_PART = 8  # bytes of a file without columns

_QUESTIONS: dict[str, Callable[[Searcher], object]] = {
    "words": lambda own: _shown(own.search("dang uy xa", filters={"năm": (2021, None)}, facets=["loại"], sort="-năm")),
    "any": lambda own: _shown(own.search("đê điều mưa", match="any", sort="title", group_by_document=True)),
    "phrase": lambda own: _shown(own.search('"công an xã" OR UBND OR uy~ OR ban*')),
    "suggest": lambda own: own.suggest("công a"),
    "lookup": lambda own: own.lookup("da nang", ["title", "path", "loại"]),
    "correct": lambda own: own.correct("ma tùy"),
    "similar": lambda own: _shown(own.similar("tin-7", 1)),
    "explain": lambda own: own.explain("dang uy", "ct-01"),
}


def answers(folder: Path) -> Answers:
    """All that an index answers, by what was asked: the answer, or the clean error that was raised."""
    found: Answers = {}
    for name, answer, error in asked(folder):
        if error is not None and not isinstance(error, CLEAN_ERRORS):
            raise error
        found[name] = error or answer
    return found


def asked(folder: Path) -> Iterator[tuple[str, object, Exception | None]]:
    """Ask all that an index can be asked, and yield what was asked, the answer, or the error that was raised."""
    try:
        with open_index(folder) as index:
            yield "info", *_answer(lambda: (index.document_count, index.paragraph_count))
            yield "documents", *_answer(lambda: list(index.documents()))
            yield "sources", *_answer(lambda: list(index.sources()))
            with Searcher(index) as searcher:
                for name, ask in _QUESTIONS.items():
                    yield name, *_answer(lambda ask=ask: ask(searcher))
    except Exception as error:  # noqa: BLE001  # whoever asked tells which ones are right
        yield "open", None, error


def _answer(ask: Callable[[], object]) -> tuple[object, Exception | None]:
    try:
        return ask(), None
    except Exception as error:  # noqa: BLE001
        return None, error


def _shown(results):
    """What is shown of results; without the time."""
    hits = [(vars(hit) | {"_make_snippet": None}, hit.snippet.to_html()) for hit in results]
    return results.total, results.relaxed, hits, results.facets


class Damage(NamedTuple):
    """A file of an index with another content.

    Attributes:
        kind: what was done to it.
        name: the file's name.
        content: what it holds now; None where it is missing.
    """

    kind: str
    name: str
    content: bytes | None


Files = dict[str, bytes]


def files_of(folder: Path) -> Files:
    """The files of an index, by their names."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def damages(files: Files, others: Sequence[Files], count: int) -> Iterator[Damage]:
    """Ways to damage an index: so many by chance, over all parts of all files, and some more.

    Args:
        files: the index's files.
        others: those of its earlier commits, and of other indexes.
        count: how many by chance.
    """
    for name, content in files.items():
        yield Damage("missing", name, None)
        yield Damage("empty", name, b"")
        for other in [files, *others]:
            for other_name, other_content in other.items():
                if _kind(other_name) == _kind(name) and other_content != content:
                    yield Damage("exchanged", name, other_content)
    chance = random.Random(count)  # noqa: S311
    parts = [(name, part) for name, content in files.items() for part in _parts(name, content)]
    kinds = {name: _shuffled([*WAYS, *["flipped"] * len(WAYS)], chance) for name in files}
    for name, part in islice(cycle(parts), count):
        kind = next(kinds[name])
        place = chance.randrange(part.start, part.stop)
        content = WAYS[kind](files[name], place, chance)
        yield Damage(kind, name, content if content != files[name] else _flipped(content, place, chance))


def _shuffled(options: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Yield all options, each time in another order, so that none is left out for long."""
    while True:
        yield from chance.sample(options, len(options))


def _kind(name: str) -> str:
    return name.rpartition(".")[2]


def _parts(name: str, content: bytes) -> Iterator[range]:
    """The parts of a file: of one with columns the signature, the columns, the directory and the end."""
    if _kind(name) in ("terms", "documents"):
        columns = ColumnFile(content, name)
        yield range(8)
        for entry in columns._columns.values():
            if entry.length:
                yield range(entry.place, entry.place + entry.length)
        directory = content.index(b'{"columns"')
        yield range(directory, len(content) - 28)
        yield range(len(content) - 28, len(content))
    else:
        yield from (range(start, min(start + _PART, len(content))) for start in range(0, len(content), _PART))


def _flipped(content: bytes, place: int, chance: random.Random) -> bytes:
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


def _blanked(byte: int) -> Callable[[bytes, int, random.Random], bytes]:
    def blanked(content: bytes, place: int, chance: random.Random) -> bytes:
        length = min(chance.choice([1, 8, 64, 512, 4096]), len(content) - place)
        return content[:place] + bytes([byte]) * length + content[place + length :]

    return blanked


def _copied(content: bytes, place: int, chance: random.Random) -> bytes:
    length, source = chance.choice([1, 8, 64, 512]), chance.randrange(len(content))
    piece = content[source : source + length]
    return content[:place] + piece + content[place + len(piece) :]


WAYS: dict[str, Callable[[bytes, int, random.Random], bytes]] = {
    "flipped": _flipped,
    "cut": lambda content, place, _: content[:place],
    "longer": lambda content, _, chance: content + chance.randbytes(chance.choice([1, 12, 64, 4096])),
    "zeroed": _blanked(0),
    "ones": _blanked(0xFF),
    "removed": lambda content, place, chance: content[:place] + content[place + chance.choice([1, 2, 8, 64]) :],
    "inserted": lambda content, place, chance: content[:place] + chance.randbytes(8) + content[place:],
    "copied": _copied,
}
