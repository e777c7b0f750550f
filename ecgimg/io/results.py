"""The JSON beside every recording: what was found on the page, how sure it is, and where it came from.

`docs/json.md` lists every field. The schema's name changes its number when a field is renamed, removed or changes its
meaning; new fields may come at any time, so readers should ignore what they don't know.
"""

from __future__ import annotations

import hashlib
import platform
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

import numpy as np
from pydantic import Field, ValidationError

from ecgimg.io.parts import Part
from ecgimg.io.recordings import write_atomically
from ecgimg.leads import LEADS
from ecgimg.types import LayoutMatch, Photo, Recording, Scale, Sheet, Source

SCHEMA: Final = "ecgimg/page/1"
ASSUMED = 0.9
"""What is left of a page's confidence where a scale is assumed."""
_LIBRARIES = ("ecgimg", "numpy", "scipy", "opencv-python-headless", "scikit-image", "onnxruntime", "pillow")


class PageSource(Part):
    """The file a recording was read from."""

    file: str = Field(description="path of the picture or document, as it was given")
    sha256: str = Field(description="hash of the file, in hexadecimal")
    page: int = Field(description="page within the document, from 1")
    pages: int = Field(description="pages of the document")
    width: int = Field(description="width of the page's picture in pixels, upright")
    height: int = Field(description="height of the page's picture in pixels, upright")


class PageSettings(Part):
    """What the user asked for; null and "auto" leave it to the page."""

    layout: str = Field(description="layout asked for, or auto")
    paper_speed: float | None = Field(description="mm/s asked for, or null")
    gain: float | None = Field(description="mm/mV asked for, or null")


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


class PageShape(Part):
    """How the page lay in the picture."""

    px_per_mm: float = Field(description="pixels of the picture a millimetre of paper, measured at the grid")
    rotation: float = Field(description="degrees clockwise by which the picture had to be turned to be upright")
    straightened_by: str = Field(description="what the geometry was taken from: grid, or page (edges and pulses)")
    grid_confidence: float = Field(description="0 to 1")


class LeadResult(Part):
    """One lead."""

    confidence: float = Field(description="mean over the samples that are known, 0 to 1; 0 where none is")
    interval: tuple[float, float] | None = Field(description="first and last second that is known, or null")


class PageResult(Part):
    """Everything about one page but its samples, which are in the WFDB and CSV files."""

    schema_: Literal["ecgimg/page/1"] = Field(
        default=SCHEMA, alias="schema", description="name and version of this schema"
    )
    source: PageSource
    settings: PageSettings
    layout: PageLayout
    paper_speed: PageScale
    gain: PageScale
    geometry: PageShape
    fs: float = Field(description="samples a second")
    seconds: float = Field(description="length of the recording")
    confidence: float = Field(
        description="the lower of the layout's and the printed leads' mean; 0.9 times that where no print tells a scale"
    )
    leads: dict[str, LeadResult] = Field(description="the 12 leads by name")
    files: tuple[str, ...] = Field(description="names of the files that belong to this page, in its folder")
    warnings: tuple[str, ...] = Field(description="what a reader should know before trusting the recording")
    timings: dict[str, float] = Field(description="seconds of each step")
    versions: dict[str, str] = Field(description="of Python, this package and the libraries that touch the picture")


def describe_page(
    photo: Photo,
    sheet: Sheet,
    match: LayoutMatch,
    recording: Recording,
    timings: tuple[tuple[str, float], ...],
    settings: PageSettings,
    files: tuple[str, ...],
) -> PageResult:
    """The result of one page from what its stages made."""
    return PageResult(
        source=describe_source(photo),
        settings=settings,
        layout=PageLayout(id=match.layout_id, confidence=_short(match.confidence), evidence=match.evidence),
        paper_speed=describe_scale(match.paper_speed),
        gain=describe_scale(match.gain),
        geometry=PageShape(
            px_per_mm=_short(photo_px_per_mm(sheet)),
            rotation=round(sheet.rotation, 2),
            straightened_by=sheet.straightened_by,
            grid_confidence=_short(sheet.grid_confidence),
        ),
        fs=recording.fs,
        seconds=_short(recording.seconds),
        confidence=page_confidence(match, recording),
        leads={lead: _lead(recording, lead) for lead in LEADS},
        files=files,
        warnings=recording.warnings,
        timings={step: _short(seconds) for step, seconds in timings},
        versions=versions(),
    )


def photo_px_per_mm(sheet: Sheet) -> float:
    """Pixels of the photo a millimetre of paper: the median over the sheet, along its rows and columns."""
    nodes = sheet.map.nodes
    steps = [np.linalg.norm(np.diff(nodes, axis=axis), axis=2).ravel() for axis in (0, 1)]
    return float(np.median(np.concatenate(steps)) / (sheet.map.step / sheet.px_per_mm))


def page_confidence(match: LayoutMatch, recording: Recording) -> float:
    """One figure for a page: the lower of the layout's confidence and the printed leads' mean confidence.

    Where no print tells the speed or the gain it counts ASSUMED times as much, since machines print with others too,
    and so it does where no grid tells what a millimetre is.
    """
    printed = [recording.lead_confidence(lead) for lead in LEADS if recording.interval(lead) is not None]
    ruled = recording.geometry is None or recording.geometry.straightened_by == "grid"
    told = ruled and not {"assumed", "beats"} & {match.paper_speed.source, match.gain.source}
    lower = min(match.confidence, float(np.mean(printed)) if printed else 0.0)
    return _short(lower if told else ASSUMED * lower)


def write_result(result: PageResult, path: Path) -> Path:
    """Writes the JSON of a page.

    Raises:
        OutputError: the file can't be written.
    """
    return write_atomically(path, (result.model_dump_json(by_alias=True, indent=2) + "\n").encode())


def read_result(path: Path) -> PageResult | None:
    """The JSON of a page; None where there is none, or it is of another kind or version."""
    try:
        return PageResult.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def hash_file(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; it is read once, however many pages it has."""
    status = path.stat()
    return _hash(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that touch the picture."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _LIBRARIES}}


@lru_cache(maxsize=64)
def _hash(path: Path, size: int, modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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


def _lead(recording: Recording, lead: str) -> LeadResult:
    return LeadResult(confidence=_short(recording.lead_confidence(lead)), interval=recording.interval(lead))


def _short(value: float) -> float:
    return round(float(value), 4)
