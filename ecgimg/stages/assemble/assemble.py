"""Puts a page's curves into one recording: curves and layout -> Recording in millivolts and absolute time."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import Curve, LayoutMatch, PageGeometry, PlacedCell, Sheet
from ecgimg.recording.recording import Recording
from ecgimg.stages.assemble.constants import ASSEMBLE
from ecgimg.stages.assemble.lead_laws import CorrectedReadings, Readings, as_read, enforce_lead_laws
from ecgimg.stages.assemble.page_warnings import corrected_warnings, lead_warnings, scale_warnings
from ecgimg.stages.assemble.readings import read_cells


def assemble(sheet: Sheet, curves: tuple[Curve, ...], match: LayoutMatch, name: str) -> Recording:
    """The recording of a page: each lead at the time at which it was printed, NaN where it was not.

    `curves` are those of the match's cells. Readings of the same time are made to agree (`enforce_lead_laws`), unless
    they are a PDF's own points, which have no error of reading. A lead that stands both in a column and in a
    rhythm strip is taken from the strip, which is longer; where the strip can't be read, as on a torn corner, the
    column stands in. What the user drew goes before both.
    """
    readings = read_cells(curves, match, sheet.px_per_mm)
    agreed = as_read(readings) if sheet.straightened_by == "vector" else enforce_lead_laws(readings)
    leads = tuple(dict.fromkeys((*LEADS, *readings.leads)))
    signals, confidence, corrected = _merged(readings, agreed, leads, match)
    return Recording(
        signals=signals,
        fs=ASSEMBLE.fs_hz,
        confidence=confidence,
        corrected=corrected,
        name=name,
        layout_id=match.layout_id,
        geometry=_geometry(sheet, curves, match),
        warnings=(
            *match.contradictions,
            *scale_warnings(sheet, match),
            *lead_warnings(leads, match, signals, confidence),
            *corrected_warnings(readings.leads, agreed),
        ),
        leads=leads,
    )


def _merged(
    readings: Readings, agreed: CorrectedReadings, leads: tuple[str, ...], match: LayoutMatch
) -> tuple[Floats, Floats, Bools]:
    """Signals in mV, their confidence, and which are the user's, each [L, T], of the readings of all cells."""
    shape = len(leads), readings.heights.shape[1]
    signals, confidence = np.full(shape, np.nan, np.float32), np.zeros(shape, np.float32)
    corrected = np.zeros(shape, bool)
    order = np.argsort(readings.is_strip, kind="stable")
    known = np.isfinite(agreed.heights)
    for which in (known, known & agreed.by_user):
        for k in order:
            row, there = leads.index(readings.leads[k]), which[k]
            signals[row, there] = agreed.heights[k, there] / match.gain_of(readings.leads[k])
            confidence[row, there] = agreed.confidence[k, there]
            corrected[row, there] = agreed.by_user[k, there]
    for k in order:
        row = leads.index(readings.leads[k])
        corrected[row] |= agreed.by_user[k] & np.isnan(signals[row])
    return signals, confidence, corrected


def _geometry(sheet: Sheet, curves: tuple[Curve, ...], match: LayoutMatch) -> PageGeometry:
    return PageGeometry(
        px_per_mm=sheet.px_per_mm,
        rotation=sheet.rotation,
        straightened_by=sheet.straightened_by,
        stretch=sheet.stretch,
        paper_speed=match.paper_speed,
        gain=match.gain,
        curves=tuple((cell, _photo_curve(sheet, curve, cell)) for cell, curve in zip(match.cells, curves, strict=True)),
        corrected=tuple(
            curve.by_user[(curve.x >= cell.x0) & (curve.x <= cell.x1)]
            for cell, curve in zip(match.cells, curves, strict=True)
        )
        if any(curve.by_user.any() for curve in curves)
        else (),
    )


def _photo_curve(sheet: Sheet, curve: Curve, cell: PlacedCell) -> Floats:
    """Photo points [N, 2] of a cell's curve, NaN where nothing was seen."""
    inside = (curve.x >= cell.x0) & (curve.x <= cell.x1)
    x, y = curve.x[inside], curve.y[inside]
    photo = sheet.map.to_photo(np.stack([x, np.nan_to_num(y)], axis=1))
    photo[~np.isfinite(y)] = np.nan
    return photo
