"""What an evaluation reads and writes: queries, judgements and runs, in files as evaluation tools share them.

Queries are JSON lines; judgements ("qrels") are a table of query, document and relevance; a run has a line for each
document that was found, `query Q0 document rank score tag`, as at TREC, the Text REtrieval Conference.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote

from timviet.index.errors import SourceError

Queries = Mapping[str, str]
"""Each query's text by its id."""
Qrels = Mapping[str, Mapping[str, int]]
"""How relevant documents are to each query."""
Run = Mapping[str, Sequence[str]]
"""The documents that were found for each query, best first."""

_Value = TypeVar("_Value")
# In an id these would end a column or could not be written at all; % is what they are written with.
_UNSAFE = re.compile(r"[\s\x00-\x1f\ud800-\udfff\ufeff%]")


def read_queries(path: Path) -> dict[str, str]:
    """Return queries by id, from JSON lines with "id" and "text".

    Raises:
        SourceError: a line is something else, or has an id that was there before.
        OSError: the file cannot be read.
    """
    return _read(path, _add_query)


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Return how relevant documents are to queries: a whole number, and one above 0 means relevant.

    Lines are query, document and relevance with tabs between them, or TREC's four columns: query, anything, document
    and relevance.

    Raises:
        SourceError: a line is something else, or judges otherwise than one before it.
        OSError: the file cannot be read.
    """
    return _read(path, _add_judgement)


def read_run(path: Path) -> dict[str, list[str]]:
    """Return the documents that a run found for each query: by score, and those of equal score by rank.

    Raises:
        SourceError: a line is not one of a run, or finds a document at two places.
        OSError: the file cannot be read.
    """
    found = _read(path, _add_found)
    return {query: sorted(places, key=places.__getitem__) for query, places in found.items()}


def write_run(path: Path, run: Run, tag: str) -> int:
    """Write a run for TREC's tools.

    They go by scores, not by ranks, and take equal scores each in an order of their own: so what is written as a score
    counts down to 1. What
    cannot stand in an id there, white space above all, is written as in URLs, `%20`, and so is `%` itself.

    Args:
        path: the file.
        run: the documents that were found for each query.
        tag: what found them, in one word.

    Returns:
        How many different ids are written otherwise than they are.

    Raises:
        OSError: the file cannot be written.
    """
    ids = {identity for query, documents in run.items() for identity in (query, *documents)}
    written = {identity: _escape(identity) for identity in ids}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for query, documents in run.items():
            for rank, document in enumerate(documents, 1):
                score = len(documents) + 1 - rank
                file.write(f"{written[query]} Q0 {written[document]} {rank} {score} {tag}\n")
    return sum(identity != escaped for identity, escaped in written.items())


def _read(path: Path, add: Callable[[dict[str, _Value], str], None]) -> dict[str, _Value]:
    """Return what is made of a file's lines, each added by a function whose ValueError says what is wrong."""
    values: dict[str, _Value] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            text = line.decode().removeprefix("\ufeff")
            if text.strip():
                add(values, text)
        except UnicodeDecodeError as error:
            raise SourceError(path, "is not UTF-8 text", number, f"byte {error.start}") from error
        except json.JSONDecodeError as error:
            raise SourceError(path, "is not JSON", number, f"{error.msg}, column {error.colno}") from error
        except (ValueError, RecursionError) as error:
            raise SourceError(path, str(error), number) from error
    return values


def _add_query(queries: dict[str, str], line: str) -> None:
    record = json.loads(line)
    if not isinstance(record, dict):
        raise ValueError("is JSON, but not an object with an id and a text")  # noqa: TRY004
    identity, text = record.get("id"), record.get("text")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str) or not identity:
        raise ValueError('has no "id" that is text or a whole number')
    if not isinstance(text, str):
        raise ValueError('has no "text" that is text')  # noqa: TRY004
    if identity in queries:
        raise ValueError(f"has the id of a query before it, {identity!r}")
    queries[identity] = text


def _add_judgement(qrels: dict[str, dict[str, int]], line: str) -> None:
    columns = line.split("\t") if "\t" in line else line.split()
    try:
        query, document, relevance = (columns[0], *columns[-2:]) if len(columns) in (3, 4) else ("", "", "")
        judged = int(relevance)
    except ValueError:
        expected = "query, document and relevance with tabs between them, or TREC's four columns"
        raise ValueError(f"is no judgement: {expected}") from None
    if qrels.setdefault(query, {}).setdefault(document, judged) != judged:
        raise ValueError(f"judges {document!r} otherwise than a line before it")


def _add_found(found: dict[str, dict[str, tuple[float, int]]], line: str) -> None:
    try:
        query, _, document, rank, score, _ = line.split()
        place = -float(score), int(rank)
    except ValueError:
        raise ValueError(
            "is not of a run: query, Q0, document, rank, score and tag, with spaces between them"
        ) from None
    if not isfinite(place[0]):
        raise ValueError(f"has a score that is no number: {score}")
    if found.setdefault(_unescape(query), {}).setdefault(_unescape(document), place) != place:
        raise ValueError(f"finds {_unescape(document)!r} at another place than a line before it")


def _escape(identity: str) -> str:
    return _UNSAFE.sub(lambda unsafe: quote(unsafe.group(), safe="", errors="surrogatepass"), identity)


def _unescape(written: str) -> str:
    """Return an id as it was; one that another tool wrote with a % of its own stays as it is written."""
    try:
        return unquote(written, errors="surrogatepass")
    except UnicodeDecodeError:
        return written
