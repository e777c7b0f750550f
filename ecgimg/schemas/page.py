"""The JSON beside every recording: what was found on the page, how sure it is, and where it came from.

`docs/reference/json.md` lists every field. The schema's name changes its number when a field is renamed, removed or
changes its meaning; new fields may come at any time, so readers should ignore unknown fields.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from pydantic import Field

from ecgimg.datamodel.page import LayoutMatch, Photo, Sheet
from ecgimg.options import PageSettings
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.quality import page_confidence
from ecgimg.recording.recording import Recording
from ecgimg.schemas.common import (
    PageLayout,
    PageScale,
    PageSource,
    Part,
    describe_scale,
    describe_source,
    rounded,
    versions,
)

SCHEMA: Final = "ecgimg/page/1"


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
    leads: dict[str, LeadResult] = Field(description="the 12 leads by name, then others of the page")
    export: ExportOptions = Field(default=ExportOptions(), description="how the files of the recording were written")
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
    export: ExportOptions | None = None,
) -> PageResult:
    """The result of one page from what its stages made."""
    return PageResult(
        source=describe_source(photo),
        settings=settings,
        layout=PageLayout(id=match.layout_id, confidence=rounded(match.confidence), evidence=match.evidence),
        paper_speed=describe_scale(match.paper_speed),
        gain=describe_scale(match.gain),
        geometry=PageShape(
            px_per_mm=rounded(photo_px_per_mm(sheet)),
            rotation=round(sheet.rotation, 2),
            straightened_by=sheet.straightened_by,
            grid_confidence=rounded(sheet.grid_confidence),
        ),
        fs=recording.fs,
        seconds=rounded(recording.seconds),
        confidence=page_confidence(match, recording),
        leads={lead: _lead(recording, lead) for lead in recording.leads},
        export=export or ExportOptions(),
        files=files,
        warnings=recording.warnings,
        timings={step: rounded(seconds) for step, seconds in timings},
        versions=versions(),
    )


def photo_px_per_mm(sheet: Sheet) -> float:
    """Pixels of the photo a millimetre of paper: the median over the sheet, along its rows and columns."""
    nodes = sheet.map.nodes
    steps = [np.linalg.norm(np.diff(nodes, axis=axis), axis=2).ravel() for axis in (0, 1)]
    return float(np.median(np.concatenate(steps)) / (sheet.map.step / sheet.px_per_mm))


def _lead(recording: Recording, lead: str) -> LeadResult:
    return LeadResult(confidence=rounded(recording.lead_confidence(lead)), interval=recording.interval(lead))
