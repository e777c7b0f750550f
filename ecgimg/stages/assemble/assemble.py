"""Puts a page's curves into one recording: lines and layout -> Recording in millivolts and absolute time."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS, lead_index
from ecgimg.datamodel.page import LayoutMatch, PageGeometry, PlacedCell, Sheet, Trace
from ecgimg.recording.recording import Recording
from ecgimg.stages.assemble.lead_laws import CorrectedReadings, Readings, enforce_lead_laws

FS = 500.0
"""Sampling rate of digitized recordings in Hz."""
MARK_MM = 3.0
"""Distance from a cell's ends within which separators and lead names stand on the curve."""
MARK_CONFIDENCE = 0.5
"""Confidence under which a sample there is taken for such a mark."""
HELD_SECONDS = 0.04
"""So long beside its known samples a lead is taken to stay where it was: columns overlap, marks cover ends."""
CORRECTED_SECONDS = 0.1
"""How long a lead must have been misread for a warning."""
DOUBTFUL = 0.5
"""Mean confidence of a lead under which the recording warns."""


def assemble(sheet: Sheet, lines: tuple[Trace, ...], match: LayoutMatch, name: str) -> Recording:
    """The recording of a page: each lead at the time at which it was printed, NaN where it was not.

    Readings of the same time are made to agree (`enforce_lead_laws`). A lead that stands both in a column and in a
    rhythm strip is taken from the strip, which is longer; where the strip can't be read, as on a torn corner, the
    column stands in.
    """
    read = _readings(sheet, lines, match)
    agreed = enforce_lead_laws(read)
    signals = np.full((len(LEADS), read.heights.shape[1]), np.nan, np.float32)
    confidence = np.zeros_like(signals)
    for k in np.argsort(read.is_strip, kind="stable"):
        row, known = lead_index(read.leads[k]), np.isfinite(agreed.heights[k])
        signals[row, known] = agreed.heights[k, known] / match.gain.value
        confidence[row, known] = agreed.confidence[k, known]
    return Recording(
        signals=signals,
        fs=FS,
        confidence=confidence,
        name=name,
        layout_id=match.layout_id,
        geometry=PageGeometry(
            px_per_mm=sheet.px_per_mm,
            rotation=sheet.rotation,
            straightened_by=sheet.straightened_by,
            paper_speed=match.paper_speed,
            gain=match.gain,
            curves=tuple((cell, _photo_curve(sheet, lines[cell.line], cell)) for cell in match.cells),
        ),
        warnings=(
            *_scale_warnings(sheet, match),
            *_lead_warnings(match, signals, confidence),
            *_corrected_warnings(read.leads, agreed),
        ),
    )


def _readings(sheet: Sheet, lines: tuple[Trace, ...], match: LayoutMatch) -> Readings:
    """Every cell's heights on the page's clock."""
    shape = len(match.cells), round(match.seconds * FS)
    heights, confidence, printed = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape, bool)
    for k, cell in enumerate(match.cells):
        values, trust = _cell_signal(lines[cell.line], cell, match, sheet.px_per_mm)
        first = round(cell.start * FS)
        count = min(len(values), shape[1] - first)
        place = slice(first, first + count)
        heights[k, place], confidence[k, place], printed[k, place] = values[:count], trust[:count], True
    leads, strips = tuple(cell.lead for cell in match.cells), tuple(cell.is_strip for cell in match.cells)
    return Readings(leads, strips, heights, confidence, printed, FS, match.paper_speed.value)


def _cell_signal(line: Trace, cell: PlacedCell, match: LayoutMatch, q: float) -> tuple[Floats, Floats]:
    """Millimetres and confidence at FS over a cell, zero at its row's zero line; what is held at its ends is of no
    confidence.
    """
    times = np.arange(round(cell.seconds * FS)) / FS
    x = cell.x0 + times * match.paper_speed.value * q
    heights = cell.sign * (cell.y0 - line.y) / q
    columns = x / line.step
    values = _interpolate(columns, _without_marks(heights, line, cell, q))
    values[x > cell.x1] = np.nan
    trust = np.where(np.isfinite(values), np.interp(columns, np.arange(len(line.y)), line.confidence), 0)
    return _held(values), trust.astype(np.float32)


def _held(values: Floats) -> Floats:
    """Samples at FS whose first and last known ones stand for up to HELD_SECONDS beside them too."""
    known = np.flatnonzero(np.isfinite(values))
    if not known.size:
        return values
    reach, first, last = round(HELD_SECONDS * FS), known[0], known[-1]
    out = values.copy()
    out[max(first - reach, 0) : first], out[last + 1 : last + 1 + reach] = values[first], values[last]
    return out


def _without_marks(heights: Floats, line: Trace, cell: PlacedCell, q: float) -> Floats:
    """The curve with its doubtful samples beside a cell's ends bridged: separators and lead names stand on it there."""
    x = np.arange(len(heights)) * line.step
    near_end = np.minimum(np.abs(x - cell.x0), np.abs(x - cell.x1)) < MARK_MM * q
    inside = (x >= cell.x0) & (x <= cell.x1) & np.isfinite(heights)
    doubtful = inside & near_end & (line.confidence < MARK_CONFIDENCE)
    sound = inside & ~doubtful
    if not doubtful.any() or not sound.any():
        return heights
    bridged = heights.copy()
    bridged[doubtful] = np.interp(x[doubtful], x[sound], heights[sound])
    return bridged


def _interpolate(columns: np.ndarray, values: Floats) -> Floats:
    """Linear between known samples, NaN beside unknown ones and beyond the ends."""
    low = np.floor(columns).astype(int)
    inside = (low >= 0) & (low < len(values) - 1)
    low = np.clip(low, 0, len(values) - 2)
    share = columns - low
    result = np.where(share == 0, values[low], values[low] * (1 - share) + values[low + 1] * share)
    return np.where(inside, result, np.nan).astype(np.float32)


def _photo_curve(sheet: Sheet, line: Trace, cell: PlacedCell) -> Floats:
    first, last = max(int(np.ceil(cell.x0 / line.step)), 0), min(int(cell.x1 / line.step) + 1, len(line.y))
    y = line.y[first:last]
    points = np.stack([np.arange(first, first + len(y)) * line.step, np.nan_to_num(y)], axis=1)
    photo = sheet.map.to_photo(points)
    photo[~np.isfinite(y)] = np.nan
    return photo


def _scale_warnings(sheet: Sheet, match: LayoutMatch) -> tuple[str, ...]:
    warnings = []
    if sheet.straightened_by == "page":
        warnings.append("no grid is seen: the page's edges and its calibration pulses tell its shape and scale")
    for scale, unit in ((match.paper_speed, "mm/s"), (match.gain, "mm/mV")):
        if scale.source == "assumed":
            warnings.append(f"{scale.value:g} {unit} is assumed: neither text nor a calibration pulse tells it")
        elif scale.source == "beats":
            warnings.append(f"only the beats' shape and distance tell that the paper ran at {scale.value:g} {unit}")
    return tuple(warnings)


def _lead_warnings(match: LayoutMatch, signals: Floats, confidence: Floats) -> tuple[str, ...]:
    warnings = []
    printed = {cell.lead for cell in match.cells}
    for row, lead in enumerate(LEADS):
        known = np.isfinite(signals[row])
        if lead in printed and not known.any():
            warnings.append(f"lead {lead} could not be followed")
        elif known.any() and confidence[row][known].mean() < DOUBTFUL:
            warnings.append(f"lead {lead} is doubtful")
    return tuple(warnings)


def _corrected_warnings(leads: tuple[str, ...], agreed: CorrectedReadings) -> tuple[str, ...]:
    """Which leads were misread for long, as the others tell."""
    seconds = dict.fromkeys(LEADS, 0.0)
    for lead, mended in zip(leads, agreed.mended, strict=True):
        seconds[lead] += float(mended.sum()) / FS
    return tuple(
        f"lead {lead} disagrees with the leads printed with it for {told:.1f} s and was weighed against them there"
        for lead, told in seconds.items()
        if told >= CORRECTED_SECONDS
    )
