"""What a run does not read without looking into it, or tells each time that it comes by: remembered to be listed."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Self

from timviet.index.errors import SourceError
from timviet.index.folders.names import name_of, path_of

MOST = 1000
"""How many of them are remembered; all others are counted together."""

_TOO_MANY = "is one of those that are too many to be listed"


class PassedOver(NamedTuple):
    """Files, folders or lines that an index does not have, for one reason.

    Attributes:
        name: the file's or folder's name, or that of the first one.
        reason: why; see `SourceError`.
        line: the first line, or None where it is a whole file.
        detail: what more there is to say of the first one.
        number: how many there are.
        root: the name of the folder below which they were counted together, or nothing: they are lines of that file.
    """

    name: str
    reason: str
    line: int | None = None
    detail: str = ""
    number: int = 1
    root: str = ""

    @classmethod
    def of(cls, kept: Iterable[object]) -> Self:
        """Return what was kept.

        Raises:
            TypeError: it is not what is kept.
        """
        own = cls(*kept)  # type: ignore[arg-type]  # which is checked now
        texts = own.name, own.reason, own.detail, own.root
        if not (
            all(type(text) is str for text in texts) and isinstance(own.line, int | None) and type(own.number) is int
        ):
            raise TypeError("what is kept of what was passed over is of another kind")
        return own

    def error(self, base: Path) -> SourceError:
        """Return it as an error.

        Args:
            base: the folder that names are relative to.
        """
        more = f"and {self.number - 1:,} more" if self.number > 1 else ""
        detail = ", ".join(part for part in (self.detail, more) if part)
        return SourceError(path_of(self.name, base), self.reason, self.line, detail)


def sum_up(errors: Iterable[SourceError], base: Path) -> list[PassedOver]:
    """Return errors, those of one file and one reason together."""
    found: dict[tuple[Path, str], PassedOver] = {}
    for error in errors:
        key = error.path, error.reason
        own = found.get(key) or PassedOver(name_of(error.path, base), error.reason, error.line, error.detail, number=0)
        found[key] = own._replace(number=own.number + 1)
    return list(found.values())


def merge(before: Iterable[PassedOver], now: Iterable[PassedOver]) -> tuple[PassedOver, ...]:
    """Return what is remembered from now on: what was before, and what was found now instead of the same of that."""
    found = {(own.name, own.reason): own for own in (*before, *now) if own.reason != _TOO_MANY}
    all_of_them = sorted(found.values(), key=lambda own: own[:2])
    rest = all_of_them[MOST:]
    if not rest:
        return tuple(all_of_them)
    return (*all_of_them[:MOST], PassedOver(rest[0].name, _TOO_MANY, number=sum(own.number for own in rest)))
