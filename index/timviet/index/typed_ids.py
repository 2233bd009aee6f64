"""The document that a person means by an id: letters may be composed otherwise, and names of files may be any bytes."""

from timviet.index.damage import damage_told
from timviet.index.errors import AmbiguousIdError
from timviet.index.file_names import escape_name
from timviet.index.store import Index
from timviet.index.unicode import nfc


def find_id(index: Index, typed: str) -> str | None:
    """Return the id of the document that is meant, or None where there is none.

    It is the id as typed, or, as a file's name, escaped; or else the one that has the same letters, composed or not.

    Args:
        index: the index.
        typed: what was typed.

    Raises:
        AmbiguousIdError: several documents have the same letters in their ids.
        IndexAccessError: the system refused to read a file of the index.
        NotAnIndexError: a file of the index is damaged.

    Example:
        >>> from timviet.index import Document, open_index
        >>> with open_index(":memory:", create=True) as index:
        ...     with index.writer() as writer:
        ...         _ = writer.add(Document(id="u\u0309y.txt", text="Đảng ủy xã"))
        ...     find_id(index, "ủy.txt") == "u\u0309y.txt"
        True
    """
    escaped = escape_name(typed)
    for exact in (typed, escaped):
        if exact in index:
            return exact
    composed = {nfc(typed), nfc(escaped)}
    with index.reader() as reader, damage_told(index.location):
        ids = [term.decode(errors="surrogatepass") for term in reader.lexicon("id")]
    same = [own for own in ids if nfc(own) in composed and own in index]
    if len(same) > 1:
        raise AmbiguousIdError(typed, same)
    return same[0] if same else None
