"""Follows the printed curves of a sheet: ink and zero lines -> one Line for each row."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.stages.grid import Array
from ecgimg.stages.rows import INK
from ecgimg.types import Line, UprightSheet

Ints = NDArray[np.int64]

REACH_MM = 35.0
"""Reach of a curve above and below its row's zero line."""
CLIMB_COST = 1.0
"""Cost of a pixel up or down over paper, and of a column without ink: a gap must be long before a jump is cheaper."""
GAP_COST = 1.2
STRAY_COST = 0.004
"""Cost a pixel of distance from the zero line: of two curves in a column the nearer one belongs to the row."""
MAX_GAP_MM = 1.5
"""Longer stretches without ink are left unknown."""


def trace(page: UprightSheet) -> tuple[Line, ...]:
    """The curves of a page from top to bottom, one for each of its rows."""
    return tuple(_follow(page.ink, zero, page.sheet.px_per_mm) for zero in page.zeros)


def _follow(ink: Array, zero: float, px_per_mm: float) -> Line:
    """The curve of one row: the cheapest way through its band that keeps to ink, then the ink's centre on that way."""
    reach = round(REACH_MM * px_per_mm)
    top = max(round(zero) - reach, 0)
    band = np.ascontiguousarray(ink[top : round(zero) + reach])
    path = _cheapest_way(band, zero - top)
    upper, lower = _runs(band, path)
    thickness = float(np.median((lower - upper)[lower > upper])) if (lower > upper).any() else 1.0
    y = _centres(band, upper, lower, thickness) + top
    y = _bridge_gaps(y, round(MAX_GAP_MM * px_per_mm))
    known = np.isfinite(y)
    seen = cv2.blur((lower > upper).astype(np.float32)[None], (round(5 * px_per_mm), 1))[0]
    return Line(y=y, confidence=np.where(known, seen.clip(0, 1), 0).astype(np.float32), step=1.0, zero=zero)


def _cheapest_way(band: Array, zero: float) -> Ints:
    """Row of each column [W]: moving along a column costs little on ink and much on paper, staying off ink costs, too."""
    h, w = band.shape
    paper = 1.0 - np.minimum(band * 1.5, 1.0)
    away = STRAY_COST * np.abs(np.arange(h) - zero).astype(np.float32)
    rows = np.arange(h)
    total = away.copy()
    came = np.empty((w, h), np.int64)
    for x in range(w):
        climb = np.cumsum(0.02 + CLIMB_COST * paper[:, x])
        down, from_above = _running_min(total - climb)
        up, from_below = _running_min((total + climb)[::-1])
        down, up = down + climb, up[::-1] - climb
        came[x] = np.where(down <= up, from_above, h - 1 - from_below[::-1])
        total = np.minimum(down, up) + GAP_COST * paper[:, x] + away
    path = np.empty(w, np.int64)
    y = int(total.argmin())
    for x in range(w - 1, -1, -1):
        path[x] = y
        y = int(came[x, y])
    return np.where(path >= 0, path, rows[0])


def _running_min(values: Array) -> tuple[Array, Ints]:
    """Smallest value so far [H] and where it was."""
    lowest = np.minimum.accumulate(values)
    where = np.maximum.accumulate(np.where(values <= lowest, np.arange(len(values)), 0))
    return lowest, where


def _runs(band: Array, path: Ints) -> tuple[Ints, Ints]:
    """First and one past the last row of the run of ink on the path in every column; equal where there is none."""
    h, w = band.shape
    dark = band > INK
    rows = np.arange(h)[:, None]
    here = path[None, :]
    columns = np.arange(w)
    on = np.zeros(w, bool)
    start = path.copy()
    for nudge in (0, -1, 1, -2, 2):
        y = np.clip(path + nudge, 0, h - 1)
        hit = dark[y, columns] & ~on
        start[hit] = y[hit]
        on |= hit
    here = start[None, :]
    upper = np.where(~dark & (rows < here), rows + 1, 0).max(axis=0)
    lower = np.where(~dark & (rows > here), rows, h).min(axis=0)
    return np.where(on, upper, start), np.where(on, lower, start)


def _centres(band: Array, upper: Ints, lower: Ints, thickness: float) -> Array:
    """Sub-pixel y of the curve: the ink's centroid where it runs flat, the stroke's end where it turns in a peak.

    The centroid of a steep stroke would flatten every QRS (peers lose 10 dB by it): where a run's end reaches beyond
    those of its neighbours, the curve turned there, half a line's thickness inside the end.
    """
    h, w = band.shape
    rows = np.arange(h)[:, None]
    inside = (rows >= upper[None]) & (rows < lower[None])
    weight = np.where(inside, band, 0)
    mass = weight.sum(axis=0)
    y = np.where(mass > 0, (weight * rows).sum(axis=0) / np.maximum(mass, 1e-6), np.nan).astype(np.float32)
    steep = (lower - upper) > 2.0 * thickness
    reach = max(2, round(1.5 * thickness))
    half = np.float32(thickness / 2)
    for x in np.flatnonzero(steep):
        a, b = max(x - reach, 0), min(x + reach + 1, w)
        sides = np.nanmedian(y[a:x]) if x > a else np.nan, np.nanmedian(y[x + 1 : b]) if b > x + 1 else np.nan
        if upper[x] <= upper[a:b].min() and upper[x] + 2 * half < np.nanmin(sides):
            y[x] = upper[x] + half - 0.5
        elif lower[x] >= lower[a:b].max() and lower[x] - 2 * half > np.nanmax(sides):
            y[x] = lower[x] - half - 0.5
    return y


def _bridge_gaps(y: Array, longest: int) -> Array:
    """Straight lines across gaps of at most `longest` columns; longer ones stay NaN."""
    known = np.isfinite(y)
    if not known.any():
        return y
    bridged = np.interp(np.arange(len(y)), np.flatnonzero(known), y[known]).astype(np.float32)
    edges = np.flatnonzero(np.diff(np.concatenate([[1], known.astype(np.int8), [1]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first > longest or first == 0 or last == len(y):
            bridged[first:last] = np.nan
    return bridged
