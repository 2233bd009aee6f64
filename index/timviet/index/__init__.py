"""Build an index of Vietnamese text: spelling, tokens, documents, and the index itself.

>>> from timviet.index import Document, open_index
>>> with open_index(":memory:", create=True) as index:
...     with index.writer() as writer:
...         writer.add(Document(id="qd-05", title="Quyết định 05", text="Đảng ủy Công an tỉnh"))
...     index.paragraph_count
1

The names below load on first use, so that importing this package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timviet.index.analysis import AnalyzedToken, Forms, VietnameseAnalyzer, analyze
    from timviet.index.copying import Copied, copy
    from timviet.index.documents import Document, Paragraph, Passage
    from timviet.index.encodings.decoding import Decoded, decode
    from timviet.index.folders.skipped import skipped_files
    from timviet.index.folders.summary import FileEncoding, FileFields, Summary
    from timviet.index.folders.syncing import sync
    from timviet.index.folders.watching import watch
    from timviet.index.formats.parts import RecordFields
    from timviet.index.opensearch.options import ClusterOptions
    from timviet.index.preparing import Source
    from timviet.index.repairing import Repair, repair
    from timviet.index.spelling import canonical, fold
    from timviet.index.store import Index, StoredDocument, open_index
    from timviet.index.tokens import Token, tokenize
    from timviet.index.verifying import Problem, Verification, verify
    from timviet.index.writer import Writer

_HOMES = {
    "AnalyzedToken": "analysis",
    "ClusterOptions": "opensearch.options",
    "Copied": "copying",
    "Decoded": "encodings.decoding",
    "Document": "documents",
    "FileEncoding": "folders.summary",
    "FileFields": "folders.summary",
    "Forms": "analysis",
    "Index": "store",
    "Paragraph": "documents",
    "Passage": "documents",
    "Problem": "verifying",
    "RecordFields": "formats.parts",
    "Repair": "repairing",
    "Source": "preparing",
    "StoredDocument": "store",
    "Summary": "folders.summary",
    "Token": "tokens",
    "Verification": "verifying",
    "VietnameseAnalyzer": "analysis",
    "Writer": "writer",
    "analyze": "analysis",
    "canonical": "spelling",
    "copy": "copying",
    "decode": "encodings.decoding",
    "fold": "spelling",
    "open_index": "store",
    "repair": "repairing",
    "skipped_files": "folders.skipped",
    "sync": "folders.syncing",
    "tokenize": "tokens",
    "verify": "verifying",
    "watch": "folders.watching",
}

__all__ = [
    "AnalyzedToken",
    "ClusterOptions",
    "Copied",
    "Decoded",
    "Document",
    "FileEncoding",
    "FileFields",
    "Forms",
    "Index",
    "Paragraph",
    "Passage",
    "Problem",
    "RecordFields",
    "Repair",
    "Source",
    "StoredDocument",
    "Summary",
    "Token",
    "Verification",
    "VietnameseAnalyzer",
    "Writer",
    "analyze",
    "canonical",
    "copy",
    "decode",
    "fold",
    "open_index",
    "repair",
    "skipped_files",
    "sync",
    "tokenize",
    "verify",
    "watch",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
