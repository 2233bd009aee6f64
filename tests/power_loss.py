"""What a disk may hold after the machine went off, given the system calls until then.

Each file has what it holds now and what it held when it was last synced; each folder the names it had when it was last
synced, and the names that were given or taken since. Of what was not synced, anything may have come to the disk, and
anything not: of a file nothing, its length alone, its beginning, its end; of names any, in any order. A rename is two
of these, a name given and one taken, so that both may be there, or neither.

This is the model of ALICE [1] with all its relaxations, and what POSIX promises, which is less than ext4 or xfs do:
they keep names in order, and renames whole. States are tried for each point before a sync, because what is possible
there includes all that was possible since the sync before; CrashMonkey [2] does so, too. SQLite's tests [3] do the same
to what was written into files, Lucene's [4] to files that were not synced; neither touches names.

1. T. S. Pillai and others, All File Systems Are Not Created Equal, OSDI 2014.
2. J. Mohan and others, Finding Crash-Consistency Bugs with Bounded Black-Box Crash Testing, OSDI 2018.
3. https://www.sqlite.org/testing.html, 3.3, and src/test6.c.
4. `MockDirectoryWrapper.crash` in Lucene's test framework.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, product
from math import prod
from pathlib import Path
from random import Random
from typing import NamedTuple

from storages import Call, Kind


@dataclass(eq=False)
class _File:
    number: int
    kept: bytes = b""
    now: bytearray = field(default_factory=bytearray)

    def contents(self) -> list[bytes]:
        """Return what may be in it after a power loss."""
        now = bytes(self.now)
        if self.kept == now:
            return [now]
        half, zeros = len(now) // 2, bytes(len(now))
        torn = [zeros, now[:half], now[:half] + zeros[half:], zeros[:half] + now[half:]]
        return [*dict.fromkeys([now, self.kept, b"", *torn])]


@dataclass(eq=False)
class _Folder:
    kept: dict[str, "_Node"] = field(default_factory=dict)
    now: dict[str, "_Node"] = field(default_factory=dict)


_Node = _File | _Folder


class _Naming(NamedTuple):
    """A name that a folder was given for something, or, where that is None, that was taken away."""

    call: int
    folder: _Folder
    name: str
    node: _Node | None


class Entry(NamedTuple):
    """What a name stands for: several names may stand for one file.

    Attributes:
        path: the name, with those of the folders above.
        number: the number of the file.
        content: what is in the file; None where it is a folder.
    """

    path: str
    number: int
    content: bytes | None


class State(NamedTuple):
    """What may be on the disk.

    Attributes:
        returned: how many steps had returned by then.
        entries: what there is.
    """

    returned: int
    entries: frozenset[Entry]

    def build(self, root: Path) -> None:
        """Make it real, in an empty folder."""
        made: dict[int, Path] = {}
        for path, number, content in sorted(self.entries):
            if content is None:
                (root / path).mkdir()
            elif number in made:
                (root / path).hardlink_to(made[number])
            else:
                (root / path).write_bytes(content)
                made[number] = root / path


class Disk:
    """A folder on a disk that is written to by system calls.

    Args:
        in_order: whether names come to the disk in the order of the calls, and renames whole, as where a journal is
            kept of them.
    """

    def __init__(self, in_order: bool) -> None:
        self._in_order = in_order
        self._root = _Folder()
        self._namings: list[_Naming] = []

    def states(self, calls: Iterable[Call | None], most: int, random: Random, first: int = 0) -> Iterator[State]:
        """Yield the states in which a power loss may leave it, each once.

        Args:
            calls: the system calls, and None wherever a step has returned.
            most: how many states to try for each point before a sync; where more are possible, some are chosen.
            random: chooses.
            first: how many steps return before the first power loss.
        """
        returned, seen = 0, set()
        for number, call in enumerate([*calls, None]):
            if returned >= first and (call is None or call.kind is Kind.SYNC):
                for entries in self._possible(most, random):
                    state = State(returned, entries)
                    if state not in seen:
                        seen.add(state)
                        yield state
            if call is None:
                returned += 1
            else:
                self._apply(number, call)

    def _apply(self, number: int, call: Call) -> None:
        match call.kind:
            case Kind.CREATE:
                self._name(number, call.path, _File(number))
            case Kind.MAKE_FOLDER:
                self._name(number, call.path, _Folder())
            case Kind.TRUNCATE:
                self._find(call.path).now.clear()
            case Kind.WRITE:
                self._find(call.path).now[call.place : call.place + len(call.content)] = call.content
            case Kind.RENAME:
                self._name(number, call.target, self._find(call.path))
                self._name(number, call.path, None)
            case Kind.REMOVE | Kind.REMOVE_FOLDER:
                self._name(number, call.path, None)
            case Kind.SYNC:
                node = self._find(call.path)
                node.kept = bytes(node.now) if isinstance(node, _File) else dict(node.now)
                self._namings = [naming for naming in self._namings if naming.folder is not node]

    def _find(self, path: str | Path) -> _Node:
        node = self._root
        for name in Path(path).parts:
            node = node.now[name]
        return node

    def _name(self, number: int, path: str, node: _Node | None) -> None:
        folder, name = self._find(Path(path).parent), Path(path).name
        self._namings.append(_Naming(number, folder, name, node))
        _give(folder.now, name, node)

    def _possible(self, most: int, random: Random) -> Iterator[frozenset[Entry]]:
        files = [*dict.fromkeys(self._files(self._root))]
        calls = [naming.call for naming in self._namings]
        names = [[*sorted({-1, *calls}, reverse=True)]] if self._in_order else [(True, False)] * len(calls)
        for choice in _choices([*names, *(own.contents() for own in files)], most, random):
            kept = [call <= choice[0] for call in calls] if self._in_order else choice
            contents = dict(zip(files, choice[len(names) :], strict=True))
            yield frozenset(_entries(self._root, "", [*compress(self._namings, kept)], contents))

    def _files(self, folder: _Folder) -> Iterator[_File]:
        """Yield all files that may be there."""
        for node in (*folder.kept.values(), *(naming.node for naming in self._namings if naming.folder is folder)):
            if isinstance(node, _Folder):
                yield from self._files(node)
            elif node is not None:
                yield node


def _entries(folder: _Folder, prefix: str, namings: Sequence[_Naming], contents: dict[_File, bytes]) -> Iterator[Entry]:
    names = dict(folder.kept)
    for naming in namings:
        if naming.folder is folder:
            _give(names, naming.name, naming.node)
    for name, node in names.items():
        if isinstance(node, _Folder):
            yield Entry(prefix + name, -1, None)
            yield from _entries(node, f"{prefix}{name}/", namings, contents)
        else:
            yield Entry(prefix + name, node.number, contents[node])


def _give(names: dict[str, _Node], name: str, node: _Node | None) -> None:
    if node is None:
        names.pop(name, None)
    else:
        names[name] = node


def _choices(options: Sequence[Sequence[object]], most: int, random: Random) -> Iterator[Sequence[object]]:
    """Yield ways to choose one of each, all of them or so many."""
    if prod(map(len, options)) <= most:
        yield from product(*options)
        return
    yield [own[0] for own in options]
    yield [own[-1] for own in options]
    for _ in range(most - 2):
        yield [random.choice(own) for own in options]
