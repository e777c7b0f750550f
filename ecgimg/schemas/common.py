"""What all parts of the JSON files share."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib import metadata

from pydantic import BaseModel, ConfigDict, Field

from ecgimg.datamodel.page import Photo, Scale, Source
from ecgimg.io.files import hash_file


class Part(BaseModel):
    """A part of a JSON file: never changed after it is made; fields of later versions are ignored when it is read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


_LIBRARIES = ("ecgimg", "numpy", "scipy", "opencv-python-headless", "scikit-image", "onnxruntime", "pillow")


class PageSource(Part):
    """The file a recording was read from."""

    file: str = Field(description="path of the picture or document, as it was given")
    sha256: str = Field(description="hash of the file, in hexadecimal")
    page: int = Field(description="page within the document, from 1")
    pages: int = Field(description="pages of the document")
    width: int = Field(description="width of the page's picture in pixels, upright")
    height: int = Field(description="height of the page's picture in pixels, upright")


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


@lru_cache(maxsize=64)
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


def describe_scale(scale: Scale) -> PageScale:
    """A scale for the JSON."""
    return PageScale(value=scale.value, source=scale.source, assumed=scale.source == "assumed")


def rounded(value: float) -> float:
    """A figure as the JSON files hold it: four decimals."""
    return round(float(value), 4)
