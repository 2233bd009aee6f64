"""Plain text: one document, each line of which that is not blank is a paragraph."""

from collections.abc import Iterator

from timviet.index.documents import Document
from timviet.index.formats.decoding import decode_document, encoding_of
from timviet.index.formats.parts import Part, RawFile


def read(file: RawFile) -> Iterator[Part]:
    """Read a text.

    Raises:
        UnreadableError: it is no text, or a blank one, or longer than a document may be.
    """
    decoded = decode_document(file.content, file.encoding)
    yield Part(Document(id=file.name, text=decoded.text, path=file.name), encoding=encoding_of(decoded))
