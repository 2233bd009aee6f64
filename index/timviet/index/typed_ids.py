"""The document that a person means by an id: letters may be composed otherwise, and names of files may be any bytes."""

from collections.abc import Iterable
from pathlib import Path

from timviet.index.errors import AmbiguousIdError
from timviet.index.file_names import absolute, escape_name
from timviet.index.folders.names import name_of
from timviet.index.store import Index
from timviet.index.unicode import nfc


def find_id(index: Index, typed: str) -> str | None:
    """Return the id of the document that is meant, or None where there is none; see `find_ids`."""
    return find_ids(index, [typed])[typed]


def find_ids(index: Index, typed: Iterable[str]) -> dict[str, str | None]:
    """Return the ids of the documents that are meant, by what was typed, or None for each that there is not.

    It is the id as typed, or, as a file's name, escaped, or that of the file at the path typed; or else the one that
    has the same letters, composed or not.

    Args:
        index: the index.
        typed: what was typed.

    Raises:
        AmbiguousIdError: several documents may be meant.
        IndexAccessError: the system refused to read a file of the index.
        NotAnIndexError: a file of the index is damaged.

    Example:
        >>> from timviet.index import Document, open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         _ = writer.add(Document(id="u\u0309y.txt", text="Đảng ủy xã"))
        ...     find_ids(index, ["ủy.txt", "tin.txt"]) == {"ủy.txt": "u\u0309y.txt", "tin.txt": None}
        True
    """
    found = {own: _exact(index, own) for own in typed}
    if None in found.values():
        by_letters = _ids_by_letters(index)
        found |= {own: _same_letters(index, own, by_letters) for own, exact in found.items() if exact is None}
    return found


def _exact(index: Index, typed: str) -> str | None:
    """Return the id that was typed as it is, or as the disk has it; that of a file at a path where nothing else is."""
    same = [own for own in dict.fromkeys((typed, escape_name(typed))) if own in index]
    if len(same) > 1:
        raise AmbiguousIdError(typed, same)
    path = name_of(absolute(Path(typed)), index.base) if typed and "\0" not in typed else ""
    return same[0] if same else path if path and path in index else None


def _ids_by_letters(index: Index) -> dict[str, list[str]]:
    by_letters: dict[str, list[str]] = {}
    for own in index.ids():
        by_letters.setdefault(nfc(own), []).append(own)
    return by_letters


def _same_letters(index: Index, typed: str, by_letters: dict[str, list[str]]) -> str | None:
    same = [
        own
        for letters in dict.fromkeys((nfc(typed), nfc(escape_name(typed))))
        for own in by_letters.get(letters, [])
        if own in index
    ]
    if len(same) > 1:
        raise AmbiguousIdError(typed, same)
    return same[0] if same else None
