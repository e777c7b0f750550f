"""What the JSON files share: their parts, figures of four decimals, one reader and one writer."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ecgimg.datamodel.page import Photo, Scale, Source
from ecgimg.io.files import hash_file, open_regular, path_text, write_atomically
from ecgimg.recording.recording import Recording

_LIBRARIES = ("ecgimg", "numpy", "scipy", "opencv-python-headless", "scikit-image", "onnxruntime", "pillow")


class Part(BaseModel):
    """A part of a JSON file. It is never changed after it is made; unknown fields are ignored when it is read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Content = TypeVar("Content", bound=Part)


class PageSource(Part):
    """The file a recording was read from."""

    file: str = Field(
        description="path of the picture, document or recording, as it was given; <bytes> and the like where it was no "
        "file, empty for a recording without one"
    )
    sha256: str = Field(
        description="hash of the file, or of the pixels of an array or image, in hexadecimal; empty without either"
    )
    page: int = Field(
        description="page within the document, from 1; beyond its pages, the second ECG on one of them: page 4 of "
        "three is that on page 1"
    )
    pages: int = Field(description="pages of the document")
    ecgs: int = Field(default=1, description="ECGs that were found on the page, each of which is given as a page")
    width: int | None = Field(description="width of the page's picture in pixels, upright; null for a recording")
    height: int | None = Field(description="height of the page's picture in pixels, upright; null for a recording")


class PageLayout(Part):
    """The paper format that was found."""

    id: str = Field(description="name of the layout, as in `ecgimg layouts list`")
    confidence: float = Field(description="0 to 1")
    evidence: tuple[str, ...] = Field(description="what decided for this layout, in words")


class PageScaleWitness(Part):
    """One sign of a scale."""

    source: Source = Field(description="text, pulse, signal, beats or given, as in the scale's own source")
    value: float = Field(description="mm/s or mm/mV")
    confidence: float = Field(description="probability of the value by this sign alone, 0 to 1")


class PageScale(Part):
    """One scale of the paper."""

    value: float = Field(description="mm/s or mm/mV")
    source: Source = Field(
        description="text, pulse, signal, beats (all read from the page), given (by the user) or assumed"
    )
    assumed: bool = Field(description="true where nothing on the page or from the user told the value")
    witnesses: tuple[PageScaleWitness, ...] = Field(default=(), description="every sign of the scale that was found")
    contradicted: bool = Field(default=False, description="true where other signs are too sure to be overlooked")


class LeadResult(Part):
    """One lead."""

    confidence: float = Field(description="mean over the samples that are known, 0 to 1; 0 where none is")
    interval: tuple[float, float] | None = Field(description="first and last second that is known, or null")


class StretchResult(Part):
    """A stretch of a lead."""

    lead: str = Field(description="name of the lead, empty for the whole page")
    start: float = Field(description="seconds of recording time")
    end: float = Field(description="seconds of recording time")


CORRECTED = (
    "stretches that the user drew, whose confidence of 1 is the user's word, or erased; see settings.corrections"
)
"""Description of the field of a recording's corrected stretches."""
EXPORT = "how the files of the recording were written"
"""Description of a field of `ExportOptions`."""


def read_json(model: type[Content], path: Path) -> Content | None:
    """The content of a JSON file; None where there is no file, or it is of another schema or version."""
    try:
        with open_regular(path) as file:
            return model.model_validate_json(file.read())
    except (OSError, ValidationError):
        return None


def write_json(content: Part, path: Path, indent: int | None = 2) -> Path:
    """Writes a JSON file, whole or not at all; in one line where `indent` is None, which takes half of the space.

    Raises:
        OutputError: the file can't be written.
    """
    return write_atomically(path, (content.model_dump_json(by_alias=True, indent=indent) + "\n").encode())


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that touch the picture."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _LIBRARIES}}


def describe_source(photo: Photo) -> PageSource:
    """Where a photo came from."""
    height, width = photo.shape
    return PageSource(
        file=path_text(photo.source),
        sha256=photo.sha256 or hash_file(photo.source),
        page=photo.page,
        pages=photo.pages,
        ecgs=photo.ecgs,
        width=width,
        height=height,
    )


def describe_recording_file(path: Path | None) -> PageSource:
    """Where a recording came from; its file is hashed."""
    file, sha256 = ("", "") if path is None else (path_text(path), hash_file(path))
    return PageSource(file=file, sha256=sha256, page=1, pages=1, width=None, height=None)


def describe_leads(recording: Recording) -> dict[str, LeadResult]:
    """The leads of a recording for the JSON, in its order."""
    return {
        lead: LeadResult(confidence=rounded(recording.lead_confidence(lead)), interval=recording.interval(lead))
        for lead in recording.leads
    }


def describe_corrected(recording: Recording | None) -> tuple[StretchResult, ...]:
    """The stretches of a recording that the user drew or erased."""
    stretches = () if recording is None else recording.corrected_stretches
    return tuple(StretchResult(lead=lead, start=rounded(start), end=rounded(end)) for lead, start, end in stretches)


def describe_scale(scale: Scale) -> PageScale:
    """A scale for the JSON."""
    return PageScale(
        value=scale.value,
        source=scale.source,
        assumed=scale.source == "assumed",
        witnesses=tuple(
            PageScaleWitness(source=one.source, value=one.value, confidence=rounded(one.confidence))
            for one in scale.witnesses
        ),
        contradicted=bool(scale.contradictions),
    )


def rounded(value: float) -> float:
    """A figure as the JSON files hold it: four decimals."""
    return round(float(value), 4)
