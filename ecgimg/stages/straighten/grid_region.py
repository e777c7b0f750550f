"""The part of a flat page that the grid covers, in nodes."""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.errors import Cause, RefusedError
from ecgimg.stages.straighten.constants import STRAIGHTEN

Box = tuple[int, int, int, int]
"""First column, first row, last column and last row of nodes."""


def grid_box(strength: Floats) -> Box:
    """The nodes of the largest region with a grid, with a margin.

    Args:
        strength: strength [R, C] of the grid at the nodes.

    Raises:
        RefusedError: the region is too small for an ECG.
    """
    return _box(_largest_region(strength))


def _largest_region(strength: Floats) -> Bools:
    """The nodes [R, C] of the largest region with a grid; holes that ink leaves in it are filled."""
    smooth = cv2.GaussianBlur(strength, (0, 0), STRAIGHTEN.region_blur_nodes)
    usual = np.percentile(smooth, STRAIGHTEN.usual_percentile)
    strong = (smooth > STRAIGHTEN.region_share * usual).astype(np.uint8)
    strong = cv2.morphologyEx(strong, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strong, connectivity=4)
    if len(stats) < 2:
        return np.zeros(strength.shape, bool)
    region = (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)
    hole = round(STRAIGHTEN.max_hole_mm / STRAIGHTEN.node_mm) | 1
    closed = cv2.morphologyEx(np.pad(region, hole), cv2.MORPH_CLOSE, np.ones((hole, hole), np.uint8))
    return np.asarray(closed[hole:-hole, hole:-hole] > 0)


def _box(region: Bools) -> Box:
    """First and last node column and row of a region, with a margin."""
    ys, xs = np.nonzero(region)
    width, height = (float(np.ptp(v)) * STRAIGHTEN.node_mm if v.size else 0.0 for v in (xs, ys))
    if max(width, height) < STRAIGHTEN.min_long_side_mm or min(width, height) < STRAIGHTEN.min_short_side_mm:
        raise RefusedError(Cause.SMALL_GRID, f"the grid covers only {width:.0f} x {height:.0f} mm", where="straighten")
    margin = round(STRAIGHTEN.region_margin_mm / STRAIGHTEN.node_mm)
    rows, cols = region.shape
    return (
        max(int(xs.min()) - margin, 0),
        max(int(ys.min()) - margin, 0),
        min(int(xs.max()) + margin, cols - 1),
        min(int(ys.max()) + margin, rows - 1),
    )
