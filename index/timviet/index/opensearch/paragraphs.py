"""From a document to what a cluster takes: a line of JSON for what is done, and one for each paragraph's fields."""

import json
import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b, sha1

from timviet.index.analysis import KEY_SEPARATOR, TOKENS_TO_A_MARK, forms, forms_of_term
from timviet.index.errors import DocumentError, quoted
from timviet.index.opensearch.layout import LONGEST_VALUE, PARAGRAPH, TERM, TERM_SEPARATOR, UNIT_SEPARATOR
from timviet.index.preparing import PreparedDocument, iter_records
from timviet.index.schema import (
    UNMARKED,
    is_metadata_field,
    query_name,
    value_field,
    value_identity,
    value_order,
)
from timviet.index.tokens import surfaces
from timviet.index.unicode import collation_key

LONGEST_ID = 32_766
"""Bytes of a document's id: a term of OpenSearch has no more."""

_LONGEST_IDENTITY = LONGEST_VALUE // 2  # so that the value itself stands behind it
_LONGEST_ORDER = 32_000  # hexadecimal digits
_REMEMBERED_SURFACES = 1 << 18
_REMEMBERED_TERMS = 1 << 20
_LONGEST_REMEMBERED = 64  # code points
_DIGEST_BYTES = 16
# Half a character of UTF-16 is in no UTF-8; `surrogatepass` writes it so.
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_quote = json.encoder.encode_basestring


def document_key(document_id: str) -> str:
    """Return what the `_id` of each of a document's paragraphs begins with."""
    return f"p{blake2b(document_id.encode(errors='surrogatepass'), digest_size=_DIGEST_BYTES).hexdigest()}"


def paragraph_id(document_id: str, number: int) -> str:
    """Return the `_id` of a paragraph."""
    return f"{document_key(document_id)}-{number}"


def removal(document_id: str, number: int, order: int) -> bytes:
    """Return what removes a paragraph.

    Args:
        document_id: the id of its document.
        number: its number there.
        order: where the removal comes among all that is written.
    """
    return _action("delete", paragraph_id(document_id, number), order)


class Encoder:
    """Makes of documents what a cluster takes, and remembers which terms it has made already."""

    def __init__(self) -> None:
        self._terms = _Terms()
        self._met: set[str] = set()
        self._made: set[str] = set()

    def encode(self, document: PreparedDocument, order: int) -> Iterator[bytes]:
        """Yield what writes the paragraphs of a document, one by one, and what writes the terms that are new.

        Args:
            document: the document.
            order: where the first paragraph comes among all that is written.
        """
        document_id = document.stored["id"]
        key, common = document_key(document_id), self._common(document)
        records = iter_records(document)
        for place, ((number, _, text, _, _), record) in enumerate(zip(document.paragraphs, records, strict=True)):
            terms = self._terms_of(text)
            keyed = TERM_SEPARATOR.join(terms)
            unmarked = f'"unmarked":"{UNMARKED}",' if _is_unmarked(keyed, len(terms)) else ""
            fields = (
                f'{{{common}"paragraph":{number},"order":{order + place},{unmarked}"text":{_quote(keyed)},"stored":'
            )
            line = b"%s%s}\n" % (fields.encode(errors="replace"), _whole_characters(record))
            yield _action("index", f"{key}-{number}", order + place) + line
        yield from self._new_terms()

    def _common(self, document: PreparedDocument) -> str:
        """Return the fields that all paragraphs of a document have."""
        fields: dict[str, object] = {"kind": PARAGRAPH, "id": document.stored["id"]}
        meta, values, facets, orders = [], [], [], {}
        for field, texts in document.texts.items():
            if is_metadata_field(field):
                key = query_name(field)
                meta += [text for own in texts if (text := self._prefixed(key, own))]
                values += [f"{key}{UNIT_SEPARATOR}{term.decode()}" for term in document.terms[value_field(field)]]
                facets += _facets(key, texts)
                orders[key] = _distinct(value_order(text).hex()[:_LONGEST_ORDER] for text in texts)
            else:
                fields[field] = self._joined(texts[0])
                fields[f"sort_{field}"] = collation_key(texts[0]).hex()[:_LONGEST_ORDER]
        if orders:
            fields |= {"meta": meta, "value": _cut(values), "facet": _cut(facets), "sort": orders}
        return json.dumps(fields, ensure_ascii=False)[1:-1] + ","

    def _joined(self, text: str) -> str:
        return TERM_SEPARATOR.join(self._terms_of(text))

    def _prefixed(self, key: str, text: str) -> str:
        return TERM_SEPARATOR.join([f"{key}{UNIT_SEPARATOR}{term}" for term in self._terms_of(text)])

    def _terms_of(self, text: str) -> list[str]:
        terms = self._terms.of(text)
        self._met.update(terms)
        return terms

    def _new_terms(self) -> Iterator[bytes]:
        new = self._met - self._made
        self._met.clear()
        if len(self._made) > _REMEMBERED_TERMS:
            self._made.clear()
        self._made |= new
        return map(_term, new)


class _Terms(dict[str, str]):
    """The keyed terms of tokens, by these; nothing for a token without a letter of its own."""

    def __missing__(self, surface: str) -> str:
        own = forms(surface)
        term = own.keyed if own.canonical else ""
        if len(surface) <= _LONGEST_REMEMBERED:
            self[surface] = term
        return term

    def of(self, text: str) -> list[str]:
        """Return the keyed terms of a text, as `timviet.index.analysis.indexed_forms` has them."""
        if len(self) > _REMEMBERED_SURFACES:
            self.clear()
        return [term for term in map(self.__getitem__, surfaces(text)) if term]


def require_short_id(document: PreparedDocument) -> None:
    """Check that the id of a document can be a term.

    Raises:
        DocumentError: it is too long.
    """
    document_id = document.stored["id"]
    if len(document_id) * 4 > LONGEST_ID and len(document_id.encode()) > LONGEST_ID:
        message = f"cannot keep document {quoted(document_id)}: on a cluster, an id has {LONGEST_ID:,} bytes at most"
        raise DocumentError(message)


def _is_unmarked(keyed: str, count: int) -> bool:
    """Tell whether a text was typed without marks, by its terms: those that have any have the separator.

    It is what `timviet.index.analysis.typed_without_marks` says, without looking at each term.
    """
    return count > 0 and TOKENS_TO_A_MARK * keyed.count(KEY_SEPARATOR) <= count


def _facets(key: str, texts: Iterable[str]) -> list[str]:
    """Return the different values of a key, each as it is written first after what it counts as."""
    values: dict[str, str] = {}
    for text in texts:
        values.setdefault(value_identity(text)[:_LONGEST_IDENTITY], text)
    return [f"{key}{UNIT_SEPARATOR}{identity}{UNIT_SEPARATOR}{text}" for identity, text in values.items()]


def _cut(terms: Iterable[str]) -> list[str]:
    return _distinct(term[:LONGEST_VALUE] for term in terms)


def _distinct(terms: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(terms))


def _action(action: str, identity: str, order: int) -> bytes:
    # What comes later stays, whenever it arrives; the same may arrive twice.
    return b'{"%s":{"_id":"%s","version":%d,"version_type":"external_gte"}}\n' % (
        action.encode(),
        identity.encode(),
        order,
    )


def _term(term: str) -> bytes:
    """Return what makes a term of the vocabulary, unless it is there."""
    fields = {"kind": TERM, "word": term, "fold": forms_of_term(term.encode()).folded}
    identity = sha1(term.encode(), usedforsecurity=False).hexdigest()
    return b'{"create":{"_id":"t%s"}}\n%s\n' % (identity.encode(), json.dumps(fields, ensure_ascii=False).encode())


def _whole_characters(record: bytes) -> bytes:
    """Return JSON with an escape in place of each half of a character."""
    if not _SURROGATE.search(record):
        return record
    text = record.decode(errors="surrogatepass")
    return _SURROGATES.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()
