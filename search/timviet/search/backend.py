"""Which of the back ends answers for an index."""

from timviet.index.store import Index
from timviet.index.whoosh_index import WhooshIndex
from timviet.search.collection import Collection
from timviet.search.embedded import EmbeddedCollection
from timviet.search.limits import Limits


def open_collection(index: Index, limits: Limits) -> Collection:
    """Return the snapshot of the last commit of an index.

    Args:
        index: the index.
        limits: what queries may ask for at most.

    Raises:
        TypeError: no back end knows the index.
    """
    if isinstance(index, WhooshIndex):
        return EmbeddedCollection(index, limits.expansions)
    # Who searches an index here need not wait until these are loaded.
    from timviet.index.opensearch.index import ClusterIndex
    from timviet.search.opensearch.collection import ClusterCollection

    if isinstance(index, ClusterIndex):
        return ClusterCollection(index, limits.expansions)
    raise TypeError(f"there is nothing that searches {index.location}")
