"""The ink of a sheet: what is as dark as its curves, without the lines of the grid.

Masks [h, w] have one pixel for 2 x 2 of the sheet's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles, Floats
from ecgimg.datamodel.page import Curve, Sheet, UprightSheet
from ecgimg.stages.explain.constants import EXPLAIN

SHRUNK = 2
"""Sheet pixels a pixel of a mask, in both directions."""
Place = TypeVar("Place", float, Doubles)
"""One place, or several."""
_SUBPIXEL_BITS = 4
"""Bits of the fractions of a pixel that OpenCV's lines take."""


def find_ink(page: UprightSheet, curves: Sequence[Curve]) -> Bools:
    """What is dark on a sheet, a mask [h, w]; the page's own curves measure how dark ink is.

    Ink beyond the photo, where the sheet is filled in, is left out.
    """
    plane = page.planes[0]
    size = (plane.shape[1] // SHRUNK, plane.shape[0])
    contrast = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
    clean = contrast - _grid_lines(contrast, page.sheet.px_per_mm / SHRUNK)
    return np.asarray((clean > EXPLAIN.ink_share * _pen(clean, curves)) & _on_photo(page.sheet, clean.shape), bool)


def draw_curves(shape: tuple[int, int], curves: Sequence[Curve], px_per_mm: float) -> Bools:
    """The ink that belongs to curves [h, w]; `px_per_mm` is the sheet's scale."""
    mask = np.zeros(shape, np.uint8)
    thickness = max(round(2 * EXPLAIN.pen_reach_mm * px_per_mm / SHRUNK), 1)
    for curve in curves:
        known = np.isfinite(curve.y)
        points = np.stack([to_mask(curve.x), to_mask(np.nan_to_num(curve.y))], axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            line = np.rint(points[first:last] * 2**_SUBPIXEL_BITS).astype(np.int32)
            cv2.polylines(mask, [line], False, 1, thickness, cv2.LINE_8, _SUBPIXEL_BITS)
    return np.asarray(mask > 0)


def to_mask(sheet_px: Place) -> Place:
    """Places of a mask of places of the sheet, along either direction."""
    return (sheet_px + 0.5) / SHRUNK - 0.5


def to_sheet(mask_px: Place) -> Place:
    """Places of the sheet of places of a mask, along either direction."""
    return (mask_px + 0.5) * SHRUNK - 0.5


def _grid_lines(contrast: Floats, px_per_mm: float) -> Floats:
    """Contrast [h, w] of the lines that go on for long, upright and level ones."""
    lines = np.zeros_like(contrast)
    for axis, length_mm in ((0, EXPLAIN.upright_grid_mm), (1, EXPLAIN.level_grid_mm)):
        parts = max(round(contrast.shape[axis] / (length_mm * px_per_mm)), 1)
        for place in np.array_split(np.arange(contrast.shape[axis]), parts):
            part = (slice(place[0], place[-1] + 1), slice(None))[:: 1 - 2 * axis]
            step = max(len(place) // EXPLAIN.grid_points, 1)
            sampled = np.take(contrast, place[::step], axis=axis)
            level = np.percentile(sampled, EXPLAIN.grid_line_percentile, axis=axis, keepdims=True)
            lines[part] = np.maximum(lines[part], level)
    return lines


def _pen(contrast: Floats, curves: Sequence[Curve]) -> float:
    """How dark the curves are: the median contrast at their sure points and the pixels above and below."""
    height, width = contrast.shape
    seen = []
    for curve in curves:
        sure = np.isfinite(curve.y) & (curve.confidence > EXPLAIN.sure_confidence)
        x = np.clip(np.rint(to_mask(curve.x[sure])).astype(int), 0, width - 1)
        y = np.clip(np.rint(to_mask(curve.y[sure])).astype(int), 1, height - 2)
        seen.append(np.max([contrast[y + d, x] for d in (-1, 0, 1)], axis=0))
    points = np.concatenate(seen) if seen else np.zeros(0)
    return float(np.median(points)) if len(points) >= EXPLAIN.min_pen_points else EXPLAIN.usual_pen


def _on_photo(sheet: Sheet, shape: tuple[int, ...]) -> Bools:
    """Where a mask [h, w] shows the photo, without a margin at its edges."""
    coarse = round(sheet.px_per_mm)
    x, y = (np.arange(0, SHRUNK * side + coarse, coarse, dtype=np.float32) for side in (shape[1], shape[0]))
    inside = sheet.on_photo(np.stack(np.meshgrid(x, y), axis=2)).astype(np.uint8)
    margin = 2 * round(EXPLAIN.photo_edge_mm) + 1
    inside = cv2.erode(inside, np.ones((margin, margin), np.uint8), borderValue=1)
    full = cv2.resize(inside, None, fx=coarse / SHRUNK, fy=coarse / SHRUNK, interpolation=cv2.INTER_NEAREST)
    return np.asarray(full[: shape[0], : shape[1]] > 0)
