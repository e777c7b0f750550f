"""Files -> photos: JPEG, PNG, TIFF, BMP, WebP, HEIC, PDF and DICOM, recognised by their first bytes and never by name.

The kind, the size in pixels, the number of pages and the password are checked before anything is decoded. Pages are
read one by one, so that a document of a hundred pages is never in memory at once.
"""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.page import MAX_ECGS, Photo
from ecgimg.datamodel.vector_page import VectorPage
from ecgimg.errors import EcgimgError, UnreadableInputError, UsageError, is_out_of_memory
from ecgimg.io.files import hash_file, open_regular
from ecgimg.io.pixels import rgb_pixels

if TYPE_CHECKING:
    from PIL import Image
    from pypdfium2 import PdfDocument

    from ecgimg.io.dicom_page import DicomDocument

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".dib", ".webp", ".heic", ".heif", ".hif", ".pdf", ".dcm")
)
"""Suffixes that a folder is searched for; a file that is given itself may have any."""
PICTURE_SUFFIXES = SUFFIXES - {".tif", ".tiff", ".pdf", ".dcm"}
"""Suffixes of files that have one page."""
MAX_PIXELS = 170_000_000
"""Largest picture that is decoded: a page of A4 at 1200 dpi has 139 million; Pillow itself stops at 179 million."""
MAX_SCANS = 100
"""Scans of a progressive JPEG: cameras and programs write ten or so, and each costs as much time as a whole picture."""
PDF_DPI = 300
"""Resolution at which a PDF page is drawn."""
MAX_PDF_PIXELS = 25_000_000
"""A PDF page that would have more pixels is drawn more coarsely."""

Kind = Literal["JPEG", "PNG", "TIFF", "BMP", "WebP", "HEIC", "PDF", "DICOM"]

_WHERE = "load"
_SAVE_AGAIN = "copy the file again from where it came, or save it again as PNG or JPEG"
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"mif1", b"msf1")


def can_have_pages(path: Path) -> bool:
    """Whether a file is of a kind that can have more than one page; only its first bytes are read.

    Raises:
        UnreadableInputError: missing, empty, no file, or of no known kind.
    """
    return _kind(path) in ("PDF", "TIFF", "DICOM")


def count_pages(path: File) -> int:
    """Number of pages of a picture or document; only its header is read.

    Raises:
        UnreadableInputError: missing, empty, of no known kind, too large, damaged or protected by a password.
    """
    kind = _kind(path)
    if kind == "DICOM":
        return _count_dicom(path)
    if kind == "PDF":
        with _open_pdf(path) as document:
            return len(document)
    with _open_picture(path) as picture:
        return len(_frames(picture))


def count_pixels(path: File) -> int | None:
    """Pixels of the first picture in a file; only its header is read. None for a PDF, which has none until it is drawn.

    Raises:
        UnreadableInputError: as `count_pages`.
    """
    kind = _kind(path)
    if kind == "PDF":
        return None
    if kind == "DICOM":
        with _unreadable_errors(path), _open_dicom(path) as document:
            return None if document.pdf is not None else document.width * document.height
    with _open_picture(path) as picture:
        return picture.width * picture.height


def read_page(file: str | Path | MemoryFile, page: int = 1) -> Photo:
    """One page of a picture or document, counted from 1; beyond its pages, that of a second ECG (see `Photo`).

    Raises:
        UnreadableInputError: as `count_pages`, or the pixels are truncated or damaged.
        UsageError: there is no such page.
    """
    file = Path(file) if isinstance(file, str) else file
    kind = _kind(file)
    read = _read_dicom if kind == "DICOM" else _read_pdf if kind == "PDF" else _read_picture
    drawn, pages = read(file, page)
    if isinstance(file, MemoryFile):
        return Photo(drawn.pixels, Path(file.name), page, pages, hashlib.sha256(file.data).hexdigest(), drawn.vector)
    return Photo(drawn.pixels, file, page, pages, hash_file(file), drawn.vector)


def pixels_of_picture(picture: Image.Image, name: str) -> Pixels:
    """RGB pixels [H, W, 3] of an open picture, upright, on white; the picture stays as it is.

    Raises:
        UnreadableInputError: too large, empty or damaged.
    """
    from PIL import ImageOps

    _check_size(picture, name)
    with _unreadable_errors(name):
        return rgb_pixels(ImageOps.exif_transpose(picture))


@dataclass(frozen=True)
class MemoryFile:
    """The content of a file that is in memory; `name` stands for it in messages."""

    name: str
    data: bytes

    def __str__(self) -> str:
        return self.name


File: TypeAlias = Path | MemoryFile


def _open(file: File) -> BytesIO | BufferedReader:
    return open_regular(file) if isinstance(file, Path) else BytesIO(file.data)


def _kind(path: File) -> Kind:
    """What a file is by its first bytes."""
    try:
        with _open(path) as file:
            head = file.read(1024)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        is_folder = isinstance(path, Path) and os.path.isdir(path)
        what = f"{path} is a folder" if is_folder else f"{path}: {getattr(error, 'strerror', None) or error}"
        raise UnreadableInputError(what, where=_WHERE, remedy="check the path and the right to read it") from error
    if not head:
        raise UnreadableInputError(f"{path} is empty", where=_WHERE, remedy=_SAVE_AGAIN)
    kind = _kind_of(head)
    if kind is None:
        raise UnreadableInputError(f"{path} is {_guess(head)}, no picture or PDF", where=_WHERE, remedy=_remedy(head))
    return kind


def _kind_of(head: bytes) -> Kind | None:
    starts: tuple[tuple[bytes, Kind], ...] = (
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"II+\0", "TIFF"),
        (b"MM\0+", "TIFF"),
        (b"BM", "BMP"),
    )
    for start, kind in starts:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp" and any(brand in head[8:64] for brand in _HEIF_BRANDS):
        return "HEIC"
    if head[128:132] == b"DICM":
        return "DICOM"
    return "PDF" if b"%PDF-" in head else None  # PDF readers accept a preamble of up to 1024 bytes


def _guess(head: bytes) -> str:
    printable = sum(byte in b"\t\n\r" or 32 <= byte < 127 or byte >= 128 for byte in head)
    if b"\0" not in head and printable == len(head):
        return "a text file"
    return "a ZIP or Office file" if head.startswith(b"PK\3\4") else "a file of unknown kind"


def _remedy(head: bytes) -> str:
    if head.startswith(b"PK\3\4"):
        return "print the document to PDF, or unpack it"
    return "give a JPEG, PNG, TIFF, BMP, WebP, HEIC, PDF or DICOM"


def page_index(path: object, page: int, pages: int) -> int:
    """The place, from 0, of a page in a document of so many pages; UsageError where there is no such page."""
    if not isinstance(page, int) or not 1 <= page <= MAX_ECGS * pages:
        remedy = f"choose a page from 1 to {pages}"
        raise UsageError(f"{path} has no page {page}", where=_WHERE, remedy=remedy)
    return (page - 1) % pages


@contextmanager
def _unreadable_errors(path: object) -> Iterator[None]:
    """Turns whatever a decoder raises on a damaged file into one error of ours."""
    try:
        yield
    except EcgimgError:
        raise
    except Exception as error:  # decoders raise anything on a damaged file: OSError, SyntaxError, struct.error ...
        if is_out_of_memory(error):
            what = f"{path} does not fit into memory"
            raise UnreadableInputError(what, where=_WHERE, remedy="save it smaller, or raise --max-memory") from error
        text = " ".join(str(error).split()) or type(error).__name__
        what = f"{path} is damaged or cut short ({text})"
        raise UnreadableInputError(what, where=_WHERE, remedy=_SAVE_AGAIN) from error


@contextmanager
def _open_picture(path: File) -> Iterator[Image.Image]:
    """The picture with its header read and its size checked, not decoded yet."""
    from PIL import Image

    kind = _kind(path)
    if kind == "HEIC":
        import pillow_heif

        pillow_heif.register_heif_opener()
    with _unreadable_errors(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own limit replaces Pillow's warning; broken EXIF data only warns
        try:
            picture = Image.open(_open(path), formats=[_PILLOW_NAMES.get(kind, kind.upper())])
        except Image.DecompressionBombError as error:
            raise _too_large(path, "over 179 million pixels") from error
        with picture:
            if kind == "JPEG":
                _check_scans(path)
            _check_size(picture, path)
            yield picture


def _check_scans(path: File) -> None:
    with _open(path) as file:
        scans = file.read().count(_START_OF_SCAN)
    if scans > MAX_SCANS:
        raise UnreadableInputError(f"{path} is a JPEG of {scans} scans", where=_WHERE, remedy=_SAVE_AGAIN)


_START_OF_SCAN = b"\xff\xda"
"""It stands nowhere else in the data: a JPEG writes a byte 255 of a picture as two."""
_PILLOW_NAMES = {"HEIC": "HEIF"}


def _check_size(picture: Image.Image, path: object) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large(path, f"{picture.width} x {picture.height} pixels")


def _too_large(path: object, size: str) -> UnreadableInputError:
    remedy = f"save it with at most {MAX_PIXELS // 1_000_000} million pixels; 3000 x 2000 is plenty for a page"
    return UnreadableInputError(f"{path} has {size}", where=_WHERE, remedy=remedy)


def _frames(picture: Image.Image) -> list[int]:
    """Frames that are pages: those of a TIFF that are no thumbnails; of anything else the first.

    A phone's JPEG or WebP may hold further frames (a depth map, a preview, an animation), which are no pages.
    """
    if picture.format != "TIFF":
        return [0]
    pages = []
    for k in range(getattr(picture, "n_frames", 1)):
        picture.seek(k)
        if not int(picture.tag_v2.get(254, 0)) & 1:  # type: ignore[attr-defined]  # NewSubfileType: reduced
            pages.append(k)
    return pages or [0]


def _decode(picture: Image.Image, frame: int, path: File) -> Pixels:
    """RGB pixels [H, W, 3], upright, on white."""
    from PIL import ImageOps

    picture.seek(frame)
    _check_size(picture, path)
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    return rgb_pixels(picture)


@contextmanager
def _open_dicom(file: File) -> Iterator[DicomDocument]:
    from ecgimg.io.dicom_page import open_dicom

    with _open(file) as stream:
        yield open_dicom(stream, str(file))


def _count_dicom(path: File) -> int:
    with _unreadable_errors(path), _open_dicom(path) as document:
        if document.pdf is None:
            return document.frames
        with _open_pdf(MemoryFile(str(path), document.pdf)) as pdf:
            return len(pdf)


def _read_dicom(file: File, page: int) -> tuple[_Drawn, int]:
    """A page of the pictures, or of the PDF, in a DICOM file, and the number of pages."""
    with _unreadable_errors(file), _open_dicom(file) as document:
        if document.pdf is not None:
            return _read_pdf(MemoryFile(str(file), document.pdf), page)
        index = page_index(file, page, document.frames)
        if document.width * document.height > MAX_PIXELS:
            raise _too_large(file, f"{document.width} x {document.height} pixels")
        return _Drawn(rgb_pixels(document.frame(index))), document.frames


def _read_pdf(file: File, page: int) -> tuple[_Drawn, int]:
    with _open_pdf(file) as document:
        return _draw(document, page_index(file, page, len(document)), file), len(document)


def _read_picture(file: File, page: int) -> tuple[_Drawn, int]:
    with _open_picture(file) as picture:
        frames = _frames(picture)
        return _Drawn(_decode(picture, frames[page_index(file, page, len(frames))], file)), len(frames)


@contextmanager
def _open_pdf(path: File) -> Iterator[PdfDocument]:
    import pypdfium2

    with _unreadable_errors(path):
        try:
            document = pypdfium2.PdfDocument(path if isinstance(path, Path) else path.data)
        except pypdfium2.PdfiumError as error:
            if "password" not in str(error).lower():
                raise
            remedy = "open it with its password, print it to a new PDF and give that one"
            what = f"{path} is protected by a password"
            raise UnreadableInputError(what, where=_WHERE, remedy=remedy) from error
        try:
            if len(document) == 0:
                raise UnreadableInputError(f"{path} has no pages", where=_WHERE, remedy=_SAVE_AGAIN)
            yield document
        finally:
            document.close()


@dataclass(frozen=True, eq=False)
class _Drawn:
    """The pixels of a page, and the lines that they were drawn from; None where there are none, or too many to read."""

    pixels: Pixels
    vector: VectorPage | None = None


def _draw(document: PdfDocument, index: int, path: File) -> _Drawn:
    """A page of a PDF."""
    from ecgimg.io.pdf_page import read_vector_page

    page = document[index]
    try:
        width, height = page.get_size()
        if not width * height > 0:
            raise UnreadableInputError(f"{path}: page {index + 1} has no area", where=_WHERE, remedy=_SAVE_AGAIN)
        scale = min(PDF_DPI / 72, (MAX_PDF_PIXELS / (width * height)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        pixels = np.ascontiguousarray(bitmap.to_numpy()[..., :3], np.uint8)
        return _Drawn(pixels, read_vector_page(page, (pixels.shape[1], pixels.shape[0])))
    finally:
        page.close()
