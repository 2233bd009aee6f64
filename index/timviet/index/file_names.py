r"""Names of files as texts that can be kept and printed, whatever bytes they are.

A name is bytes, which as a rule are UTF-8. Where they are not, Python has lone surrogates (PEP 383), which no stream of
UTF-8 takes: they become `\xe9` and the like here. A backslash becomes `\x5c` where it would look like the beginning of
such a thing, so that no two files have the same name.
"""

import os
import re
from pathlib import Path

_ESCAPED = re.compile(r"[\udc80-\udcff]|\\(?=x(?:5c|[89a-f][0-9a-f]))")
_ESCAPE = re.compile(r"\\x(5c|[89a-f][0-9a-f])")
_BYTE = re.compile(r"[\udc80-\udcff]")
_FIRST_SURROGATE = 0xDC00
_FIRST_SURROGATE_OF_BYTES = 0xDC80


def escape_name(name: str) -> str:
    r"""Return a file's name, or its path, as it is kept and shown.

    Example:
        >>> import os
        >>> print(escape_name("van-ban/tin.txt"), escape_name(os.fsdecode(b"caf\xe9")), escape_name(r"caf\xe9"))
        van-ban/tin.txt caf\xe9 caf\x5cxe9
    """
    return _ESCAPED.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", name)


def unescape_name(name: str) -> str:
    r"""Return what `escape_name` made a name of.

    Example:
        >>> import os
        >>> os.fsencode(unescape_name(r"caf\xe9")), os.fsencode(unescape_name(r"caf\x5cxe9"))
        (b'caf\xe9', b'caf\\xe9')
    """
    return _ESCAPE.sub(lambda found: _character(int(found[1], 16)), name)


def escape_bytes(text: str, mark: str = "\\x") -> str:
    r"""Return a text that holds names of files, or parts of them, so that it can be printed.

    Args:
        text: the text.
        mark: what stands before the two digits of a byte.

    Example:
        >>> import os
        >>> print(escape_bytes(os.fsdecode(b"path:caf\xe9"), mark=r"\\x"))
        path:caf\\xe9
    """
    return _BYTE.sub(lambda found: f"{mark}{ord(found[0]) & 0xFF:02x}", text)


def _character(byte: int) -> str:
    surrogate = _FIRST_SURROGATE + byte
    return chr(surrogate) if surrogate >= _FIRST_SURROGATE_OF_BYTES else chr(byte)


def absolute(path: Path) -> Path:
    """Return a path from the root on; unlike `Path.resolve`, that leaves a link its own name."""
    return Path(os.path.abspath(path))  # noqa: PTH100
