"""Puts a page's curves into one recording: traces and layout -> Recording in millivolts and absolute time."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LayoutMatch, PageGeometry, PlacedCell, Sheet, Trace
from ecgimg.recording.recording import Recording
from ecgimg.stages.assemble.constants import ASSEMBLE
from ecgimg.stages.assemble.lead_laws import enforce_lead_laws
from ecgimg.stages.assemble.page_warnings import corrected_warnings, lead_warnings, scale_warnings
from ecgimg.stages.assemble.readings import read_cells


def assemble(sheet: Sheet, traces: tuple[Trace, ...], match: LayoutMatch, name: str) -> Recording:
    """The recording of a page: each lead at the time at which it was printed, NaN where it was not.

    Readings of the same time are made to agree (`enforce_lead_laws`). A lead that stands both in a column and in a
    rhythm strip is taken from the strip, which is longer; where the strip can't be read, as on a torn corner, the
    column stands in.
    """
    readings = read_cells(traces, match, sheet.px_per_mm)
    agreed = enforce_lead_laws(readings)
    leads = tuple(dict.fromkeys((*LEADS, *readings.leads)))
    signals = np.full((len(leads), readings.heights.shape[1]), np.nan, np.float32)
    confidence = np.zeros_like(signals)
    for k in np.argsort(readings.is_strip, kind="stable"):
        row, known = leads.index(readings.leads[k]), np.isfinite(agreed.heights[k])
        signals[row, known] = agreed.heights[k, known] / match.gain_of(readings.leads[k])
        confidence[row, known] = agreed.confidence[k, known]
    return Recording(
        signals=signals,
        fs=ASSEMBLE.fs_hz,
        confidence=confidence,
        name=name,
        layout_id=match.layout_id,
        geometry=_geometry(sheet, traces, match),
        warnings=(
            *match.contradictions,
            *scale_warnings(sheet, match),
            *lead_warnings(leads, match, signals, confidence),
            *corrected_warnings(readings.leads, agreed),
        ),
        leads=leads,
    )


def _geometry(sheet: Sheet, traces: tuple[Trace, ...], match: LayoutMatch) -> PageGeometry:
    return PageGeometry(
        px_per_mm=sheet.px_per_mm,
        rotation=sheet.rotation,
        straightened_by=sheet.straightened_by,
        stretch=sheet.stretch,
        paper_speed=match.paper_speed,
        gain=match.gain,
        curves=tuple((cell, _photo_curve(sheet, traces[cell.line], cell)) for cell in match.cells),
    )


def _photo_curve(sheet: Sheet, trace: Trace, cell: PlacedCell) -> Floats:
    """Photo points [N, 2] of a cell's trace, NaN where nothing was seen."""
    first, last = max(int(np.ceil(cell.x0 / trace.step)), 0), min(int(cell.x1 / trace.step) + 1, len(trace.y))
    y = trace.y[first:last]
    points = np.stack([np.arange(first, first + len(y)) * trace.step, np.nan_to_num(y)], axis=1)
    photo = sheet.map.to_photo(points)
    photo[~np.isfinite(y)] = np.nan
    return photo
