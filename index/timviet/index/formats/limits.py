"""How large, how deep and how costly a file may be before it is refused, and how that is told.

Sizes are counted while they grow, and never taken from what a file says of itself.
"""

from timviet.index.formats.parts import UnreadableError

MEBIBYTE = 1 << 20

MAX_FILE_SIZE = 2048 * MEBIBYTE
"""Bytes of a file."""

MAX_UNPACKED_SIZE = 1024 * MEBIBYTE
"""Bytes that a gzip file may unpack to."""

MAX_PACKAGE_SIZE = 256 * MEBIBYTE
"""Bytes that the parts of a zip package (.docx, .odt, .epub) may unpack to, as far as they are read."""

MAX_PACKAGE_PARTS = 20_000
"""Parts of a zip package."""

MAX_RATIO, RATIO_COUNTS_FROM = 200, 16 * MEBIBYTE
"""How many bytes may be unpacked from each byte, and how many there have to be before that is asked.

Texts and tables as people write them are packed to a tenth, seldom to a fiftieth; deflate goes to a thousandth.
"""

MAX_MARKUP_SIZE = 64 * MEBIBYTE
"""Bytes of a web page, or of one part of a package."""

MAX_NESTING = 2048
"""How deep elements of a web page may be nested; libxml2 keeps this."""

MAX_XML_NESTING = 256
"""How deep elements of XML may be nested; libxml2 keeps this."""

MAX_PAGES = 10_000
"""Pages of a PDF."""

MAX_PAGE_CHARACTERS = 1_000_000
"""Characters on a page of a PDF."""

MAX_COLUMNS = 1_000
"""Cells in a row of a table of texts (.csv, .tsv)."""

MAX_CELL = 16 * MEBIBYTE
"""Code points of a cell of a table of texts."""

MEMORY = 2048 * MEBIBYTE
"""Bytes of memory, for the process that reads what needs a library."""

SECONDS, SECONDS_PER_MEBIBYTE = 20, 5
"""Seconds of computing, for a file that needs a library to be read, and more for each mebibyte of it."""


def beyond(what: str, limit: int, unit: str) -> UnreadableError:
    """Return the fault of a file that is beyond a limit.

    Example:
        >>> beyond("has more pages", 10_000, "pages").reason
        'has more pages than the limit of 10,000 pages'
    """
    if unit == "bytes":
        limit, unit = limit // MEBIBYTE, "MiB"
    return UnreadableError(f"{what} than the limit of {limit:,} {unit}")
