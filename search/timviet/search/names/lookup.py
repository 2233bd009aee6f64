"""Look up names: titles, paths and values of metadata, however they are marked, and however much of them was typed.

Candidates are found in columns of the index, kind by kind; what is stored is read of those only that may come first.
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np

from timviet.index.columnfile import Column
from timviet.index.errors import UnknownKeyError
from timviet.index.schema import is_metadata_field, metadata_key, query_name
from timviet.index.snapshot import Snapshot
from timviet.search.deadline import check_time
from timviet.search.highlight import Span
from timviet.search.input_methods import decoded_texts
from timviet.search.metadata_keys import SnapshotKeys
from timviet.search.names.name_reader import read_names
from timviet.search.names.name_source import Candidates, NameSource, RankedName
from timviet.search.names.typed_name import KINDS, Kind, TypedName
from timviet.search.snippet import Snippet

# Of a kind no more documents than these are read and compared, if no more are asked for: those with the lowest ranks.
MAX_COMPARED = 250

STORED_FIELDS = ("title", "path")


@dataclass(frozen=True, slots=True)
class NameHit:
    """A document found by a name.

    Attributes:
        value: the name, exactly as it is written in the document.
        document_id: the document's id.
        field: where the name stands: "title", "path", or a key of the metadata, as the document writes it.
        kind: how it answers what was typed; see `NameLookup.find`.
        spans: the words that do: (start, end) in code points of `value`, half open, in order, apart from each other.
    """

    value: str
    document_id: str
    field: str
    kind: Kind
    spans: tuple[Span, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the same as a dictionary for JSON, field names as here."""
        return asdict(self)

    def to_html(self) -> str:
        """Return the name as HTML: everything escaped, what answers in `<mark>`.

        Example:
            >>> NameHit("Nguyễn Văn Thọ", "7", "title", "word prefix", ((7, 14),)).to_html()
            'Nguyễn <mark>Văn Thọ</mark>'
        """
        return Snippet(self.value, self.spans).to_html()

    def to_ansi(self) -> str:
        """Return the name for a terminal: what answers bold, control characters replaced by U+FFFD."""
        return Snippet(self.value, self.spans).to_ansi()


@dataclass(frozen=True, slots=True)
class NameHits(Sequence[NameHit]):
    """The documents that a name finds, best first: as many as were asked for.

    Attributes:
        name: what was looked up: the name as typed, or with the keys of an input method decoded.
        total: how many documents answer in all, each counted once for each field, of the kinds that are among the hits.
        hits: the best of them. Documents with the same name are listed each.
    """

    name: str
    total: int
    hits: tuple[NameHit, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the same as a dictionary for JSON, field names as here."""
        return {"name": self.name, "total": self.total, "hits": [hit.to_dict() for hit in self.hits]}

    @overload
    def __getitem__(self, index: int) -> NameHit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[NameHit, ...]: ...
    def __getitem__(self, index: int | slice) -> NameHit | tuple[NameHit, ...]:
        return self.hits[index]

    def __len__(self) -> int:
        return len(self.hits)


class NameLookup:
    """Looks up names in one snapshot of an index.

    What it reads of a field is remembered: the first look-up takes longer than the next ones.

    Args:
        snapshot: the snapshot.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._segments = snapshot.segments

    def find(self, name: str, fields: Sequence[str] = ("title",), limit: int = 10) -> NameHits:
        """Find documents by a name, best first.

        Letters alone decide whether a document is found, and of which kind. The next kind is looked for only where
        there are still fewer than asked for:

        * "exact": the name has the words that were typed, and no others;
        * "prefix": it starts with them, the last of which need not be finished;
        * "word prefix": words of it start with them, in the order in which they were typed;
        * "substring": its letters without spaces contain the letters that were typed without spaces;
        * "one slip": as for "word prefix", but one of them, of three letters or more, has a letter too many, too few,
          another one, or two neighbouring ones in the other order than a whole word of the name; or all letters without
          spaces, three or more, have so compared with those of the whole name. What has digits does not slip: another
          number is another name.

        Where no name is, or starts with, what was typed, its words may be keys of Telex, VNI or VIQR: what these
        make is looked up, too, and is what is found if it answers by a better kind.

        Of one kind those come first whose marks are nearest to those that were typed: the same, then more of them, then
        none, then others; words typed without marks ask for none. Then the shortest come first, and then they come as
        in a Vietnamese dictionary.

        Args:
            name: what was typed. It finds nothing without a letter or digit, or with more than 1,000 characters; nor
                are names found that have more than 256 words. Beginnings of words and slips are looked for with up to
                32 words, slips in up to 64 letters.
            fields: where to look: "title", "path", or keys of the metadata.
            limit: how many to return at most.

        Returns:
            Documents, at most once for each field: its best kind, and of several values of a key the best one.

        Raises:
            UnknownKeyError: there is no such field. It is a ValueError.
            ValueError: limit is below 1.
        """
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        searched = self._resolve(fields)
        found = self._find(name, searched, limit)
        if _best_kind(found) > KINDS.index("prefix"):
            found = min([found, *(self._find(own, searched, limit) for own in decoded_texts(name))], key=_best_kind)
        return found

    def _find(self, name: str, fields: Sequence[str], limit: int) -> NameHits:
        typed = TypedName(name)
        sources = [
            NameSource(segment, field, segment.remembered(read_names, field), typed)
            for field in fields
            for segment in self._segments
            if typed.words
        ]
        hits: list[NameHit] = []
        total = 0
        for kind in KINDS:
            if len(hits) < limit:
                candidates = [source.candidates(kind) for source in sources]
                total = len(hits) + sum(len(own.documents) for own in candidates)
                hits += _best_of_kind(kind, sources, candidates, limit - len(hits))
        return NameHits(name, total, tuple(hits))

    @cached_property
    def _fields(self) -> dict[str, str]:
        """The fields that have names, by the names by which people know them."""
        every = {field for segment in self._segments for field in segment.reader.indexed_field_names()}
        keys = {query_name(field): field for field in every if is_metadata_field(field)}
        return keys | dict(zip(STORED_FIELDS, STORED_FIELDS, strict=True))

    def _resolve(self, fields: Sequence[str]) -> list[str]:
        """Return the index's names of some fields, each once."""
        resolved = []
        for name in [fields] if isinstance(fields, str) else fields:
            field = self._fields.get(name) or self._fields.get(metadata_key(name))
            if field is None:
                raise UnknownKeyError(name, [*STORED_FIELDS, *SnapshotKeys(self._segments).written()])
            resolved.append(field)
        return list(dict.fromkeys(resolved))


def _best_kind(found: NameHits) -> int:
    """Return the number of the kind of the best hit; of none, more than any."""
    return KINDS.index(found[0].kind) if found else len(KINDS)


def _best_of_kind(
    kind: Kind, sources: Sequence[NameSource], candidates: Sequence[Candidates], limit: int
) -> list[NameHit]:
    """Return the best of the documents that answer as a kind asks, by where they were found."""
    ranks = np.concatenate([np.empty(0, np.int64), *(own.ranks for own in candidates)])
    documents = np.concatenate([np.empty(0, np.int64), *(own.documents for own in candidates)])
    owners = np.repeat(np.arange(len(sources)), [len(own.documents) for own in candidates])
    best: list[tuple[tuple[int, bytes, str], int, int, RankedName]] = []
    for place in _lowest(ranks, max(limit, MAX_COMPARED)).tolist():
        check_time()
        if len(best) >= limit and best[limit - 1][-1].rank < ranks[place]:
            break
        owner, document = int(owners[place]), int(documents[place])
        ranked = sources[owner].read(document, kind)
        if ranked is not None:
            insort(best, ((ranked.rank, ranked.collation, ranked.value), owner, document, ranked))
    return [NameHit(own.value, own.document_id, own.field, kind, own.spans) for _, _, _, own in best[:limit]]


def _lowest(ranks: Column, number: int) -> Column:
    """Return the places of so many of the lowest ranks, ascending; of equal ones the first."""
    low = np.arange(len(ranks))
    if len(ranks) > number:
        low = np.flatnonzero(ranks <= np.partition(ranks, number - 1)[number - 1])
    return low[np.argsort(ranks[low], kind="stable")][:number]
