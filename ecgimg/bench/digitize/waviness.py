"""Residual waviness of a straightened sheet: how far its grid is from straight and even, in mm rms.

Of a drawn page the true place of each point is known. Of a real page its lines are measured: each should be straight.
The distance of the lines from one another is not counted there, as printers put them on whole dots.
"""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.page import Sheet
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.grid_lines import grid_lines
from ecgimg.stages.straighten.line_contrast import ink_mask, line_contrast
from ecgimg.synth.camera import Warp

MIN_SEGMENTS = 8
"""Segments of a line, and lines, that are needed to measure straightness."""


def true_waviness(sheet: Sheet, warp: Warp, true_px_per_mm: float) -> float:
    """Distance in mm rms of the nodes on the grid from the best affine view of their true places; NaN without a grid.

    Args:
        sheet: the straightened page.
        warp: the true map between the picture and the drawn page.
        true_px_per_mm: scale of the drawn page.
    """
    if sheet.grid_box is None:
        return float("nan")
    rows, cols = sheet.map.nodes.shape[:2]
    place = np.stack(np.meshgrid(np.arange(cols), np.arange(rows)), axis=2) * sheet.map.step
    low, high = np.array(sheet.grid_box[:2]), np.array(sheet.grid_box[2:])
    margin = STRAIGHTEN.region_margin_mm * sheet.px_per_mm
    inside = ((place > low + margin) & (place < high - margin)).all(axis=2) & sheet.on_photo(place)
    if inside.sum() < MIN_SEGMENTS:
        return float("nan")
    true_mm = warp.to_sheet(sheet.map.nodes[inside]) / true_px_per_mm
    terms = np.column_stack([place[inside], np.ones(int(inside.sum()))])
    error = true_mm - terms @ np.linalg.lstsq(terms, true_mm, rcond=None)[0]
    return float(np.sqrt((error**2).mean()))


def straightness(sheet: Sheet) -> float:
    """Distance in mm rms of the segments of the grid's bold lines from each line's middle; NaN without a grid."""
    if sheet.grid_box is None:
        return float("nan")
    x0, y0, x1, y1 = (round(side) for side in sheet.grid_box)
    scale = STRAIGHTEN.flat_px_per_mm / sheet.px_per_mm
    part = sheet.pixels[max(y0, 0) : y1 + 1, max(x0, 0) : x1 + 1]
    soft = cv2.GaussianBlur(part, (0, 0), STRAIGHTEN.soft_mm * sheet.px_per_mm)  # sharp lines alias
    small = np.asarray(cv2.resize(soft, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    ink = ink_mask(small, STRAIGHTEN.flat_px_per_mm)
    contrast = np.where(ink, np.float32(0), line_contrast(small))
    apart = [_apart(contrast if axis == 0 else contrast.T) for axis in (0, 1)]
    known = np.concatenate(apart)
    return float(np.sqrt((known**2).mean())) if known.size else float("nan")


def _apart(contrast: Floats) -> Doubles:
    """Distances [N] in mm of the segments of upright lines from their lines' middles."""
    square = round(STRAIGHTEN.large_square_mm * STRAIGHTEN.flat_px_per_mm)
    whole = contrast.shape[1] // square * square
    if whole < MIN_SEGMENTS * square:
        return np.zeros(0)
    first = int(contrast[:, :whole].mean(axis=0).reshape(-1, square).mean(axis=0).argmax())
    lines = grid_lines(contrast[:, first:], STRAIGHTEN.large_square_mm, 0)
    aside = np.where(lines.weight > 0, lines.aside, np.nan)[:, 1:-1]
    aside = aside[:, np.isfinite(aside).sum(axis=0) >= MIN_SEGMENTS]
    apart = aside - np.nanmedian(aside, axis=0) if aside.size else aside
    return np.asarray(apart[np.isfinite(apart)])
