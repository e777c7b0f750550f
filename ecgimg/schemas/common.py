"""What the JSON files share: their parts, figures of four decimals, one reader and one writer."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ecgimg.datamodel.page import Photo, Scale, Source
from ecgimg.io.files import hash_file, write_atomically

_LIBRARIES = ("ecgimg", "numpy", "scipy", "opencv-python-headless", "scikit-image", "onnxruntime", "pillow")


class Part(BaseModel):
    """A part of a JSON file. It is never changed after it is made; unknown fields are ignored when it is read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Content = TypeVar("Content", bound=Part)


class PageSource(Part):
    """The file a recording was read from."""

    file: str = Field(description="path of the picture, document or recording, as it was given; empty without a file")
    sha256: str = Field(description="hash of the file, in hexadecimal; empty without a file")
    page: int = Field(description="page within the document, from 1")
    pages: int = Field(description="pages of the document")
    width: int | None = Field(description="width of the page's picture in pixels, upright; null for a recording")
    height: int | None = Field(description="height of the page's picture in pixels, upright; null for a recording")


class PageLayout(Part):
    """The paper format that was found."""

    id: str = Field(description="name of the layout, as in `ecgimg layouts list`")
    confidence: float = Field(description="0 to 1")
    evidence: tuple[str, ...] = Field(description="what decided for this layout, in words")


class PageScale(Part):
    """One scale of the paper."""

    value: float = Field(description="mm/s or mm/mV")
    source: Source = Field(
        description="text, pulse, signal, beats (all read from the page), given (by the user) or assumed"
    )
    assumed: bool = Field(description="true where nothing on the page or from the user told the value")


def read_json(model: type[Content], path: Path) -> Content | None:
    """The content of a JSON file; None where there is no file, or it is of another schema or version."""
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def write_json(content: Part, path: Path) -> Path:
    """Writes a JSON file, whole or not at all.

    Raises:
        OutputError: the file can't be written.
    """
    return write_atomically(path, (content.model_dump_json(by_alias=True, indent=2) + "\n").encode())


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that touch the picture."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _LIBRARIES}}


def describe_source(photo: Photo) -> PageSource:
    """Where a photo came from; its file is hashed."""
    height, width = photo.shape
    return PageSource(
        file=photo.source.as_posix(),
        sha256=hash_file(photo.source),
        page=photo.page,
        pages=photo.pages,
        width=width,
        height=height,
    )


def describe_recording_file(path: Path | None) -> PageSource:
    """Where a recording came from; its file is hashed."""
    file, sha256 = ("", "") if path is None else (path.as_posix(), hash_file(path))
    return PageSource(file=file, sha256=sha256, page=1, pages=1, width=None, height=None)


def describe_scale(scale: Scale) -> PageScale:
    """A scale for the JSON."""
    return PageScale(value=scale.value, source=scale.source, assumed=scale.source == "assumed")


def rounded(value: float) -> float:
    """A figure as the JSON files hold it: four decimals."""
    return round(float(value), 4)
