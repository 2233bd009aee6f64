"""Every error timviet raises, as one tree.

```
TimvietError
├── IndexPlaceError           about the place an index is at, or should be at
│   ├── IndexNotFoundError    no index at this place
│   ├── NotAnIndexError       something else is at this place
│   ├── IndexVersionError     built by other rules of analysis, or another format
│   ├── IndexLockedError      another writer is at work
│   ├── IndexAccessError      the system refused to read or write a file, as where the disk is full
│   └── ClusterError          the cluster that has the index does not answer, or refuses
├── WorkerError               a process that builds the index was ended, or cannot be started
├── DocumentError             a document that cannot be indexed
├── SourceError               a file or line that cannot be read
├── EncodingError             an encoding that is not known, or a text that is not in it
├── UndecidableError          a text whose encoding cannot be told
├── QuerySyntaxError          the strict parser's complaint, with its position
├── QueryLimitError           a query beyond a limit
├── QueryTimeoutError         a query that takes longer than it may
├── UnsupportedQueryError     a query that the back end cannot answer
├── UnknownKeyError           a key that the metadata does not have
├── FilterError               a filter that could keep nothing
├── AmbiguousIdError          an id that several documents have but for how their letters are composed
├── UnknownParagraphError     a document or paragraph that the index does not have
├── EvaluationError           nothing to evaluate an index by
└── MissingExtraError         a package that is an extra of timviet's is not installed
```

Messages name the operation, the cause and the next step; what a program needs of them is in attributes.
"""

from collections.abc import Sequence
from pathlib import Path
from reprlib import Repr
from typing import TYPE_CHECKING

from timviet.index.file_names import escape_name

if TYPE_CHECKING:
    from timviet.index.storage import LockHolder

_SHORTENED = Repr()
_SHORTENED.maxstring = 100


def quoted(text: str) -> str:
    """Return a text as messages quote it: of a long one, the beginning and the end.

    Example:
        >>> quoted("thuế"), len(quoted("thuế " * 1000))
        ("'thuế'", 100)
    """
    return _SHORTENED.repr(text)


class TimvietError(Exception):
    """The root of all errors that timviet raises on purpose."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with message and attributes, whatever arguments the error was made with."""
        return _restore, (type(self), self.args, vars(self))


def _restore(kind: type[TimvietError], arguments: tuple[object, ...], attributes: dict[str, object]) -> TimvietError:
    error = kind.__new__(kind)
    error.args = arguments
    vars(error).update(attributes)
    return error


class IndexPlaceError(TimvietError):
    """An error about the place an index is at, or should be at.

    Attributes:
        location: the folder, ":memory:", or where on a cluster it is.
    """

    def __init__(self, message: str, location: str) -> None:
        super().__init__(message)
        self.location = location


class IndexNotFoundError(IndexPlaceError):
    """There is no index at this place."""


class NotAnIndexError(IndexPlaceError):
    """What is at this place is not an index of timviet, or is damaged."""


class IndexVersionError(IndexPlaceError):
    """The index was built by other rules than this version's and has to be rebuilt."""


class IndexLockedError(IndexPlaceError):
    """Another writer kept the index locked for longer than this one would wait.

    Attributes:
        waited: how long this writer waited, in seconds.
        holder: the other writer, or None where that is not known.
    """

    def __init__(self, message: str, location: str, waited: float, holder: "LockHolder | None" = None) -> None:
        super().__init__(message, location)
        self.waited = waited
        self.holder = holder


class IndexAccessError(IndexPlaceError):
    """The system refused to read or write a file of an index; what was committed is still there.

    Attributes:
        path: the file or folder.
        errno: the system's number of the error, as `errno.ENOSPC`, or None where it gave none.
    """

    def __init__(self, message: str, location: str, path: str, errno: int | None) -> None:
        super().__init__(message, location)
        self.path = path
        self.errno = errno


class ClusterError(IndexPlaceError):
    """The cluster that has an index does not answer, or refuses; what was committed there is not touched.

    Attributes:
        operation: what was to be done, as "search".
        status: the HTTP status that was answered, or None where there was no answer.
    """

    def __init__(self, operation: str, location: str, reason: str, advice: str, status: int | None = None) -> None:
        super().__init__(f"cannot {operation} the index {location}: {reason}; {advice}", location)
        self.operation = operation
        self.status = status


class WorkerError(TimvietError):
    """A process that builds a part of the index has ended without a word, or cannot start; nothing has been indexed."""


class DocumentError(TimvietError):
    """A document that cannot be indexed, for example one without an id."""


class SourceError(TimvietError):
    """A file, or one line of it, that cannot be read as documents.

    Attributes:
        path: the file.
        reason: what is wrong, in a few words, the same for all faults of a kind.
        line: the line's number from 1, or None where the whole file is meant.
        detail: what more there is to say of this one, or nothing.
    """

    def __init__(self, path: Path, reason: str, line: int | None = None, detail: str = "") -> None:
        name = escape_name(str(path))
        where = f"{name}, line {line}" if line else name
        super().__init__(f"{where}: {reason}{f' ({detail})' if detail else ''}")
        self.path = path
        self.reason = reason
        self.line = line
        self.detail = detail


class EncodingError(TimvietError):
    """An encoding that is not known, or a text that is not in it.

    Attributes:
        encoding: the encoding's name.
        position: the first byte that stands for nothing, from 0, or None where it is none of the bytes.
    """

    def __init__(self, message: str, encoding: str, position: int | None = None) -> None:
        super().__init__(message)
        self.encoding = encoding
        self.position = position


class UndecidableError(TimvietError):
    """A text whose encoding cannot be told.

    Attributes:
        candidates: encodings that it may be in, with their probabilities from 0 to 1, the likeliest first; none where
            it does not look like Vietnamese in any.
        is_almost_utf_8: whether all but a few of its bytes are UTF-8.
        is_binary: whether it has bytes of zero, and so is no text at all.
    """

    def __init__(
        self, candidates: Sequence[tuple[str, float]], is_almost_utf_8: bool = False, is_binary: bool = False
    ) -> None:
        maybe = " or ".join(f"{encoding} ({probability:.2f})" for encoding, probability in candidates)
        reason = f"it may be {maybe}" if maybe else "it is not UTF-8, and looks like Vietnamese in no other"
        advice = "--encoding utf-8 reads it with the bytes replaced that are not" * is_almost_utf_8
        told = f"{reason}; {advice or 'name the right one'}"
        super().__init__(f"cannot tell the encoding: {'it is not text' if is_binary else told}")
        self.candidates = tuple(candidates)
        self.is_almost_utf_8 = is_almost_utf_8
        self.is_binary = is_binary


class QuerySyntaxError(TimvietError):
    """What the strict parser does not accept.

    Attributes:
        query: the query as typed.
        position: where the fault is, in code points from 0.
        reason: what is wrong there.
    """

    def __init__(self, query: str, position: int, reason: str) -> None:
        super().__init__(f"cannot parse the query: {reason} at position {position}: {quoted(query)}")
        self.query = query
        self.position = position
        self.reason = reason


class QueryLimitError(TimvietError):
    """A query that is longer, has more clauses, or is nested deeper than this engine takes, or a cluster.

    Attributes:
        limit: the largest value that is taken.
        actual: the query's value, or None where it is only known to be larger.
    """

    def __init__(self, message: str, limit: int, actual: int | None = None) -> None:
        super().__init__(message)
        self.limit = limit
        self.actual = actual


class QueryTimeoutError(TimvietError):
    """A query that was given up, because it takes longer than it may.

    Attributes:
        seconds: how long it might have taken.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the search was stopped after {seconds:g} s: ask for less (longer prefixes, shorter phrases, fewer words "
            "or results), or allow more time (the limit of seconds; with `timviet search`, --timeout)"
        )
        self.seconds = seconds


class UnsupportedQueryError(TimvietError):
    """A query that the back end cannot answer: one of Whoosh's own, asked of a cluster.

    Attributes:
        query: the query.
    """

    def __init__(self, query: object) -> None:
        super().__init__(
            f"cannot search a cluster for {quoted(repr(query))}: Whoosh's own queries are answered by an index here; "
            "write it in the query language, as text"
        )
        self.query = query


class UnknownKeyError(TimvietError, ValueError):
    """What results were to be filtered, sorted or counted by is no key of the metadata.

    Attributes:
        key: the key as named.
        keys: the names that would have been taken.
    """

    def __init__(self, key: str, keys: Sequence[str]) -> None:
        there_are = f"there are {', '.join(map(repr, keys))}" if keys else "the documents have no metadata"
        super().__init__(f"there is no key {quoted(key)}: {there_are}")
        self.key = key
        self.keys = tuple(keys)


class FilterError(TimvietError, ValueError):
    """A filter that could keep nothing, whatever the metadata are.

    Attributes:
        key: the key that it is on, as named.
        reason: why it could not, and what to do.
    """

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"the filter on {quoted(key)} {reason}")
        self.key = key
        self.reason = reason


class AmbiguousIdError(TimvietError):
    """An id that may be that of several documents: their letters are composed otherwise, or escaped.

    Attributes:
        document_id: the id as typed.
        candidates: the ids of those documents.
    """

    def __init__(self, document_id: str, candidates: Sequence[str]) -> None:
        there_are = ", ".join(map(ascii, candidates))
        super().__init__(
            f"cannot tell which document {quoted(document_id)} is: {len(candidates)} have this id but for how its "
            f"letters are composed or escaped ({there_are}); copy the right one from `timviet search --format json`"
        )
        self.document_id = document_id
        self.candidates = tuple(candidates)


class UnknownParagraphError(TimvietError, ValueError):
    """The paragraph that others are to be like is not in the index.

    Attributes:
        document_id: the id of its document.
        paragraph: its number in the document.
        paragraph_count: how many paragraphs that has; 0 where there is no such document.
    """

    def __init__(self, document_id: str, paragraph: int, paragraph_count: int) -> None:
        message = f"there is no document with the id {quoted(document_id)}"
        if paragraph_count:
            message = (
                f"document {quoted(document_id)} has no paragraph {paragraph}: it has {paragraph_count}, from 0 on"
            )
        super().__init__(message)
        self.document_id = document_id
        self.paragraph = paragraph
        self.paragraph_count = paragraph_count


class EvaluationError(TimvietError):
    """Queries and judgements that an index cannot be evaluated by."""


class MissingExtraError(TimvietError):
    """A package that is needed for it is not installed.

    Attributes:
        extra: the extra of timviet's that installs it.
    """

    def __init__(self, operation: str, package: str, extra: str) -> None:
        super().__init__(f"cannot {operation} without {package}: install it by `pip install 'timviet[{extra}]'`")
        self.extra = extra
