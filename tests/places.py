"""A folder with an index and files in it, for tests of what brings it up to date."""

import itertools
import json
import os

from timviet.index import open_index, skipped_files, sync, verify
from timviet.index.folders.syncing import Follower, SyncOptions

clock = itertools.count(1_700_000_000_000_000_000, 1_000_000_000)


class Place:
    """A folder with an index in it, and files beside it to bring it up to date with."""

    def __init__(self, folder):
        self.folder = folder
        self.index = folder / "chỉ mục"

    def write(self, name, content):
        """Write a file later than all before it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, ns=(0, next(clock)))
        return path

    def sync(self, *names, **options):
        """Bring the index up to date with files and folders."""
        with open_index(self.index, create=True) as index:
            return sync(index, [self.folder / name for name in names], **options)

    def contents(self):
        """The text of each document by its id."""
        found = {}
        with open_index(self.index, create=True) as index, index.whoosh.reader() as reader:
            for fields in reader.all_stored_fields():
                found.setdefault(fields["id"], []).append(fields["text"])
        return {identity: "\n".join(texts) for identity, texts in found.items()}

    def documents(self):
        """What is known of each document, in the order of their ids."""
        with open_index(self.index) as index:
            documents = sorted(index.documents(), key=lambda document: document.id)
            assert dict(index.sources()) == {document.id: document.source for document in documents}
            return documents

    def skipped(self):
        """What is remembered to be wrong with files."""
        with open_index(self.index) as index:
            return skipped_files(index)

    def verified(self):
        """What is wrong with the index."""
        with open_index(self.index) as index:
            return verify(index).problems


def lines(words):
    """Lines of JSON: `x1` is a document with the id x and the text 1, `!` is a broken line."""
    records = [json.dumps({"id": word[0], "text": word[1:]}) for word in words.split()]
    return "".join("{\n" if '"!"' in record else f"{record}\n" for record in records)


def counts(summary):
    """What a run did: new, changed, unchanged and removed documents, and errors."""
    assert summary.documents == summary.new + summary.changed
    return summary.new, summary.changed, summary.unchanged, summary.removed, len(summary.errors)


def follower(place, index, **options):
    """What follows the folder `kho`."""
    return Follower(index, [place.folder / "kho"], SyncOptions(prune=True, **options))
