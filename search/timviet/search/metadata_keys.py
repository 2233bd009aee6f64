"""The keys of the metadata as documents write them: the index has them without case and marks."""

import json
from collections.abc import Sequence

from timviet.index.schema import is_metadata_field, metadata_field, metadata_key, query_name, value_field
from timviet.index.snapshot import SegmentView


def written_keys(segments: Sequence[SegmentView], most_values: int | None = None) -> list[str]:
    """Return the keys that can be searched by, each as one of the documents that have it writes it.

    Args:
        segments: the segments of a snapshot.
        most_values: only the keys that have no more different values than this in any segment; None for all.
    """
    found: dict[str, str] = {}
    values: dict[str, int] = {}
    for segment in segments:
        for field in filter(is_metadata_field, segment.reader.indexed_field_names()):
            if field not in found:
                found[field] = _written_key(segment, field)
            values[field] = max(values.get(field, 0), len(segment.terms(value_field(field)) or ()))
    return [found[field] for field in sorted(found) if most_values is None or values[field] <= most_values]


def _written_key(segment: SegmentView, field: str) -> str:
    terms = segment.terms(value_field(field))
    if terms is None or not len(terms):
        return query_name(field)
    metadata: dict[str, object] = json.loads(segment.stored(int(terms.postings(0)[0][0]))["metadata"])
    return next(name for name in metadata if metadata_field(metadata_key(name)) == field)
