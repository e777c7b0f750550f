"""Measures calibration pulses: the upright rectangles of 1 mV at the left or right end of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.page import Pulse
from ecgimg.stages.landmarks.constants import LANDMARKS

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in millimetres."""


def measure_pulses(plane: Floats, boxes: Sequence[Box], px_per_mm: float) -> tuple[Pulse, ...]:
    """The pulses in boxes where one may stand, in sheet pixels; where they disagree, the largest group that agrees.

    Args:
        plane: contrast [h, W] of the sheet, two rows of sheet pixels to each of its rows.
        boxes: x0, y0, x1, y1 in millimetres.
        px_per_mm: the sheet's scale.
    """
    found = [pulse for box in boxes if (pulse := _measure(plane, box, px_per_mm)) is not None]
    groups = [tuple(other for other in found if _are_alike(one, other, px_per_mm)) for one in found]
    return max(groups, key=len, default=())


def _are_alike(one: Pulse, other: Pulse, px_per_mm: float) -> bool:
    size, place = LANDMARKS.max_size_difference_mm * px_per_mm, LANDMARKS.max_place_difference_mm * px_per_mm
    return (
        abs(one.height - other.height) < size
        and abs(one.right - one.left - other.right + other.left) < size
        and abs(one.left - other.left) < place
    )


@dataclass(frozen=True)
class _Stroke:
    """An upright line: its column, its first and its last row, in pixels of the plane."""

    x: float
    top: float
    foot: float


def _measure(plane: Floats, box: Box, px_per_mm: float) -> Pulse | None:
    """The pulse in and around a box: the two strokes whose tops are joined best, or None."""
    rows_per_mm = px_per_mm / 2
    x0, ink = _ink_in_box(plane, box, px_per_mm)
    if ink.size == 0:
        return None
    best: tuple[float, Pulse] | None = None
    for left, right in combinations(_strokes(ink, rows_per_mm), 2):
        is_wide = LANDMARKS.min_width_mm * px_per_mm < right.x - left.x < LANDMARKS.max_width_mm * px_per_mm
        if not is_wide or not _are_level(left, right, rows_per_mm):
            continue
        share, plateau = _plateau(ink, left, right, rows_per_mm)
        if share > LANDMARKS.min_plateau_ink and (best is None or share > best[0]):
            height = 2 * ((left.foot + right.foot) / 2 - plateau)
            best = (share, Pulse(x0 + left.x, x0 + right.x, height))
    return best[1] if best is not None else None


def _ink_in_box(plane: Floats, box: Box, px_per_mm: float) -> tuple[int, Bools]:
    """First column of a box with its margin, and the ink [r, c] in it, without the grid's lines."""
    rows_per_mm, margin = px_per_mm / 2, LANDMARKS.box_margin_mm
    x0, x1 = max(round((box[0] - margin) * px_per_mm), 0), round((box[2] + margin) * px_per_mm)
    y0, y1 = max(round((box[1] - margin) * rows_per_mm), 0), round((box[3] + margin) * rows_per_mm)
    part = plane[y0:y1, x0:x1]
    if part.size == 0:
        return x0, np.zeros(part.shape, bool)
    around_x = round(LANDMARKS.grid_reach_mm * px_per_mm)
    around_y = round(LANDMARKS.grid_reach_mm * rows_per_mm)
    percentile = LANDMARKS.grid_percentile
    lines_down = np.percentile(plane[max(y0 - around_y, 0) : y1 + around_y, x0:x1], percentile, axis=0)
    lines_across = np.percentile(plane[y0:y1, max(x0 - around_x, 0) : x1 + around_x], percentile, axis=1)
    clean = part - np.maximum(lines_down[None], lines_across[:, None])
    return x0, clean > LANDMARKS.ink_share * np.percentile(clean, LANDMARKS.ink_percentile)


def _strokes(ink: Bools, rows_per_mm: float) -> list[_Stroke]:
    """The upright lines of a pulse's height, from left to right."""
    closing = np.ones((LANDMARKS.stroke_closing_px, 1), np.uint8)
    closed = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, closing)
    lowest = np.ones((max(round(LANDMARKS.min_height_mm * rows_per_mm), 1), 1), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(closed, cv2.MORPH_OPEN, lowest), connectivity=8)
    strokes = [
        _Stroke(float(x + (w - 1) / 2), float(y), float(y + h - 1))
        for x, y, w, h, _ in stats[1:]
        if w <= LANDMARKS.max_stroke_mm * 2 * rows_per_mm and h <= LANDMARKS.max_height_mm * rows_per_mm
    ]
    return sorted(strokes, key=lambda stroke: stroke.x)


def _are_level(left: _Stroke, right: _Stroke, rows_per_mm: float) -> bool:
    """Whether two strokes are equally high; the trace may begin above or below its pulse's foot."""
    top, foot = LANDMARKS.max_top_difference_mm * rows_per_mm, LANDMARKS.max_foot_difference_mm * rows_per_mm
    return abs(left.top - right.top) < top and abs(left.foot - right.foot) < foot


def _plateau(ink: Bools, left: _Stroke, right: _Stroke, rows_per_mm: float) -> tuple[float, float]:
    """The share of ink on the line between two tops, and the line's row."""
    top, reach = (left.top + right.top) / 2, round(LANDMARKS.max_top_difference_mm * rows_per_mm)
    first = max(round(top) - reach, 0)
    rows = ink[first : round(top) + reach + 1, round(left.x) + 2 : round(right.x) - 1]
    if rows.shape[0] == 0 or rows.shape[1] == 0:
        return 0.0, top
    share = rows.mean(axis=1)
    line = np.flatnonzero(share >= LANDMARKS.plateau_row_share * share.max())
    return float(share.max()), float(first + line.mean())
