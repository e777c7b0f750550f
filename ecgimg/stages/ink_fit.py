"""Fits narrow peaks to their ink: UprightSheet and Traces -> Traces whose peaks end where their strokes end."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.page import Trace, UprightSheet

PLANE_ROW_PX = 2.0
"""Sheet pixels down of one row of a contrast plane; its row 0 is centred at y = 0.5."""


@dataclass(frozen=True)
class InkFitConstants:
    """Which peaks are fitted, and what counts as ink of their strokes."""

    beside_mm: float = constant(0.6, unit="mm", why="a peak falls on both sides within this distance")
    min_fall_mm: float = constant(0.6, unit="mm", why="by at least so much: wider waves are followed without a bias")
    edge: float = constant(
        0.65,
        unit="share",
        why="a stroke ends where its ink falls to this share of its own contrast: grid lines that go on are fainter",
        measured="856 R and S peaks of 20 photos: where strokes go on by 0.6 to 4 mm, 9 in 10 have lost 0.3 mm and "
        "more; at 0.5 every second one is a grid line",
    )
    min_apex_ink: float = constant(
        0.8, unit="share", why="a peak's own contrast is no less, as a share of the flat curve's"
    )
    min_ink: float = constant(
        0.5, unit="share", why="a peak with less ink, as a share of the flat curve's, is not on its stroke"
    )
    lean: float = constant(0.5, unit="px/px", why="a stroke is followed that leans by no more: paper is never straight")
    lean_cost: float = constant(
        0.02, unit="contrast", why="a stroke is followed straight on unless it is darker beside"
    )
    flat_slope: float = constant(0.2, unit="px/px", why="where a curve is flatter, its ink's height is the pen's width")
    min_flat: int = constant(20, unit="columns", why="so many flat columns are needed to measure the pen")
    flat_step: int = constant(7, unit="columns", why="every so many columns the pen is measured; for speed")
    sure: float = constant(0.9, unit="probability", why="columns above this confidence measure the pen")
    max_pen_mm: float = constant(
        1.5, unit="mm", why="a pen's half width and blur are searched for within this distance"
    )
    max_gap_mm: float = constant(
        4.0, unit="mm", why="a peak is raised by no more: what goes on for longer is a grid line"
    )
    max_gap_share: float = constant(
        0.2,
        unit="share",
        why="nor by more of its own height: a stroke of which more is missing is not this peak's",
        measured="25 pages: 0.4 raises one peak by 38 % too much, none at 0.2",
    )
    stretched_mm: float = constant(0.6, unit="mm", why="at least so much of a peak is stretched to its new height")
    stretched_gaps: float = constant(2.0, unit="gaps", why="and at least so much, so that the curve stays monotone")


INK_FIT = InkFitConstants()


@dataclass(frozen=True)
class Pen:
    """The pen of a curve: px from its centre line to the upper and the lower end of its ink, and its contrast."""

    above: float
    below: float
    ink: float


@dataclass(frozen=True, eq=False)
class Tips:
    """Narrow peaks of a curve: columns [K], the way out (-1 up, 1 down) [K], px from the curve's end to the stroke's
    end less the pen's half width [K], and the ink at the peak as a share of the flat curve's [K].
    """

    columns: NDArray[np.intp]
    ways: NDArray[np.intp]
    gaps: Doubles
    ink: Doubles


def fit_to_ink(page: UprightSheet, traces: tuple[Trace, ...]) -> tuple[Trace, ...]:
    """Curves whose narrow peaks end where their strokes end, less half of the pen's width."""
    plane, px_per_mm = np.ascontiguousarray(page.planes[0]), page.sheet.px_per_mm
    fitted = []
    for trace in traces:
        pen = measure_pen(plane, trace, px_per_mm)
        tips = None if pen is None else find_tips(plane, trace, px_per_mm, pen)
        fitted.append(trace if tips is None else _raised(trace, tips, px_per_mm))
    return tuple(fitted)


def _raised(trace: Trace, tips: Tips, px_per_mm: float) -> Trace:
    """A curve with its peaks stretched by what is missing of them."""
    y = trace.y.copy()
    heights = (y[tips.columns] - np.nanmedian(y)) * tips.ways
    limits = np.minimum(INK_FIT.max_gap_mm * px_per_mm, INK_FIT.max_gap_share * heights)
    wanted = (tips.ink >= INK_FIT.min_ink) & (tips.gaps > 0) & (tips.gaps <= limits)
    for column, way, gap in zip(tips.columns[wanted], tips.ways[wanted], tips.gaps[wanted], strict=True):
        _stretch(y, int(column), int(way), float(gap), px_per_mm)
    return replace(trace, y=y)


def _stretch(y: Floats, column: int, way: int, gap: float, px_per_mm: float) -> None:
    """Raises the peak of a curve [N] at a column by a gap in px, and the columns beside it in proportion, in place."""
    depth = max(INK_FIT.stretched_mm * px_per_mm, INK_FIT.stretched_gaps * gap)
    below = (y[column] - y) * way
    share = np.where(np.isfinite(y), 1 - below / depth, 0.0)
    outside = np.flatnonzero(share <= 0)
    first, last = outside[outside < column], outside[outside > column]
    part = slice(first[-1] + 1 if len(first) else 0, last[0] if len(last) else len(y))
    y[part] += (way * gap * share[part]).astype(np.float32)


def measure_pen(plane: Floats, trace: Trace, px_per_mm: float) -> Pen | None:
    """The pen by the ink across the flat, sure parts of a curve; None where there are too few."""
    slope = np.abs(np.gradient(trace.y)) / trace.step
    with np.errstate(invalid="ignore"):
        flat = np.flatnonzero((slope < INK_FIT.flat_slope) & (trace.confidence > INK_FIT.sure))[:: INK_FIT.flat_step]
    if len(flat) < INK_FIT.min_flat:
        return None
    offsets = np.arange(0, INK_FIT.max_pen_mm * px_per_mm, 0.5)
    x, y = flat[:, None] * trace.step, trace.y[flat][:, None]
    down, up = (_ink(plane, x + 0 * offsets, y + sign * offsets) for sign in (1, -1))
    full = np.maximum(down[:, :3].max(axis=1), up[:, :3].max(axis=1))
    ends = [np.nanmedian(_crossing(side, INK_FIT.edge * full)) / 2 for side in (up, down)]
    return Pen(float(ends[0]), float(ends[1]), float(np.median(full))) if np.isfinite(ends).all() else None


def find_tips(plane: Floats, trace: Trace, px_per_mm: float, pen: Pen) -> Tips | None:
    """The narrow peaks of a curve, and how far the ink goes on beyond each; None where there is none."""
    columns, ways = _peaks(trace, px_per_mm)
    if not len(columns):
        return None
    x, y = np.asarray(columns * trace.step, np.float64), trace.y[columns].astype(np.float64)
    near = _ink(plane, x[:, None] + np.array([-0.5, 0, 0.5]), (y - 0.5 * ways)[:, None] + np.zeros(3)).max(axis=1)
    level = INK_FIT.edge * np.maximum(near, INK_FIT.min_apex_ink * pen.ink)
    ends = _follow(plane, x, y, ways, level, 2 * INK_FIT.max_gap_mm * px_per_mm)
    gaps = (ends - y) * ways - np.where(ways > 0, pen.below, pen.above)
    return Tips(columns, ways, gaps, near / pen.ink)


def _peaks(trace: Trace, px_per_mm: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Columns and ways of the narrow peaks of a curve."""
    reach = round(INK_FIT.beside_mm * px_per_mm / trace.step)
    columns, ways = [], []
    for way in (-1, 1):
        height = np.where(np.isfinite(trace.y), way * trace.y, np.inf).astype(np.float64)
        lowest = minimum_filter1d(height, reach + 1)
        left, right = np.roll(lowest, reach // 2), np.roll(lowest, -(reach // 2))
        known = np.where(np.isfinite(trace.y), way * trace.y, -np.inf)
        top = (known == maximum_filter1d(known, 2 * reach + 1)) & np.isfinite(known)
        fall = INK_FIT.min_fall_mm * px_per_mm
        with np.errstate(invalid="ignore"):
            at = np.flatnonzero(top & (known - left > fall) & (known - right > fall))
        columns.append(at)
        ways.append(np.full(len(at), way))
    return np.concatenate(columns), np.concatenate(ways)


def _follow(
    plane: Floats, x: Doubles, y: Doubles, ways: NDArray[np.intp], level: NDArray[np.floating], reach: float
) -> Doubles:  # fmt: skip
    """The y [K] at which the ink from points (x, y) [K] outwards falls below a level, or of the end of the reach."""
    across = np.array([-1.0, 0.0, 1.0]) * INK_FIT.lean
    ends, going, x = y.copy(), np.ones(len(y), bool), x.copy()
    before = np.asarray(_ink(plane, x[:, None], y[:, None])[:, 0], np.float64)
    for _ in range(int(reach)):
        if not going.any():
            break
        beside = _ink(plane, x[:, None] + across, (ends + ways)[:, None] + np.zeros(3))
        best = (beside - INK_FIT.lean_cost * np.abs(np.sign(across))).argmax(axis=1)
        ink = beside[np.arange(len(x)), best]
        on = going & (ink >= level)
        last = going & ~on
        share = np.clip((before - level) / np.maximum(before - ink, 1e-6), 0, 1)
        ends = np.where(on, ends + ways, np.where(last, ends + ways * share, ends))
        x, before, going = np.where(on, x + across[best], x), np.where(on, ink, before), on
    return ends


def _crossing(ink: Floats, level: Floats) -> Doubles:
    """Place along the second axis at which ink [N, M] falls below a level [N], NaN where it does not."""
    below = ink < level[:, None]
    k = below.argmax(axis=1)
    found, rows = below.any(axis=1) & (k > 0), np.arange(len(ink))
    before, after = ink[rows, np.maximum(k - 1, 0)], ink[rows, k]
    return np.where(found, k - 1 + (before - level) / np.maximum(before - after, 1e-6), np.nan)


def _ink(plane: Floats, x: Doubles, y: Doubles) -> Floats:
    """Contrast [N, M] of a plane at sheet points, 0 beyond it."""
    rows = (np.asarray(y) - 0.5) / PLANE_ROW_PX
    at = np.asarray(x, np.float32), rows.astype(np.float32)
    return np.asarray(cv2.remap(plane, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32)
