"""Times as files tell them, in ISO 8601."""

import re
from datetime import datetime

_PARTIAL = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?")
# D:YYYYMMDDHHmmSSOHH'mm: ISO 32000-2, section 7.9.4; what is left out at its end is unknown.
_PDF = re.compile(
    r"(?:D:)?(?P<year>\d{4})(?P<month>\d\d)?(?P<day>\d\d)?(?P<hour>\d\d)?(?P<minute>\d\d)?(?P<second>\d\d)?"
    r"(?P<zone>Z|[+-]\d\d'?(?:\d\d)?)?[0']*"
)


def iso_time(text: str | None) -> str | None:
    """Return a time in ISO 8601, as exact as it was told, or None where it cannot be read.

    Example:
        >>> iso_time(" 2024-05-17T06:30:00Z "), iso_time("2019"), iso_time("17/5/2024")
        ('2024-05-17T06:30:00+00:00', '2019', None)
    """
    text = (text or "").strip()
    if _PARTIAL.fullmatch(text):
        return text
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.date().isoformat() if len(text) <= len("2024-05-17") else time.isoformat(timespec="seconds")


def iso_pdf_time(text: str) -> str | None:
    """Return a time of a PDF in ISO 8601, or None where it cannot be read.

    Example:
        >>> iso_pdf_time("D:20240517063000+07'00'"), iso_pdf_time("D:20240517"), iso_pdf_time("D:2024")
        ('2024-05-17T06:30:00+07:00', '2024-05-17', '2024')
    """
    found = _PDF.fullmatch(text.strip())
    if not found:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    date = "-".join(part for part in (year, month, day) if part)
    if hour is None:
        return iso_time(date)
    digits = (zone or "").replace("'", "").ljust(5, "0")
    offset = "" if not zone else "Z" if zone == "Z" else f"{digits[:3]}:{digits[3:5]}"
    return iso_time(f"{date}T{hour}:{minute or '00'}:{second or '00'}{offset}")
