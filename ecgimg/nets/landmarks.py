"""The landmark network: a whole sheet -> where rows of curves run, stretches start, names, pulses and scales stand.

What it is: a U-Net of 0.7 M parameters, trained on rendered pages for soft spots around every landmark.

    input   sheet [1, 2, H, W], H and W multiples of 32: contrast planes of the brightest and of the darkest colour
            channel against the paper (`ecgimg.nets.trace.contrast_planes`) at 4 px/mm both ways
    output  heat [1, 16, H / 4, W / 4], logits at 1 px/mm, one plane for each kind of landmark:
            0 rows' zero lines, 1 starts of leads' stretches, 2 calibration pulses, 3 texts of speed and gain,
            4-15 names of the twelve leads in the order of `LEADS`
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.leads import LEADS
from ecgimg.types import Floats

NAME = "landmarks"
PX_PER_MM = 4.0
HEAT_PX_PER_MM = 1.0
STRIDE = 32
ROW, START, PULSE, SCALE_TEXT, FIRST_NAME = 0, 1, 2, 3, 4
CHANNELS = FIRST_NAME + len(LEADS)
MIN_CHANCE = 0.3
"""Heat from which a landmark is believed."""
APART_MM = 4
"""Distance within which the stronger of two points hides the weaker."""
ROW_REACH_MM = 2
"""How far above and below its zero line a row's heat is gathered."""
ROWS_APART_MM = 6
"""Distance within which the longer of two rows hides the shorter; neighbours are printed 9 mm apart at the least."""
MIN_ROW_MM = 25.0
"""Shortest row: one lead second."""
MIN_AREA_MM2 = 4


@dataclass(frozen=True)
class Spot:
    """A point landmark of one kind in millimetres of the sheet, and how sure the network is of it."""

    kind: int
    x: float
    y: float
    confidence: float


@dataclass(frozen=True)
class Row:
    """A row's zero line, its ends, and how much of it was seen, all in millimetres of the sheet."""

    y: float
    x0: float
    x1: float
    length: float


def sheet_input(planes: Floats) -> Floats:
    """The input [1, 2, H, W] of contrast planes [2, h, 2 h'] at 4 x 8 px/mm; blank paper fills up whole strides."""
    size = (planes.shape[2] // 2, planes.shape[1])
    half = np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes]).astype(np.float32)
    h, w = half.shape[1:]
    return np.pad(half, ((0, 0), (0, -h % STRIDE), (0, -w % STRIDE)))[None]


def find_spots(heat: Floats) -> tuple[Spot, ...]:
    """The starts and names in the heat [16, h, w]: its peaks, of all names at one place the surest."""
    chance = _chance(heat)
    names = chance[FIRST_NAME:]
    starts = [Spot(START, *peak) for peak in _peaks(chance[START])]
    named = [
        Spot(FIRST_NAME + int(names[:, round(y - 0.5), round(x - 0.5)].argmax()), x, y, sure)
        for x, y, sure in _peaks(names.max(axis=0))
    ]
    return (*starts, *named)


def find_rows(heat: Floats) -> tuple[Row, ...]:
    """The rows of curves from top to bottom: heights at which the heat of rows lies for long enough."""
    chance = _chance(heat[ROW])
    seen = np.where(chance > MIN_CHANCE, chance, 0)
    length = cv2.blur(seen.sum(axis=1, keepdims=True), (1, 3), borderType=cv2.BORDER_CONSTANT)
    window = np.ones((2 * ROWS_APART_MM + 1, 1), np.uint8)
    heights = np.flatnonzero(((length >= cv2.dilate(length, window)) & (length > MIN_ROW_MM / 3)).ravel())
    rows = [_row(seen, int(y)) for y in heights]
    return tuple(row for row in rows if row.length >= MIN_ROW_MM)


def find_areas(heat: Floats, kind: int) -> tuple[tuple[float, float, float, float], ...]:
    """Boxes x0, y0, x1, y1 in millimetres around the areas of one kind: pulses, texts of speed and gain."""
    hot = (_chance(heat[kind]) > 0.5).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(hot, connectivity=8)
    boxes = [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h, area in stats[1:] if area >= MIN_AREA_MM2]
    return tuple(boxes)


def _chance(heat: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-heat)), np.float32)


def _peaks(chance: Floats) -> list[tuple[float, float, float]]:
    """x, y and height of the peaks of a plane [h, w]; x and y in millimetres by the centroid of 3 x 3 cells."""
    highest = cv2.dilate(chance, np.ones((2 * APART_MM + 1,) * 2, np.uint8))
    peaks = []
    for row, column in np.argwhere((chance >= MIN_CHANCE) & (chance >= highest)):
        y0, x0 = max(row - 1, 0), max(column - 1, 0)
        near = chance[y0 : row + 2, x0 : column + 2].astype(np.float64)
        rows, columns = np.indices(near.shape) + np.array([y0, x0])[:, None, None] + 0.5
        total = near.sum()
        peaks.append(
            (float((near * columns).sum() / total), float((near * rows).sum() / total), float(chance[row, column]))
        )
    return peaks


def _row(seen: Floats, y: int) -> Row:
    top = max(y - ROW_REACH_MM, 0)
    strip = seen[top : y + ROW_REACH_MM + 1]
    heights: NDArray[np.float64] = np.arange(top, top + len(strip)) + 0.5
    column = strip.max(axis=0)
    printed = np.flatnonzero(column > MIN_CHANCE)
    centre = float((strip.sum(axis=1) * heights).sum() / max(float(strip.sum()), 1e-6))
    first, last = (float(printed[0]), float(printed[-1] + 1)) if printed.size else (0.0, 0.0)
    return Row(centre, first, last, float(column.sum()))
