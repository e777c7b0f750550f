"""Reads a page whose curves a PDF draws as lines: their own points become the samples, no pixel is measured.

What the PDF does not give by itself is read from the pixels: lead names and scales that are no text. Where it draws no
grid and no curves, or no layout fits them, the page is read from its pixels like any photo.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from ecgimg.datamodel.page import Curve, LayoutMatch, Photo, PrintedScales, UprightSheet
from ecgimg.errors import RefusedError
from ecgimg.pipelines.page_search import is_proven
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.stages.landmarks.find import find_landmarks
from ecgimg.stages.layout.match import find_layout
from ecgimg.stages.layout.scales import LayoutOptions
from ecgimg.stages.printed_scales import read_scales, read_text
from ecgimg.stages.straighten.by_drawn_grid import by_drawn_grid
from ecgimg.stages.vector.cells import cut_cells
from ecgimg.stages.vector.page import DrawnPage, read_drawn_page

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class VectorReading:
    """A page that was read from a PDF's lines: what it draws, its sheet with its landmarks and printed scales, its
    layout, and each cell's curve.
    """

    drawn: DrawnPage
    upright: UprightSheet
    scales: PrintedScales
    match: LayoutMatch
    curves: tuple[Curve, ...]


def read_vector(photo: Photo, wanted: LayoutOptions, steps: StepRunner) -> VectorReading | None:
    """The reading of a page from the lines of its PDF; None where they prove no ECG of a known layout."""
    vector = photo.vector
    if vector is None:
        return None
    sheet = steps.time("straighten", lambda: by_drawn_grid(photo))
    if sheet is None:
        logger.debug("%s: the PDF draws no grid, its pixels are read", photo.source)
        return None
    page = steps.time("trace", lambda: read_drawn_page(sheet, vector))
    if page is None:
        logger.debug("%s: the PDF draws no curves, its pixels are read", photo.source)
        return None
    upright = steps.time("landmarks", lambda: _with_landmarks(page))
    scales = _scales(upright, vector.text)
    try:
        match = steps.time("layout", lambda: find_layout(upright, page.traces, scales, wanted))
    except RefusedError as error:
        logger.debug("%s: the PDF's curves are not used (%s), its pixels are read", photo.source, error.what)
        return None
    match, curves = cut_cells(match, page)
    for step, artifact in (("straighten", sheet), ("landmarks", upright), ("trace", page.traces), ("layout", match)):
        steps.report(step, artifact)
    return VectorReading(page, upright, scales, match, curves)


def _with_landmarks(page: DrawnPage) -> UprightSheet:
    """The page's landmarks; names that are no text and pulses that are no lines of their own are seen in its pixels."""
    upright = page.upright
    if is_proven(upright):
        return upright
    seen = find_landmarks(page.sheet)
    if seen.sheet is not page.sheet:
        return upright
    return replace(
        upright,
        names=upright.names or seen.names,
        pulses=upright.pulses or seen.pulses,
        scale_texts=seen.scale_texts,
    )


def _scales(upright: UprightSheet, text: str) -> PrintedScales:
    """The speed and gain that a page prints, as text or in its pixels."""
    printed = read_text(text)
    return PrintedScales(**printed) if printed else read_scales(upright)
