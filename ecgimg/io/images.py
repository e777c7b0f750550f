"""Files -> photos: JPEG, PNG, TIFF, BMP, WebP, HEIC, PDF and DICOM, recognised by their first bytes and never by name.

The kind, the size in pixels, the number of pages and the password are checked before anything is decoded. Pages are
read one by one, so that a document of a hundred pages is never in memory at once.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.page import Photo
from ecgimg.errors import EcgimgError, UnreadableInputError, UsageError

if TYPE_CHECKING:
    from PIL import Image
    from pypdfium2 import PdfDocument

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".dib", ".webp", ".heic", ".heif", ".hif", ".pdf", ".dcm")
)
"""Suffixes that a folder is searched for; a file that is given itself may have any."""
MAX_PIXELS = 170_000_000
"""Largest picture that is decoded: a page of A4 at 1200 dpi has 139 million; Pillow itself stops at 179 million."""
PDF_DPI = 300
"""Resolution at which a PDF page is drawn."""
MAX_PDF_PIXELS = 25_000_000
"""A PDF page that would have more pixels is drawn more coarsely."""

Kind = Literal["JPEG", "PNG", "TIFF", "BMP", "WebP", "HEIC", "PDF", "DICOM"]

_WHERE = "load"
_SAVE_AGAIN = "copy the file again from where it came, or save it again as PNG or JPEG"
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"mif1", b"msf1")


def count_pages(path: Path) -> int:
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


def read_page(path: str | Path, page: int = 1) -> Photo:
    """One page of a picture or document, counted from 1.

    Raises:
        UnreadableInputError: as `count_pages`, or the pixels are truncated or damaged.
        UsageError: there is no such page.
    """
    path = Path(path)
    kind = _kind(path)
    if kind == "DICOM":
        return _read_dicom(path, page)
    if kind == "PDF":
        with _open_pdf(path) as document:
            _check_page(path, page, len(document))
            return Photo(_draw(document, page - 1, path), path, page, len(document))
    with _open_picture(path) as picture:
        frames = _frames(picture)
        _check_page(path, page, len(frames))
        return Photo(_decode(picture, frames[page - 1]), path, page, len(frames))


def _kind(path: Path) -> Kind:
    """What a file is by its first bytes."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        what = f"{path} is a folder" if path.is_dir() else f"{path}: {error.strerror or error}"
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


def _check_page(path: Path, page: int, pages: int) -> None:
    if not 1 <= page <= pages:
        raise UsageError(f"{path} has no page {page}", where=_WHERE, remedy=f"choose a page from 1 to {pages}")


@contextmanager
def _unreadable_errors(path: Path) -> Iterator[None]:
    """Turns whatever a decoder raises on a damaged file into one error of ours."""
    try:
        yield
    except EcgimgError:
        raise
    except MemoryError as error:
        what = f"{path} does not fit into memory"
        raise UnreadableInputError(what, where=_WHERE, remedy="save it smaller, or use fewer --jobs") from error
    except Exception as error:  # decoders raise anything on a damaged file: OSError, SyntaxError, struct.error ...
        text = " ".join(str(error).split()) or type(error).__name__
        what = f"{path} is damaged or cut short ({text})"
        raise UnreadableInputError(what, where=_WHERE, remedy=_SAVE_AGAIN) from error


@contextmanager
def _open_picture(path: Path) -> Iterator[Image.Image]:
    """The picture with its header read and its size checked, not decoded yet."""
    from PIL import Image

    kind = _kind(path)
    if kind == "HEIC":
        import pillow_heif

        pillow_heif.register_heif_opener()
    with _unreadable_errors(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own limit replaces Pillow's warning; broken EXIF data only warns
        try:
            picture = Image.open(path, formats=[_PILLOW_NAMES.get(kind, kind.upper())])
        except Image.DecompressionBombError as error:
            raise _too_large(path, "over 179 million pixels") from error
        with picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise _too_large(path, f"{width} x {height} pixels")
            yield picture


_PILLOW_NAMES = {"HEIC": "HEIF"}


def _too_large(path: Path, size: str) -> UnreadableInputError:
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


def _decode(picture: Image.Image, frame: int) -> Pixels:
    """RGB pixels [H, W, 3], upright, on white."""
    from PIL import Image, ImageOps

    picture.seek(frame)
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large(Path(str(getattr(picture, "filename", "page"))), f"{picture.width} x {picture.height} pixels")
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I") or upright.mode == "F":
        return _from_deep_grey(np.asarray(upright))
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        upright = Image.alpha_composite(white, layer)
    return np.ascontiguousarray(np.asarray(upright.convert("RGB"), np.uint8))


def _from_deep_grey(values: np.ndarray) -> Pixels:
    """Grey of more than 8 bits -> RGB; the range is the smallest power of two that holds it (10, 12, 16 bits)."""
    top = float(values.max())
    full = 1.0 if top <= 1 else float(2 ** max(8, int(np.ceil(np.log2(top + 1)))) - 1)
    grey = np.clip(np.rint(values.astype(np.float32) * (255 / full)), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _count_dicom(path: Path) -> int:
    from ecgimg.io.dicom_page import open_dicom

    with _unreadable_errors(path):
        document = open_dicom(path)
        if document.pdf is None:
            return document.frames
        with _open_pdf(path, document.pdf) as pdf:
            return len(pdf)


def _read_dicom(path: Path, page: int) -> Photo:
    from ecgimg.io.dicom_page import open_dicom

    with _unreadable_errors(path):
        document = open_dicom(path)
        if document.pdf is not None:
            with _open_pdf(path, document.pdf) as pdf:
                _check_page(path, page, len(pdf))
                return Photo(_draw(pdf, page - 1, path), path, page, len(pdf))
        _check_page(path, page, document.frames)
        if document.width * document.height > MAX_PIXELS:
            raise _too_large(path, f"{document.width} x {document.height} pixels")
        values = document.frame(page - 1)
        pixels = values if values.dtype == np.uint8 else _from_deep_grey(values)
        return Photo(np.ascontiguousarray(pixels), path, page, document.frames)


@contextmanager
def _open_pdf(path: Path, content: bytes | None = None) -> Iterator[PdfDocument]:
    """The PDF of a file, or that of `content` which the file holds."""
    import pypdfium2

    with _unreadable_errors(path):
        try:
            document = pypdfium2.PdfDocument(path if content is None else content)
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


def _draw(document: PdfDocument, index: int, path: Path) -> Pixels:
    page = document[index]
    try:
        width, height = page.get_size()
        if not width * height > 0:
            raise UnreadableInputError(f"{path}: page {index + 1} has no area", where=_WHERE, remedy=_SAVE_AGAIN)
        scale = min(PDF_DPI / 72, (MAX_PDF_PIXELS / (width * height)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        return np.ascontiguousarray(bitmap.to_numpy()[..., :3], np.uint8)
    finally:
        page.close()
