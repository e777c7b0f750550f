"""Follows the printed curves of a sheet: ink -> one Line for each row of leads and each rhythm strip."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.stages.grid import Array
from ecgimg.types import Line

Ints = NDArray[np.int64]

ROW_PX_PER_MM = 4.0
"""Scale at which rows are looked for."""
MAX_ROWS = 16
MIN_COVERAGE = 0.5
"""Share of a row's columns that must lie on ink; header text reaches about 0.4."""
MIN_DARKNESS = 0.65
"""Ink a row must have to be worth adding to a chain of rows, as a share of the darkest row's."""
UNEVEN_COST = 0.5
PITCH_SPREAD = (0.6, 1.45)
"""Smallest and largest distance of neighbouring rows, in pitches."""
FRAME_MM = 80.0
ROW_GAP_MM = 4.0
"""Ink this near to a row that was found belongs to it."""
ROW_SLOPE = 4
"""Steps up or down that a row's rough course may take in one column."""
ROW_BEND_COST = 0.15
REACH_MM = 35.0
"""Reach of a curve above and below its row's zero line."""
INK = 0.35
"""Darkness from which a pixel counts as ink."""
CLIMB_COST = 1.0
"""Cost of a pixel up or down over paper, and of a column without ink: a gap must be long before a jump is cheaper."""
GAP_COST = 1.2
STRAY_COST = 0.004
"""Cost a pixel of distance from the zero line: of two curves in a column the nearer one belongs to the row."""
MAX_GAP_MM = 1.5
"""Longer stretches without ink are left unknown."""


def trace(ink: Array, px_per_mm: float) -> tuple[Line, ...]:
    """The curves of a page from top to bottom.

    Args:
        ink: darkness [H, W] in 0..1 of the sheet without its grid.
        px_per_mm: scale of the sheet.
    """
    return tuple(_follow(ink, zero, px_per_mm) for zero in find_rows(ink, px_per_mm))


def find_rows(ink: Array, px_per_mm: float) -> list[float]:
    """The zero line of every row of curves in sheet pixels, from top to bottom.

    The path with most ink from the left border to the right is taken, its surroundings are cleared, and so on until a
    path no longer lies on ink for most of its way. Rows are printed at an even pitch: the best evenly spaced chain of
    these paths is kept, which drops lines of text and frames.
    """
    factor = ROW_PX_PER_MM / px_per_mm
    dark = np.where(ink > INK, ink, 0).astype(np.float32)  # what is left of the grid is fainter than that
    left = np.minimum(cv2.resize(dark, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) * 2.5, 1.0)
    _clear_frames(left)
    found: list[tuple[float, float]] = []
    for _ in range(MAX_ROWS):
        path = _best_path(left)
        extent = _extent(_near(left, path))
        if extent is None:
            break
        course = path[slice(*extent)]
        found.append((_usual(course) / factor, float(left[course, np.arange(*extent)].sum()) / left.shape[1]))
        _clear(left, path)
    return _even_chain(sorted(found))


def _clear_frames(ink: Array) -> None:
    """Removes lines that are straight for longer than any lead stays flat: a page's frame, a ruler."""
    straight = np.ones((1, round(FRAME_MM * ROW_PX_PER_MM)), np.uint8)
    frames = cv2.morphologyEx((ink > INK).astype(np.uint8), cv2.MORPH_OPEN, straight)
    ink[cv2.dilate(frames, np.ones((3, 1), np.uint8)) > 0] = 0


def _usual(course: Ints) -> float:
    """The height at which a course runs most of the time, within a millimetre; beats and jumps leave it alone."""
    bins = np.convolve(np.bincount(course), np.ones(round(ROW_PX_PER_MM) * 2 + 1), mode="same")
    near = np.abs(course - bins.argmax()) <= 2 * ROW_PX_PER_MM
    return float(np.median(course[near]))


def _even_chain(rows: list[tuple[float, float]]) -> list[float]:
    """Of rows (y, darkness) from top to bottom, those of the heaviest chain whose neighbours are about a pitch apart."""
    gaps = {second[0] - first[0] for i, first in enumerate(rows) for second in rows[i + 1 :]}
    floor = MIN_DARKNESS * max((darkness for _, darkness in rows), default=0.0)
    rows = [(y, darkness - floor) for y, darkness in rows]
    chains = [_chain_of_pitch(rows, pitch) for pitch in gaps] or [(0.0, [y for y, _ in rows])]
    return max(chains)[1]


def _chain_of_pitch(rows: list[tuple[float, float]], pitch: float) -> tuple[float, list[float]]:
    """Weight and rows of the heaviest chain of one pitch; uneven gaps cost."""
    ends: list[tuple[float, list[float]]] = []
    for y, worth in rows:
        options = [(0.0, [])] + [
            (weight - UNEVEN_COST * abs(y - chain[-1] - pitch) / pitch, chain)
            for weight, chain in ends
            if PITCH_SPREAD[0] * pitch < y - chain[-1] < PITCH_SPREAD[1] * pitch
        ]
        weight, chain = max(options)
        ends.append((weight + worth, [*chain, y]))
    return max(ends)


def _best_path(ink: Array) -> Ints:
    """Row of each column [W] on the path with most ink, less a cost for every step up or down."""
    h, w = ink.shape
    steps = np.arange(-ROW_SLOPE, ROW_SLOPE + 1)
    total = np.zeros(h, np.float32)
    came = np.empty((w, h), np.int64)
    everywhere = np.arange(h)
    for x in range(w):
        padded = np.pad(total, ROW_SLOPE, constant_values=-1e9)
        options = np.stack([padded[ROW_SLOPE + s : ROW_SLOPE + s + h] - ROW_BEND_COST * abs(s) for s in steps])
        best = options.argmax(axis=0)
        total = options[best, everywhere] + ink[:, x]
        came[x] = np.clip(everywhere + steps[best], 0, h - 1)
    path = np.empty(w, np.int64)
    y = int(total.argmax())
    for x in range(w - 1, -1, -1):
        path[x] = y
        y = int(came[x, y])
    return path


def _near(ink: Array, path: Ints) -> NDArray[np.bool_]:
    """Whether a path [W] has ink within half a millimetre."""
    thick = cv2.dilate(ink, np.ones((5, 1), np.uint8))
    return np.asarray(thick[path, np.arange(len(path))] > INK)


def _extent(on_ink: NDArray[np.bool_]) -> tuple[int, int] | None:
    """First and last column of the part that lies on ink, or None where too little of it does."""
    window = round(10 * ROW_PX_PER_MM)
    dense = np.flatnonzero(np.convolve(on_ink, np.ones(window) / window, mode="same") > 0.5)
    if dense.size == 0:
        return None
    first, last = int(dense[0]), int(dense[-1]) + 1
    return (first, last) if on_ink[first:last].mean() >= MIN_COVERAGE else None


def _clear(ink: Array, path: Ints) -> None:
    reach = round(ROW_GAP_MM * ROW_PX_PER_MM)
    rows = path[None, :] + np.arange(-reach, reach + 1)[:, None]
    ink[np.clip(rows, 0, ink.shape[0] - 1), np.arange(len(path))[None, :]] = 0


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
