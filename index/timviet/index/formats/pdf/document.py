"""PDF: the lines of its pages joined to paragraphs, without page headers, footers and numbers."""

from collections.abc import Iterator, Sequence
from ctypes import c_ushort

from pypdfium2 import PdfDocument, PdfiumError, raw

from timviet.index.formats import limits
from timviet.index.formats.dates import iso_pdf_time
from timviet.index.formats.parts import LOCKED, Part, RawFile, UnreadableError, whole_file
from timviet.index.formats.pdf.bookmarks import Bookmarks
from timviet.index.formats.pdf.lines import Line, read_lines
from timviet.index.formats.pdf.margins import without_margins
from timviet.index.formats.pdf.paragraphs import join_lines
from timviet.index.formats.properties import own_title, tidy

_DEEPEST = 3  # forms within forms that are searched for pictures


def read(file: RawFile) -> Iterator[Part]:
    """Read a PDF; pages that cannot be read, and those that are pictures, are told, and the others are read.

    Raises:
        UnreadableError: it is none, or locked, or beyond a limit, or holds no text.
    """
    document = _open(file.content)
    pages: list[list[Line]] = []
    pictures: list[int] = []
    damaged: list[int] = []
    for number in range(1, len(document) + 1):
        try:
            lines, is_picture = _read_page(document, number)
        except PdfiumError:
            lines, is_picture = [], False
            damaged.append(number)
        pages.append(lines)
        if is_picture:
            pictures.append(number)
    title, metadata = _properties(document)
    passages = join_lines(without_margins(pages), Bookmarks(document, title))
    if passages or not (pictures or damaged):
        yield whole_file(file, "pdf", title, metadata, passages)
    for reason, numbers in (("has pages that are pictures, without text", pictures), ("has damaged pages", damaged)):
        if numbers:
            yield Part(UnreadableError(reason, _describe(numbers, len(document))))


def _open(content: bytes) -> PdfDocument:
    try:
        document = PdfDocument(content)
    except PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise UnreadableError(LOCKED) from error
        raise UnreadableError("is damaged, or no PDF", str(error)) from error
    if len(document) > limits.MAX_PAGES:
        raise limits.beyond("has more pages", limits.MAX_PAGES, "pages")
    return document


def _read_page(document: PdfDocument, number: int) -> tuple[list[Line], bool]:
    """Return the lines of a page, and whether it has none, but a picture."""
    page = document[number - 1]
    text = page.get_textpage()
    try:
        if text.count_chars() > limits.MAX_PAGE_CHARACTERS:
            raise limits.beyond("has a page with more text", limits.MAX_PAGE_CHARACTERS, "characters")
        lines = read_lines(page, text)
        pictures = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_DEEPEST)
        return lines, not lines and next(pictures, None) is not None
    finally:
        text.close()
        page.close()


def _properties(document: PdfDocument) -> tuple[str | None, dict[str, object]]:
    told = document.get_metadata_dict()
    metadata = tidy(
        {
            "author": told["Author"],
            "date": iso_pdf_time(told["CreationDate"]),
            "modified": iso_pdf_time(told["ModDate"]),
            "language": _language(document),
            "subject": told["Subject"],
            "keywords": told["Keywords"],
        }
    )
    return own_title(told["Title"]), metadata


def _language(document: PdfDocument) -> str:
    size = raw.FPDFCatalog_GetLanguage(document.raw, None, 0)
    letters = (c_ushort * (size // 2))()
    raw.FPDFCatalog_GetLanguage(document.raw, letters, size)
    return bytes(letters).decode("utf-16-le", "replace").rstrip("\0")


def _describe(numbers: Sequence[int], count: int) -> str:
    """Return the numbers of pages in words.

    Example:
        >>> _describe([1, 2, 3, 7], 12), _describe([5], 12)
        ('pages 1-3, 7 of 12', 'page 5 of 12')
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    pages = "page" if len(numbers) == 1 else "pages"
    return f"{pages} {', '.join('-'.join(map(str, run)) for run in runs)} of {count}"
