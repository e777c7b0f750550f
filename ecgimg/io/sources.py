"""What a caller may give as a page: a path, bytes, a binary file object, a PIL image or an array -> `Photo`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.page import Photo
from ecgimg.errors import UsageError
from ecgimg.io.images import MemoryFile, page_index, pixels_of_picture, read_page

if TYPE_CHECKING:
    from PIL import Image

PageInput: TypeAlias = Union[
    str, "os.PathLike[str]", bytes, bytearray, memoryview, IO[bytes], MemoryFile, "Image.Image", NDArray[Any]
]
"""Bytes and what a file object gives are the content of a file of any kind that can be read."""

NAMELESS = "ecg"
_REMEDY = "give a path, bytes, a file opened with 'rb', a PIL image, or an array uint8 [H, W, 3] (RGB) or [H, W]"


def read_source(source: PageInput, page: int = 1) -> Photo:
    """One page, counted as `Photo` does, of whatever a caller gave.

    Raises:
        UnreadableInputError: as `ecgimg.io.images.read_page`.
        UsageError: there is no such page, or the source is of another type.
    """
    if isinstance(source, str | os.PathLike):
        return read_page(Path(source), page)
    if isinstance(source, bytes | bytearray | memoryview):
        return read_page(MemoryFile("<bytes>", bytes(source)), page)
    if isinstance(source, MemoryFile):
        return read_page(source, page)
    if isinstance(source, np.ndarray):
        return _photo_of_picture(_picture_of_array(source), "<array>", page)
    if hasattr(source, "read"):
        return read_page(_content_of_file(source), page)
    if hasattr(source, "getextrema"):  # PIL is not imported to find that it was not used
        return _photo_of_picture(source, "<image>", page)
    raise UsageError(f"a page can't be read from {type(source).__name__}", where="load", remedy=_REMEDY)


def source_name(source: PageInput) -> str:
    """The name of what is made of a source: a path's stem, else `NAMELESS`."""
    return Path(source).stem if isinstance(source, str | os.PathLike) else NAMELESS


def _content_of_file(file: Any) -> MemoryFile:
    try:
        data = file.read()
    except (OSError, ValueError) as error:  # ValueError: closed, or text that is no UTF-8
        raise UsageError(f"the file object can't be read ({error})", where="load", remedy=_REMEDY) from error
    if not isinstance(data, bytes):
        what = f"the file object gives {type(data).__name__}, not bytes"
        raise UsageError(what, where="load", remedy="open the file with 'rb'")
    return MemoryFile("<file>", data)


def _picture_of_array(pixels: NDArray[Any]) -> Image.Image:
    from PIL import Image

    is_picture = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    if pixels.dtype != np.uint8 or not is_picture or not pixels.size:
        shape = ", ".join(map(str, pixels.shape))
        raise UsageError(f"the array is {pixels.dtype} [{shape}]", where="load", remedy=_REMEDY)
    return Image.fromarray(np.ascontiguousarray(pixels))


def _photo_of_picture(picture: Image.Image, name: str, page: int) -> Photo:
    page_index(name, page, 1)
    pixels = pixels_of_picture(picture, name)
    return Photo(pixels, Path(name), page, sha256=hashlib.sha256(pixels.data).hexdigest())
