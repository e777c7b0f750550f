"""Finds the rows of curves on a page: ink -> the zero line of every row."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.stages.grid import Array

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
INK = 0.35
"""Darkness from which a pixel counts as ink; what is left of the grid is fainter."""


def find_rows(ink: Array, px_per_mm: float) -> list[float]:
    """The zero line of every row of curves in sheet pixels, from top to bottom.

    The path with most ink from the left border to the right is taken, its surroundings are cleared, and so on until a
    path no longer lies on ink for most of its way. Rows are printed at an even pitch: the best evenly spaced chain of
    these paths is kept, which drops lines of text and frames.
    """
    left = shrink_ink(ink, px_per_mm, ROW_PX_PER_MM)
    page = left.copy()
    paths = []
    for _ in range(MAX_ROWS):
        path = best_path(left)
        if _extent(_near(left, path)) is None:
            break
        paths.append(path)
        _clear(left, path)
    found = [(_usual(path[slice(*extent)]), darkness) for path, extent, darkness in _uncrossed(page, paths)]
    return [y * px_per_mm / ROW_PX_PER_MM for y in _even_chain(sorted(found))]


def _uncrossed(ink: Array, paths: list[Ints]) -> list[tuple[Ints, tuple[int, int], float]]:
    """Paths with their extent and ink a column. Those of rows are put in order column by column.

    Two tall beats that meet can lead the path of one row into the next; rows themselves never change places.
    """
    columns = np.arange(ink.shape[1])
    darkness = [float(ink[path, columns].mean()) for path in paths]
    rows = [path for path, dark in zip(paths, darkness, strict=True) if dark > MIN_DARKNESS * max(darkness)]
    others = [path for path, dark in zip(paths, darkness, strict=True) if dark <= MIN_DARKNESS * max(darkness)]
    ordered = [*np.sort(np.stack(rows), axis=0), *others] if rows else []
    placed = [(path, _extent(_near(ink, path))) for path in ordered]
    return [
        (path, extent, float(ink[path, columns][slice(*extent)].sum()) / ink.shape[1])
        for path, extent in placed
        if extent is not None
    ]


def shrink_ink(ink: Array, px_per_mm: float, wanted: float) -> Array:
    """Ink at `wanted` px/mm, thin lines as dark as thick ones, without frames and rulers."""
    dark = np.where(ink > INK, ink, 0).astype(np.float32)
    factor = wanted / px_per_mm
    small = np.minimum(
        cv2.resize(dark, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) * (1.25 / factor), 1.0
    )
    _clear_frames(small, wanted)
    return np.asarray(small, np.float32)


def _clear_frames(ink: Array, px_per_mm: float) -> None:
    """Removes lines that are straight for longer than any lead stays flat: a page's frame, a ruler."""
    straight = np.ones((1, round(FRAME_MM * px_per_mm)), np.uint8)
    frames = cv2.morphologyEx((ink > INK).astype(np.uint8), cv2.MORPH_OPEN, straight)
    ink[cv2.dilate(frames, np.ones((3, 1), np.uint8)) > 0] = 0


def _usual(course: Ints) -> float:
    """The height at which a course runs most of the time, within a millimetre; beats and jumps leave it alone."""
    bins = np.convolve(np.bincount(course), np.ones(round(ROW_PX_PER_MM) * 2 + 1), mode="same")
    near = np.abs(course - bins.argmax()) <= 2 * ROW_PX_PER_MM
    return float(np.median(course[near]))


def _even_chain(rows: list[tuple[float, float]]) -> list[float]:
    """Of rows (y, darkness) from top to bottom, the heaviest chain whose neighbours are about a pitch apart."""
    gaps = {second[0] - first[0] for i, first in enumerate(rows) for second in rows[i + 1 :]}
    floor = MIN_DARKNESS * max((darkness for _, darkness in rows), default=0.0)
    rows = [(y, darkness - floor) for y, darkness in rows]
    chains = [_chain_of_pitch(rows, pitch) for pitch in gaps] or [(0.0, [y for y, _ in rows])]
    return max(chains)[1]


def _chain_of_pitch(rows: list[tuple[float, float]], pitch: float) -> tuple[float, list[float]]:
    """Weight and rows of the heaviest chain of one pitch; uneven gaps cost."""
    ends: list[tuple[float, list[float]]] = []
    for y, worth in rows:
        options: list[tuple[float, list[float]]] = [(0.0, [])] + [
            (weight - UNEVEN_COST * abs(y - chain[-1] - pitch) / pitch, chain)
            for weight, chain in ends
            if PITCH_SPREAD[0] * pitch < y - chain[-1] < PITCH_SPREAD[1] * pitch
        ]
        weight, chain = max(options)
        ends.append((weight + worth, [*chain, y]))
    return max(ends)


def best_path(ink: Array) -> Ints:
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
