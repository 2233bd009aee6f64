"""What an index knows of files: the documents that were read from each, and how it was then."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from timviet.index.folders.names import may_be_there, name_of, path_of
from timviet.index.preparing import Source
from timviet.index.store import Index
from timviet.index.unicode import nfc


class Known:
    """The documents of an index, each with the file that it was read from.

    Args:
        index: the index, as of its last commit.
        commit_id: what tells that commit from all others.

    Attributes:
        commit_id: the same, of the last commit that was taken in.
        sources: the files, by the documents' ids; None where a document was read from none.
        documents: the ids of the documents that were read from each file, by its name.
    """

    def __init__(self, index: Index, commit_id: str) -> None:
        self.commit_id = commit_id
        self.sources: dict[str, Source | None] = {}
        self.documents: dict[str, dict[str, None]] = {}
        self._by_digest: dict[str, Counter[str]] = {}
        self._put(index.sources())

    def take_in(self, added: Mapping[str, Source | None], removed: Iterable[str], commit_id: str) -> None:
        """Take in what a commit has added, replaced and removed."""
        self.commit_id = commit_id
        for identity in (*removed, *added):
            self._drop(identity)
        self._put(added.items())

    def had_file(self, path: Path, base: Path) -> bool:
        """Tell whether a document was read from a file, be it gone now, whose folder is there."""
        return name_of(path, base) in self.documents and may_be_there(path.parent)

    def as_known(self, path: Path, base: Path) -> Path:
        """Return a path, or, where it is not there, that of the one file known that has the same letters, if one has.

        Args:
            path: an absolute path; see `timviet.index.folders.names.on_disk`.
            base: the folder that files' names are relative to.
        """
        if may_be_there(path) or name_of(path, base) in self.documents:
            return path
        same = [own for name in self.documents if nfc(str(own := path_of(name, base))) == nfc(str(path))]
        return same[0] if len(same) == 1 else path

    def with_digest(self, digest: str) -> list[str]:
        """Return the names of the files of which a document was read when they had a content."""
        return sorted(self._by_digest.get(digest, ())) if digest else []

    def has_digest(self, identity: str, digest: str) -> bool:
        """Tell whether the file that a document was read from had a content then."""
        source = self.sources[identity]
        return source is not None and source.digest == digest

    def _put(self, sources: Iterable[tuple[str, Source | None]]) -> None:
        for identity, source in sources:
            self.sources[identity] = source
            if source:
                self.documents.setdefault(source.path, {})[identity] = None
                self._by_digest.setdefault(source.digest, Counter())[source.path] += 1

    def _drop(self, identity: str) -> None:
        source = self.sources.pop(identity, None)
        if source is None:
            return
        identities, names = self.documents[source.path], self._by_digest[source.digest]
        del identities[identity]
        names[source.path] -= 1
        if not identities:
            del self.documents[source.path]
        if not names[source.path]:
            del names[source.path]
        if not names:
            del self._by_digest[source.digest]
