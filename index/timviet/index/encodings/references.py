"""Character references, as browsers and editors put them into texts for what an encoding has not: `Vi&#7879;t`."""

import re
from html import unescape

REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def decode_references(content: bytes) -> str:
    """Decode UTF-8 with character references; what refers to no character stays.

    The rules are those of HTML (`html.unescape`), but that a reference has its semicolon.

    Example:
        >>> decode_references(b"Ti&#7871;ng Vi&#x1EC7;t &amp; &ocirc;")
        'Tiếng Việt & ô'
    """
    return REFERENCE.sub(lambda reference: unescape(reference.group()), content.decode("utf-8", "replace"))
