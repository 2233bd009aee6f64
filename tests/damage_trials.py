"""Trials of what an engine answers when its files were damaged, or are a stranger's: timviet and stock Whoosh alike.

A trial puts another content in the place of one file, and has a process of its own answer, which may take so much
memory and time: the answer is as before, or an error tells which file it is about.
"""

import os
import resource
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from contenders import Change, Engine
from damaging import Damage, Files, damages, files_of
from hostile import MARK, PICKLES
from trials import Failure, in_process

MEGABYTES, SECONDS = 256, 10
_LOCK = "MAIN_WRITELOCK"


class Specimen(NamedTuple):
    """An index whose files are replaced.

    Attributes:
        engine: the engine that made it, and is tried.
        place: a folder to try in.
        earlier: its files after each commit; the last are those that are replaced.
        answers: what it answers.
    """

    engine: Engine
    place: Path
    earlier: list[Files]
    answers: object

    @classmethod
    def make(cls, engine: Engine, place: Path, changes: Sequence[Change]) -> "Specimen":
        """Make one by some commits."""
        folder = place / "index"
        place.mkdir(parents=True)
        engine.create(folder)
        earlier = []
        for change in changes:
            engine.commit(folder, change)
            earlier.append({name: own for name, own in files_of(folder).items() if name != _LOCK})
        return cls(engine, place, earlier, engine.answers(folder))

    def damages(self, count: int) -> list[tuple[Damage]]:
        """Return ways to damage it: so many by chance, and some more."""
        return [(damage,) for damage in damages(self.earlier[-1], self.earlier[:-1], count)]

    def tables(self) -> list[tuple[Damage]]:
        """Return hostile tables of contents; it has to be the index's first commit whose table they replace."""
        (name,) = (name for name in self.earlier[-1] if name.endswith(".toc"))
        return [(Damage(kind, name, self.engine.as_table(content)),) for kind, content in PICKLES.items()]

    def try_damage(self, damage: Damage) -> Failure | None:
        """Replace a file, and return what is wrong with what is answered then."""
        with TemporaryDirectory(dir=self.place) as place:
            folder = Path(place) / "index"
            folder.mkdir()
            for name, content in (self.earlier[-1] | {damage.name: damage.content}).items():
                if content is not None:
                    (folder / name).write_bytes(content)
            outcome = in_process(lambda report: self._answer(folder, report))
            if (folder / MARK).exists():
                return Failure("run", damage.kind)
            if outcome.was_killed or isinstance(outcome.error, MemoryError):
                return Failure("exhausted", f"{outcome.error!r}")
            if outcome.error is not None:
                return None if self._is_named(damage, folder, str(outcome.error)) else Failure("unnamed", repr(outcome))
            return None if outcome.reports == [self.answers] else Failure("wrong", f"{outcome.reports}"[:1000])

    def _answer(self, folder: Path, report: Callable[[object], None]) -> None:
        os.chdir(folder)
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + MEGABYTES * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        signal.alarm(SECONDS)
        report(self.engine.answers(folder))

    def _is_named(self, damage: Damage, folder: Path, message: str) -> bool:
        names = {damage.name}
        if damage.kind == "exchanged":  # it is then of other files that it tells
            names |= {f"{folder}/", *self.earlier[-1]}
        if damage.kind in {"missing", *PICKLES}:  # without its own table, it is an index of another version, or none
            names |= {str(folder)}
        return any(name in message for name in names)
