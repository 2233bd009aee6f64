"""What a file tells of itself, in one form for all formats."""

import re
from collections.abc import Mapping

from timviet.index.formats.dates import iso_time

_SEPARATOR = re.compile(r"[,;\n]")
# What programs write where nobody gave a title.
_NO_TITLE = re.compile(
    r"(?i)untitled(?: document)?|(?:powerpoint|document|slide).?\d*|microsoft (?:word|excel|powerpoint) - .*"
)


def tidy(properties: Mapping[str, str | None]) -> dict[str, object]:
    """Return metadata without what is blank: times in ISO 8601, keywords as a list, everything else in one line.

    Args:
        properties: what the file tells, by the names of `whole_file`.

    Example:
        >>> tidy({"author": " Đỗ  Minh", "date": "2022-03-08T09:00:00Z", "keywords": "nước; đê", "subject": ""})
        {'author': 'Đỗ Minh', 'date': '2022-03-08T09:00:00+00:00', 'keywords': ['nước', 'đê']}
    """
    tidied = {name: _tidy(name, value or "") for name, value in properties.items()}
    return {name: value for name, value in tidied.items() if value}


def _tidy(name: str, value: str) -> str | list[str] | None:
    if name in {"date", "modified"}:
        return iso_time(value)
    if name == "keywords":
        return [keyword for part in _SEPARATOR.split(value) if (keyword := one_line(part))]
    return one_line(value)


def one_line(text: str | None) -> str:
    """Return a text without line ends, and without blanks beside others."""
    return " ".join((text or "").split())


def own_title(text: str | None) -> str | None:
    """Return a title that somebody has given, or None for what programs write where nobody has.

    Example:
        >>> own_title("Quyết định 05"), own_title("Microsoft Word - qd05.doc"), own_title(" ")
        ('Quyết định 05', None, None)
    """
    title = one_line(text)
    return title if title and not _NO_TITLE.fullmatch(title) else None
