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
    CORRECTED,
    EXPORT,
    LeadResult,
    PageLayout,
    PageScale,
    PageSource,
    Part,
    StretchResult,
    describe_corrected,
    describe_leads,
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
    straightened_by: str = Field(
        description="what the geometry was taken from: grid, page (edges and pulses), or vector (a PDF's lines)"
    )
    grid_confidence: float = Field(description="0 to 1")
    stretch: float = Field(
        default=1.0,
        description="height over width of the grid's squares where the picture was unstretched, else 1",
    )
    flat: bool | None = Field(
        default=None,
        description="true where the grid's lines show flat paper, which one cubic makes straight; false where its bends"
        " were followed; null where no grid was",
    )
    bend_mm: float | None = Field(
        default=None, description="how far the grid lies from a flat view, in mm rms; null where no grid was followed"
    )


class CellInk(Part):
    """How much of one stretch of a lead was read."""

    lead: str = Field(description="name of the lead")
    strip: bool = Field(description="whether the stretch is a rhythm strip")
    share: float = Field(description="of the curves in its place on the paper, the share that was read, 0 to 1")


class UnexplainedInk(Part):
    """Ink that may be a curve and that nothing explains."""

    letter: str = Field(description="its letter in the warnings and in the overlay")
    length_mm: float = Field(description="millimetres of paper that it covers")
    box: tuple[int, int, int, int] = Field(description="x0, y0, x1, y1 around it, in pixels of the upright picture")


class PageInk(Part):
    """How much of what looks like a curve on the page was read."""

    share: float = Field(description="of the millimetres of ink that may be curves, the share that was read, 0 to 1")
    cells: tuple[CellInk, ...] = Field(description="the same for each stretch of a lead")
    unexplained: tuple[UnexplainedInk, ...] = Field(description="ink that may be a curve and was not read")


class PageResult(Part):
    """Everything about one page but its samples, which are in the files of the recording."""

    schema_: Literal["ecgimg/page/1"] = Field(
        default=SCHEMA, alias="schema", description="name and version of this schema"
    )
    source: PageSource
    settings: PageSettings
    layout: PageLayout
    paper_speed: PageScale
    gain: PageScale
    chest_gain: PageScale | None = Field(
        default=None, description="gain of V1 to V6 where the page prints it apart from the other leads', else null"
    )
    geometry: PageShape
    fs: float = Field(description="samples a second")
    seconds: float = Field(description="length of the recording")
    confidence: float = Field(
        description="the lower of the layout's and the printed leads' mean; 0.9 times that where no print tells a"
        " scale, 0.75 times that where signs of a scale contradict each other or the picture is stretched; times the"
        " share of the ink that was read"
    )
    ink: PageInk | None = Field(default=None, description="which of the page's curves were read, null if not known")
    leads: dict[str, LeadResult] = Field(description="the 12 leads by name, then others of the page")
    corrected: tuple[StretchResult, ...] = Field(default=(), description=CORRECTED)
    export: ExportOptions = Field(default=ExportOptions(), description=EXPORT)
    with_findings: bool = Field(default=False, description="whether they hold the findings of `diagnose`")
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
    with_findings: bool = False,
) -> PageResult:
    """The result of one page from what its stages made."""
    return PageResult(
        source=describe_source(photo),
        settings=settings,
        layout=PageLayout(id=match.layout_id, confidence=rounded(match.confidence), evidence=match.evidence),
        paper_speed=describe_scale(match.paper_speed),
        gain=describe_scale(match.gain),
        chest_gain=None if match.chest_gain is None else describe_scale(match.chest_gain),
        geometry=PageShape(
            px_per_mm=rounded(photo_px_per_mm(sheet)),
            rotation=round(sheet.rotation, 2),
            straightened_by=sheet.straightened_by,
            grid_confidence=rounded(sheet.grid_confidence),
            stretch=rounded(sheet.stretch),
            flat=None if sheet.bend is None else sheet.bend.is_flat,
            bend_mm=None if sheet.bend is None else rounded(sheet.bend.rms_mm),
        ),
        fs=recording.fs,
        seconds=rounded(recording.seconds),
        confidence=page_confidence(match, recording),
        ink=describe_ink(match, recording),
        leads=describe_leads(recording),
        corrected=describe_corrected(recording),
        export=export or ExportOptions(),
        with_findings=with_findings,
        files=files,
        warnings=recording.warnings,
        timings={step: rounded(seconds) for step, seconds in timings},
        versions=versions(),
    )


def describe_ink(match: LayoutMatch, recording: Recording) -> PageInk | None:
    """Which of a page's curves were read; None where that was not looked at."""
    ink = None if recording.geometry is None else recording.geometry.ink
    if ink is None:
        return None
    return PageInk(
        share=rounded(ink.share),
        cells=tuple(
            CellInk(lead=cell.lead, strip=cell.is_strip, share=rounded(share))
            for cell, share in zip(match.cells, ink.cell_shares, strict=True)
        ),
        unexplained=tuple(
            UnexplainedInk(letter=letter, length_mm=rounded(one.length_mm), box=one.box)
            for letter, one in zip(ink.letters, ink.unexplained, strict=True)
        ),
    )


def photo_px_per_mm(sheet: Sheet) -> float:
    """Pixels of the photo a millimetre of paper: the median over the sheet, along its rows and columns."""
    nodes = sheet.map.nodes
    steps = [np.linalg.norm(np.diff(nodes, axis=axis), axis=2).ravel() for axis in (0, 1)]
    return float(np.median(np.concatenate(steps)) / (sheet.map.step / sheet.px_per_mm))
