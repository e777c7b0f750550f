"""Readings of a page: the heights of every cell's curve in millimetres, on the clock of the page."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles, Floats
from ecgimg.datamodel.page import Curve, LayoutMatch, PlacedCell
from ecgimg.stages.assemble.constants import ASSEMBLE
from ecgimg.stages.assemble.lead_laws import Readings


def read_cells(curves: tuple[Curve, ...], match: LayoutMatch, px_per_mm: float) -> Readings:
    """The heights of each cell's curve on the clock of the page, at `fs_hz`."""
    fs = ASSEMBLE.fs_hz
    shape = len(match.cells), round(match.seconds * fs)
    heights, confidence = np.full(shape, np.nan), np.zeros(shape)
    printed, by_user = np.zeros(shape, bool), np.zeros(shape, bool)
    for k, (cell, curve) in enumerate(zip(match.cells, curves, strict=True)):
        values, confidences, drawn = _cell_signal(curve, cell, match.paper_speed.value, px_per_mm)
        first = round(cell.start * fs)
        count = min(len(values), shape[1] - first)
        place = slice(first, first + count)
        heights[k, place], confidence[k, place], printed[k, place] = values[:count], confidences[:count], True
        by_user[k, place] = drawn[:count]
    leads, strips = tuple(cell.lead for cell in match.cells), tuple(cell.is_strip for cell in match.cells)
    return Readings(leads, strips, heights, confidence, printed, by_user, fs, match.paper_speed.value)


def _cell_signal(curve: Curve, cell: PlacedCell, paper_speed: float, px_per_mm: float) -> tuple[Floats, Floats, Bools]:
    """Millimetres above the row's baseline, confidence, and which are the user's, at `fs_hz` over a cell.

    Samples that are held at the cell's ends have the confidence 0. `paper_speed` is in mm/s.
    """
    times = np.arange(round(cell.seconds * ASSEMBLE.fs_hz)) / ASSEMBLE.fs_hz
    x = cell.x0 + times * paper_speed * px_per_mm
    heights = cell.sign * (cell.y0 - curve.y) / px_per_mm
    values = _interpolate(x, curve.x, _without_names(heights, curve, cell, px_per_mm))
    values[x > cell.x1 + ASSEMBLE.end_tolerance_px] = np.nan
    confidence = np.interp(x, curve.x, curve.confidence)
    by_user = np.interp(x, curve.x, curve.by_user) == 1
    held = np.where(by_user, values, _held(values))  # what was erased stays unknown
    return held, np.where(np.isfinite(values), confidence, 0).astype(np.float32), by_user


def _held(values: Floats) -> Floats:
    """Samples whose first and last known ones are repeated for up to `held_s` beside them."""
    known = np.flatnonzero(np.isfinite(values))
    if not known.size:
        return values
    reach, first, last = round(ASSEMBLE.held_s * ASSEMBLE.fs_hz), known[0], known[-1]
    held = values.copy()
    held[max(first - reach, 0) : first], held[last + 1 : last + 1 + reach] = values[first], values[last]
    return held


def _without_names(heights: Doubles, curve: Curve, cell: PlacedCell, px_per_mm: float) -> Doubles:
    """The curve with its doubtful samples near a cell's ends bridged: separators and lead names stand on it there."""
    x = curve.x
    near_end = np.minimum(np.abs(x - cell.x0), np.abs(x - cell.x1)) < ASSEMBLE.cell_end_mm * px_per_mm
    inside = (x >= cell.x0) & (x <= cell.x1) & np.isfinite(heights)
    doubtful: Bools = inside & near_end & (curve.confidence < ASSEMBLE.min_end_confidence)
    sound = inside & ~doubtful
    if not doubtful.any() or not sound.any():
        return heights
    bridged = heights.copy()
    bridged[doubtful] = np.interp(x[doubtful], x[sound], heights[sound])
    return bridged


def _interpolate(at: Doubles, x: Doubles, values: Doubles) -> Floats:
    """Linear between the known ones of values at rising x, NaN beside unknown ones and beyond the ends."""
    inside = (at >= x[0] - ASSEMBLE.end_tolerance_px) & (at <= x[-1] + ASSEMBLE.end_tolerance_px)
    at = np.clip(at, x[0], x[-1])
    low = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    share = (at - x[low]) / (x[low + 1] - x[low])
    between = values[low] * (1 - share) + values[low + 1] * share
    result = np.where(share == 0, values[low], np.where(share == 1, values[low + 1], between))
    return np.where(inside, result, np.nan).astype(np.float32)
