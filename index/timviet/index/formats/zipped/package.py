"""The zip package that a .docx, .odt or .epub file is: its parts, unpacked no further than the limits go."""

import zlib
from io import BytesIO
from lzma import LZMAError
from posixpath import dirname, join, normpath
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

from timviet.index.formats import limits
from timviet.index.formats.gunzip import require_sane_size
from timviet.index.formats.markup import Element, parse_xml
from timviet.index.formats.parts import LOCKED, UnreadableError

_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")  # a compound file, [MS-CFB] 2.2
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] 2.3.4.4
_DAMAGE = (BadZipFile, zlib.error, LZMAError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
_STEP = limits.MEBIBYTE


class Package:
    """A zip package.

    Args:
        content: what the file holds.

    Raises:
        UnreadableError: it is no such package, is locked, or has too many parts.
    """

    def __init__(self, content: bytes) -> None:
        if content.startswith(_OLD_OFFICE):
            is_locked = _ENCRYPTED_OFFICE in content
            raise UnreadableError(LOCKED if is_locked else "is of an older Office format, save it as .docx")
        try:
            self._zip = ZipFile(BytesIO(content))
        except _DAMAGE as error:
            raise UnreadableError("is damaged, or not of the format that its name says", str(error)) from error
        self._names = set(self._zip.namelist())
        if len(self._names) > limits.MAX_PACKAGE_PARTS:
            raise limits.beyond("has more parts", limits.MAX_PACKAGE_PARTS, "parts")
        self._size = len(content)
        self._unpacked = 0

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str) -> bytes:
        """Return what a part holds.

        Raises:
            UnreadableError: there is no such part, it is locked or damaged, or the package unpacks to too much.
        """
        if name not in self._names:
            raise UnreadableError("lacks a part", name)
        if self._zip.getinfo(name).flag_bits & 1:
            raise UnreadableError(LOCKED)
        unpacked = bytearray()
        try:
            with self._zip.open(name) as part:
                while step := part.read(_STEP):
                    unpacked += step
                    self._unpacked += len(step)
                    require_sane_size(self._unpacked, self._size, limits.MAX_PACKAGE_SIZE)
        except _DAMAGE as error:
            raise UnreadableError("has a damaged part", f"{name}: {error}") from error
        return bytes(unpacked)

    def read_xml(self, name: str) -> Element:
        """Return the root element of a part.

        Raises:
            UnreadableError: as `read` and `parse_xml` do.
        """
        return parse_xml(self.read(name))

    def read_xml_if_there(self, name: str) -> Element | None:
        """Return the root element of a part that need not be there, or be sound, for the rest to be read."""
        if name not in self._names:
            return None
        try:
            return self.read_xml(name)
        except UnreadableError:
            return None


def resolve(part: str, target: str) -> str:
    """Return the part that another one refers to.

    Args:
        part: the name of the part with the reference.
        target: the reference, as it is written there.

    Example:
        >>> resolve("OEBPS/sách.opf", "chương%201.xhtml#đầu")
        'OEBPS/chương 1.xhtml'
    """
    path = unquote(target.partition("#")[0])
    return path.lstrip("/") if path.startswith("/") else normpath(join(dirname(part), path))
