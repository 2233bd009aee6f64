"""The engines whose commits are tried: timviet, and Whoosh as it is."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import whoosh.index
from whoosh.fields import ID, TEXT, Schema
from whoosh.qparser import QueryParser
from whoosh.query import Every

from timviet.index import Document, open_index, verify
from timviet.index.contents import read_contents
from timviet.index.errors import IndexAccessError, WorkerError
from timviet.search import Searcher

Change = Mapping[str, str | None]
"""What a commit does: the text that each document gets, or None where it is removed."""

_LOCK = "MAIN_WRITELOCK"
_QUERIES = ("xã", "họp", "đê điều", '"góp công"', "mưa OR lụt", "huyện", "th*", "không có")
_END = 12  # bytes that timviet's tables of contents have more than Whoosh's: signature, version and checksum

Answers = dict[str, list[tuple[str, float, str]]]
"""What is found: the id, the score and the text of each document, by what was searched for; and all there is."""


class DisagreementError(Exception):
    """An index does not agree with itself."""


class Engine(Protocol):
    """What is tried."""

    def create(self, folder: Path) -> None:
        """Make an empty index."""

    def commit(self, folder: Path, change: Change) -> None:
        """Open the index, change it, commit and close it."""

    def documents(self, folder: Path) -> dict[str, str] | None:
        """Return the text of each document, having checked all of the index; None where there is no index.

        Raises:
            DisagreementError: the index does not agree with itself.
            Exception: it cannot be read.
        """

    def answers(self, folder: Path) -> Answers:
        """Return what the index answers when it is searched for some words, and what it holds, unchecked."""

    def files(self, folder: Path) -> set[str]:
        """Return the names of the files that the last commit needs, and the lock."""

    def is_named(self, error: Exception) -> bool:
        """Tell whether an error is of those that the engine promises, and tells which file it is about."""

    def as_table(self, content: bytes) -> bytes:
        """Return a table of contents, which is timviet's, as this engine has it."""


class Timviet:
    """timviet, with so little memory that each twenty thousand letters become a segment.

    Args:
        jobs: how many processes index.
    """

    def __init__(self, jobs: int = 1) -> None:
        self._jobs = jobs

    def create(self, folder: Path) -> None:
        """Make an empty index."""
        open_index(folder, create=True).close()

    def commit(self, folder: Path, change: Change) -> None:
        """Open the index, change it, commit and close it."""
        with open_index(folder) as index, index.writer(timeout=0, jobs=self._jobs, memory=self._jobs) as writer:
            for name, text in change.items():
                if text is None:
                    writer.remove(name)
                else:
                    writer.add(Document(id=name, text=text))

    def documents(self, folder: Path) -> dict[str, str] | None:
        """Return the text of each document, having compared all terms with the texts."""
        if not any(folder.glob("*.toc")):
            return None
        with open_index(folder) as index:
            problems = verify(index).problems
            if problems:
                raise DisagreementError(str(problems))
            found: dict[str, list[str]] = {}
            with index.reader() as reader:
                for fields in reader.all_stored_fields():
                    found.setdefault(fields["id"], []).append(fields["text"])
        return {name: "\n".join(texts) for name, texts in found.items()}

    def answers(self, folder: Path) -> Answers:
        """Return what the index answers when it is searched for some words, and what it holds, unchecked."""
        with open_index(folder) as index, Searcher(index) as searcher:
            found = {
                query: [(hit.document_id, hit.score, hit.text) for hit in searcher.search(query, limit=100)]
                for query in _QUERIES
            }
            with index.reader() as reader:
                return found | {"": [(fields["id"], 0.0, fields["text"]) for fields in reader.all_stored_fields()]}

    def files(self, folder: Path) -> set[str]:
        """Return the names of the files that the last commit needs, and the lock."""
        with open_index(folder) as index:
            storage = index.whoosh.storage
            contents = read_contents(storage)
            segments = {name for segment in contents.segments for name in segment.list_files(storage)}
            return segments | {contents._filename("MAIN", contents.generation), _LOCK}

    def is_named(self, error: Exception) -> bool:
        """Tell whether an error is one of ours, which names the folder, the file, the cause and the next step."""
        if isinstance(error, IndexAccessError):
            said = (error.location, error.path, os.strerror(error.errno), "try again")
            return all(own in str(error) for own in said)
        return isinstance(error, WorkerError)

    def as_table(self, content: bytes) -> bytes:
        """Return a table of contents as it is."""
        return content


class StockWhoosh:
    """Whoosh's own writer and files, as they are."""

    def create(self, folder: Path) -> None:
        """Make an empty index."""
        folder.mkdir(exist_ok=True)
        whoosh.index.create_in(folder, Schema(id=ID(unique=True, stored=True), text=TEXT(stored=True)))

    def commit(self, folder: Path, change: Change) -> None:
        """Open the index, change it, commit and close it."""
        with whoosh.index.open_dir(folder).writer() as writer:
            for name, text in change.items():
                if text is None:
                    writer.delete_by_term("id", name)
                else:
                    writer.update_document(id=name, text=text)

    def documents(self, folder: Path) -> dict[str, str] | None:
        """Return the text of each document, having compared all terms with the texts."""
        if not whoosh.index.exists_in(folder):
            return None
        with whoosh.index.open_dir(folder).searcher() as searcher:
            texts = {hit.docnum: (hit["id"], hit["text"]) for hit in searcher.search(Every(), limit=None)}
            analyzer = searcher.schema["text"].analyzer
            expected = {
                number: {token.text.encode() for token in analyzer(text)} for number, (_, text) in texts.items()
            }
            found: dict[int, set[bytes]] = {number: set() for number in texts}
            for field, term in searcher.reader().all_terms():
                for number in searcher.postings(field, term).all_ids() if field == "text" else ():
                    found[number].add(term)
        if found != expected or len(dict(texts.values())) != len(texts):
            raise DisagreementError("terms and texts do not agree")
        return dict(texts.values())

    def answers(self, folder: Path) -> Answers:
        """Return what the index answers when it is searched for some words, and what it holds, unchecked."""
        with whoosh.index.open_dir(folder).searcher() as searcher:
            parser = QueryParser("text", searcher.schema)
            asked = {query: parser.parse(query) for query in _QUERIES} | {"": Every()}
            return {
                query: [(hit["id"], hit.score, hit["text"]) for hit in searcher.search(own, limit=None)]
                for query, own in asked.items()
            }

    def files(self, folder: Path) -> set[str]:
        """Return the names of the files that the last commit needs, and the lock."""
        index = whoosh.index.open_dir(folder)
        segments = {name for segment in index._segments() for name in segment.list_files(index.storage)}
        return segments | {f"_MAIN_{index.latest_generation()}.toc", _LOCK}

    def is_named(self, error: Exception) -> bool:
        """Tell whether an error is one of the system's with the file's name."""
        return isinstance(error, OSError) and bool(error.filename)

    def as_table(self, content: bytes) -> bytes:
        """Return a table of contents without what timviet's have at the end."""
        return content[:-_END]
