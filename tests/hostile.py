"""Tables of contents from a stranger, whose checksums fit: pickles that would run something, or take much."""

import json
import os
import pickle
import struct
from zlib import crc32

from timviet.index.schema import ParagraphSchema

MARK = "da-chay"
RESTORE_SCHEMA, RESTORE_SEGMENT = b"ctimviet.index.schema\nrestore_schema\n", b"ctimviet.index.codec\nrestore_segment\n"
MANY = 200_000


class Runs:
    """Runs something where it is unpickled."""

    def __init__(self, function, *arguments):
        self._reduced = function, arguments

    def __reduce__(self):
        return self._reduced


def varint(number):
    """A number as Whoosh writes it."""
    content = b""
    while number >= 0x80:
        content += bytes([number & 0x7F | 0x80])
        number >>= 7
    return content + bytes([number])


def table(schema=None, segments=None, generation=1, version=3, header=b"\x04\x08\x04", signature=b"TIMVIET"):
    """A table of contents with a checksum that fits.

    Args:
        schema: the pickled schema.
        segments: the pickled segments.
        generation: which commit it says it is of.
        version: the version of the format.
        header: the sizes of numbers.
        signature: the signature.
    """
    schema = pickle.dumps(ParagraphSchema(), 2) if schema is None else schema
    segments = pickle.dumps([], -1) if segments is None else segments
    content = header + struct.pack("!ii", -12345, -111) + b"".join(map(varint, (3, 54, 0)))
    content += varint(len(schema)) + schema + struct.pack("!ii", generation, 0) + segments
    return content + struct.pack("<7sBI", signature, version, crc32(content))


def segments_of(*texts):
    """Pickled segments, of the texts that each is pickled as."""
    return b"\x80\x02](" + b"".join(RESTORE_SEGMENT + _text(text) + b"\x85R" for text in texts) + b"e."


def _text(text):
    encoded = text.encode()
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def segment(**changes):
    """The text that a segment is pickled as."""
    files = {".terms": [100, 1], ".documents": [100, 1]}
    state = {"index": "MAIN", "id": "a" * 16, "documents": 1, "deleted": [], "files": files}
    return json.dumps({name: own for name, own in (state | changes).items() if own is not None})


TOUCH = f"touch '{MARK}'"
CALLS = {
    "os.system": pickle.dumps(Runs(os.system, TOUCH), 2),
    "builtins.eval": pickle.dumps(Runs(eval, f"open({MARK!r}, 'w').close()"), 2),
    "builtins.exec": pickle.dumps(Runs(exec, f"open({MARK!r}, 'w').close()"), 4),
    "posix.system by name": b"cposix\nsystem\n(S'" + TOUCH.replace("'", '"').encode() + b"'\ntR.",
    "os.system as an instance": b"(S'" + TOUCH.replace("'", '"').encode() + b"'\nios\nsystem\n.",
    "os.system as an object": b"(cos\nsystem\nS'" + TOUCH.replace("'", '"').encode() + b"'\no.",
    "os.system by the stack": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c"
    + bytes([len(TOUCH.encode())])
    + TOUCH.encode()
    + b"\x85R.",
    "a class made new": b"\x80\x02csubprocess\nPopen\n]" + _text(TOUCH) + b"a\x85\x81.",
    "what its own function sees": b"\x80\x04\x8c\x14timviet.index.schema\x8c" + b"\x1arestore_schema.__globals__\x93.",
    "attributes of its own function": b"\x80\x02" + RESTORE_SCHEMA + b"}" + _text("__code__") + b"K\x01sb.",
    "a persistent id": b"\x80\x02" + _text("id") + b"Q.",
    "an extension": b"\x80\x02\x82\x01.",
    "a schema of another Whoosh index": pickle.dumps(Runs(dict), 2),
}
TOO_MUCH = {
    "a memo with a place far out": b"\x80\x02K\x01r\xff\xff\xff\x7f.",
    "a text said to be long": b"\x80\x02X\xff\xff\xff\xffabc.",
    "bytes said to be long": b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc.",
    "a number said to be long": b"\x80\x02\x8b\xff\xff\xff\x7fabc.",
    "a long number": b"\x80\x02\x8b" + struct.pack("<I", 1 << 20) + b"\x7f" * (1 << 20) + b".",
    "a number of many digits": b"I" + b"9" * 1_000_000 + b"\n.",
    "a frame said to be long": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7fabc.",
    "lists in lists": b"\x80\x02" + b"]" * MANY + b"a" * (MANY - 1) + b".",
    "tuples in tuples": b"\x80\x02K\x01" + b"\x85" * MANY + b".",
    "marks": b"\x80\x02" + b"(" * MANY + b".",
    "as many lists as there is room for": b"\x80\x02" + b"]" * (1 << 25) + b".",
    "a list in itself": b"\x80\x02]q\x00h\x00a.",
    "dictionaries": b"\x80\x02" + b"}" * MANY + b".",
    "numbers that are alike in a dictionary": b"\x80\x02}("
    + b"".join(b"\x8a\x0c" + (k * ((1 << 61) - 1)).to_bytes(12, "little") + b"K\x01" for k in range(1, 50_000)) + b"u.",
    "many schemas": b"\x80\x02]" + RESTORE_SCHEMA + b"q\x00" + _text("a" * 16) + b"q\x010"
    + b"h\x00K\x03h\x01\x86R0" * MANY + b".",
    "a schema that is called": b"\x80\x02" + RESTORE_SCHEMA + b"K\x03" + _text("a") + b"\x86R)R.",
    "nothing": b"",
    "no end": b"\x80\x02]",
}  # fmt: skip
LONG_DELETED = json.dumps(
    {"index": "MAIN", "id": "a", "documents": 10**6, "deleted": list(range(100_000)), "files": {}}
)
SEGMENTS = {
    "many of one long text": b"\x80\x02](" + RESTORE_SEGMENT + b"q\x00" + _text(LONG_DELETED) + b"q\x01\x85R"
    + b"h\x00h\x01\x85R" * MANY + b"e.",
    "one segment twice": segments_of(segment(), segment()),
    "a segment that is a schema": pickle.dumps([ParagraphSchema()], 2),
    "a number": pickle.dumps(7, 2),
    "numbers": pickle.dumps([7, 8], 2),
    "texts": pickle.dumps(["a", "b"], 2),
    "no JSON": segments_of("{"),
    "a list as a segment": segments_of("[]"),
    "nested": segments_of("[" * MANY),
    "a name above the folder": segments_of(segment(id="../../etc/passwd")),
    "an absolute name": segments_of(segment(id="/etc/passwd")),
    "a name of another index": segments_of(segment(index="../KHAC")),
    "a name with a zero": segments_of(segment(id="a\0b")),
    "a name that is too long": segments_of(segment(id="a" * 1000)),
    "no name": segments_of(segment(id="")),
    "a name that is no text": segments_of(segment(id=7)),
    "more documents than there are": segments_of(segment(documents=10**18)),
    "fewer than none": segments_of(segment(documents=-1)),
    "half a document": segments_of(segment(documents=0.5)),
    "documents that are true": segments_of(segment(documents=True)),
    "a number of many digits": segments_of(segment().replace("100", "9" * 5000)),
    "deleted ones that there are not": segments_of(segment(deleted=[5])),
    "deleted ones below 0": segments_of(segment(deleted=[-1])),
    "deleted ones that are texts": segments_of(segment(deleted=["0"])),
    "no files": segments_of(segment(files={})),
    "other files": segments_of(segment(files={"../x": [1, 1]})),
    "files that are no numbers": segments_of(segment(files={".terms": ["a", None], ".documents": [1, 1]})),
    "something is missing": segments_of(segment(deleted=None)),
    "files that are not there": segments_of(segment()),
}  # fmt: skip
TABLES = {
    "sizes of numbers without end": b"\xff" * 2_000_000,
    "a version without end": table()[:11] + b"\xff" * 2_000_000,
    "a schema without end": table()[:14] + b"\xff" * 2_000_000,
    "other sizes of numbers": table(header=b"\x08\x08\x04"),
    "of another commit": table(generation=7),
    "another signature": table(signature=b"KHAC..."),
    "more after it": table() + b"\0",
    "another version of the rules": table(schema=pickle.dumps(Runs(dict), 2)),
    "rules without end": table(schema=b"\x80\x02" + RESTORE_SCHEMA + b"K\x03" + _text("a" * 1_000_000) + b"\x86R."),
    "rules that are a number": table(schema=b"\x80\x02" + RESTORE_SCHEMA + b"K\x03K\x03\x86R."),
    "a schema of one number": table(schema=b"\x80\x02" + RESTORE_SCHEMA + b"K\x03\x85R."),
}
PICKLES = {f"schema, {name}": table(schema=own) for name, own in (CALLS | TOO_MUCH).items()} | {
    f"segments, {name}": table(segments=own) for name, own in (CALLS | TOO_MUCH).items()
}
"""Tables whose pickles are hostile to whoever unpickles them."""

HOSTILE = PICKLES | {f"segments, {name}": table(segments=own) for name, own in SEGMENTS.items()} | TABLES
"""All of them."""
