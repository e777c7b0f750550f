"""Measures calibration pulses: the upright rectangles of 1 mV at the left or right end of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import Pulse

MARGIN_MM = 1.5
"""By how much a box around a pulse may be too small."""
HEIGHTS_MM = (3.5, 24.0)
WIDTHS_MM = (1.5, 11.5)
STROKE_MM = 1.2
"""Widest stroke."""
UNEVEN_MM, UNEVEN_FOOT_MM = 1.2, 2.5
"""By how much the strokes' tops and feet may differ."""
MIN_PLATEAU = 0.8
"""Share of the line between the tops that must be ink."""
INK_SHARE, INK_PERCENTILE = 0.35, 99.0
"""Contrast of ink, as a share of a box's darkest pixels."""
AROUND_MM, GRID_PERCENTILE = 12.0, 35.0
"""Grid lines go on around a box: their level is what most of a longer column or row reaches."""
AGREE_MM = 0.8
"""Pulses of one page differ by less than this in height and width."""
PLACE_MM = 4.0
"""And by less than this in their place along the rows."""


def measure_pulses(
    plane: Floats, boxes: Sequence[tuple[float, float, float, float]], px_per_mm: float
) -> tuple[Pulse, ...]:
    """The pulses in boxes where one may stand; where they disagree, only those that most of them share are kept.

    Args:
        plane: contrast [h, W] of the sheet, two rows of sheet pixels to each of its rows.
        boxes: x0, y0, x1, y1 in millimetres.
        px_per_mm: the sheet's scale.
    """
    found = [pulse for box in boxes if (pulse := _measure(plane, box, px_per_mm)) is not None]
    groups = [tuple(other for other in found if _alike(one, other, px_per_mm)) for one in found]
    return max(groups, key=len, default=())


def _alike(one: Pulse, other: Pulse, q: float) -> bool:
    return (
        abs(one.height - other.height) < AGREE_MM * q
        and abs(one.right - one.left - other.right + other.left) < AGREE_MM * q
        and abs(one.left - other.left) < PLACE_MM * q
    )


@dataclass(frozen=True)
class _Stroke:
    """An upright line: its column, its first and its last row, in pixels of the plane."""

    x: float
    top: float
    foot: float


def _measure(plane: Floats, box: tuple[float, float, float, float], q: float) -> Pulse | None:
    """The pulse in and around a box: the two strokes that are best joined at their tops, or None."""
    tall = q / 2
    x0, x1 = max(round((box[0] - MARGIN_MM) * q), 0), round((box[2] + MARGIN_MM) * q)
    y0, y1 = max(round((box[1] - MARGIN_MM) * tall), 0), round((box[3] + MARGIN_MM) * tall)
    part = plane[y0:y1, x0:x1]
    if part.size == 0:
        return None
    around_x, around_y = round(AROUND_MM * q), round(AROUND_MM * tall)
    lines_down = np.percentile(plane[max(y0 - around_y, 0) : y1 + around_y, x0:x1], GRID_PERCENTILE, axis=0)
    lines_across = np.percentile(plane[y0:y1, max(x0 - around_x, 0) : x1 + around_x], GRID_PERCENTILE, axis=1)
    clean = part - np.maximum(lines_down[None], lines_across[:, None])
    ink = clean > INK_SHARE * np.percentile(clean, INK_PERCENTILE)
    strokes = _strokes(ink, tall)
    best: tuple[float, Pulse] | None = None
    for k, left in enumerate(strokes):
        for right in strokes[k + 1 :]:
            if not WIDTHS_MM[0] * q < right.x - left.x < WIDTHS_MM[1] * q or not _level(left, right, tall):
                continue
            share, plateau = _plateau(ink, left, right, tall)
            if share > MIN_PLATEAU and (best is None or share > best[0]):
                height = 2 * ((left.foot + right.foot) / 2 - plateau)
                best = (share, Pulse(x0 + left.x, x0 + right.x, height))
    return best[1] if best is not None else None


def _strokes(ink: NDArray[np.bool_], tall: float) -> list[_Stroke]:
    """The upright lines of a pulse's height, from left to right; of columns side by side the one with most ink."""
    closed = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 1), np.uint8))
    kernel = np.ones((max(round(HEIGHTS_MM[0] * tall), 1), 1), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(closed, cv2.MORPH_OPEN, kernel), connectivity=8)
    strokes = [
        _Stroke(float(x + (w - 1) / 2), float(y), float(y + h - 1))
        for x, y, w, h, _ in stats[1:]
        if w <= STROKE_MM * 2 * tall and h <= HEIGHTS_MM[1] * tall
    ]
    return sorted(strokes, key=lambda stroke: stroke.x)


def _level(left: _Stroke, right: _Stroke, tall: float) -> bool:
    """Whether two strokes are equally high; the trace may begin above or below its pulse's foot."""
    return abs(left.top - right.top) < UNEVEN_MM * tall and abs(left.foot - right.foot) < UNEVEN_FOOT_MM * tall


def _plateau(ink: NDArray[np.bool_], left: _Stroke, right: _Stroke, tall: float) -> tuple[float, float]:
    """How much of the line between two tops is ink, and its row."""
    top, reach = (left.top + right.top) / 2, round(UNEVEN_MM * tall)
    first = max(round(top) - reach, 0)
    rows = ink[first : round(top) + reach + 1, round(left.x) + 2 : round(right.x) - 1]
    if rows.shape[0] == 0 or rows.shape[1] == 0:
        return 0.0, top
    share = rows.mean(axis=1)
    line = np.flatnonzero(share >= 0.8 * share.max())
    return float(share.max()), float(first + line.mean())
