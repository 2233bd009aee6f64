"""The keys of the metadata: as they are searched by, without case and marks, and as documents write them."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property

from timviet.index.errors import UnknownKeyError
from timviet.index.schema import is_metadata_field, metadata_field, metadata_key, query_name, value_field
from timviet.index.snapshot import SegmentView


class MetadataKeys(ABC):
    """The keys of the metadata of an index."""

    @property
    @abstractmethod
    def names(self) -> list[str]:
        """Those that can be searched by, sorted."""

    @abstractmethod
    def written(self, most_values: int | None = None) -> list[str]:
        """Return the keys, each as one of the documents that have it writes it.

        Args:
            most_values: only those that have about so many different values at most; None for all.
        """

    def require(self, name: str, others: Sequence[str] = ()) -> str:
        """Return the key that a name is a spelling of.

        Args:
            name: the name of a key, with or without marks.
            others: what else might have been named, for the message.

        Raises:
            UnknownKeyError: there is no such key.
        """
        key = metadata_key(name)
        if key not in self.names:
            raise UnknownKeyError(name, [*others, *self.written()])
        return key


class SnapshotKeys(MetadataKeys):
    """The keys of the metadata in the segments of a snapshot.

    Args:
        segments: the segments.
    """

    def __init__(self, segments: Sequence[SegmentView]) -> None:
        self._segments = segments

    @cached_property
    def names(self) -> list[str]:
        """The keys that can be searched by, sorted."""
        fields = {field for segment in self._segments for field in segment.reader.indexed_field_names()}
        return sorted(query_name(field) for field in fields if is_metadata_field(field))

    def written(self, most_values: int | None = None) -> list[str]:
        """Return the keys as documents write them; see `MetadataKeys.written`."""
        fields = [metadata_field(key) for key in self.names]
        few = [own for own in fields if most_values is None or self._most_values(own) <= most_values]
        return [self._written(field) for field in sorted(few)]

    def _most_values(self, field: str) -> int:
        """Return how many different values a field has in the segment where it has most."""
        return max(len(segment.terms(value_field(field)) or ()) for segment in self._segments)

    def _written(self, field: str) -> str:
        having = ((segment, segment.terms(value_field(field))) for segment in self._segments)
        for segment, terms in having:
            if terms is not None and len(terms):
                metadata: dict[str, object] = json.loads(segment.stored(int(terms.postings(0)[0][0]))["metadata"])
                return next(name for name in metadata if metadata_field(metadata_key(name)) == field)
        return query_name(field)
