"""The landmark network: a whole sheet -> where rows of curves run, stretches start, names, pulses and scales stand.

What it is: a U-Net of 0.7 M parameters, trained on rendered pages for soft spots around every landmark.

    input   sheet [1, 2, H, W], H and W multiples of 32: contrast planes of the brightest and of the darkest colour
            channel against the paper (`ecgimg.networks.contrast.contrast_planes`) at 4 px/mm both ways
    output  heat [1, 16, H / 4, W / 4], logits at 1 px/mm, one plane for each kind of landmark:
            0 rows' zero lines, 1 starts of leads' stretches, 2 calibration pulses, 3 texts of speed and gain,
            4-15 names of the twelve leads in the order of `LEADS`
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS

NAME = "landmarks"
PX_PER_MM = 4.0
HEAT_PX_PER_MM = 1.0
STRIDE = 32
ROW, START, PULSE, SCALE_TEXT, FIRST_NAME = 0, 1, 2, 3, 4
CHANNELS = FIRST_NAME + len(LEADS)
MIN_PROBABILITY = 0.3
"""Heat from which a landmark is believed."""
APART_MM = 4
"""Distance within which the stronger of two points hides the weaker."""
ROW_REACH_MM = 2
"""How far above and below its zero line a row's heat is gathered."""
ROWS_APART_MM = 6
"""Distance within which the longer of two rows hides the shorter; neighbours are printed 9 mm apart at the least."""
MIN_ROW_MM = 25.0
"""Shortest row: one lead second."""
ROW_SHARE = 0.4
"""Rows of a page are about equally long: shorter than this share of the longest are folds or tall beats."""
MIN_AREA_MM2 = 4


@dataclass(frozen=True)
class Spot:
    """A point landmark in millimetres of the sheet, and how sure the network is of it."""

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


def find_starts(heat: Floats) -> tuple[Spot, ...]:
    """Where stretches of leads start: the peaks of their heat."""
    return _peaks(_probability(heat[START]))


def find_names(heat: Floats) -> tuple[Spot, ...]:
    """Where names of leads stand: the peaks of all names' heat; `ecgimg.networks.lead_names` tells better which."""
    return _peaks(_probability(heat[FIRST_NAME:]).sum(axis=0))


def find_rows(heat: Floats) -> tuple[Row, ...]:
    """The rows of curves from top to bottom: heights at which the heat of rows lies for long enough.

    Of heights of the same length side by side the first is taken.
    """
    chance = _probability(heat[ROW])
    seen = np.where(chance > MIN_PROBABILITY, chance, 0)
    length = cv2.blur(seen.sum(axis=1, keepdims=True), (1, 3), borderType=cv2.BORDER_CONSTANT)
    window = np.ones((2 * ROWS_APART_MM + 1, 1), np.uint8)
    heights = np.flatnonzero(((length >= cv2.dilate(length, window)) & (length > MIN_ROW_MM / 3)).ravel())
    apart = np.diff(heights, prepend=-ROWS_APART_MM - 1) > ROWS_APART_MM
    rows = [_row(seen, int(y)) for y in heights[apart]]
    enough = max([MIN_ROW_MM, *(ROW_SHARE * row.length for row in rows)])
    return tuple(row for row in rows if row.length >= enough)


def find_areas(heat: Floats, kind: int) -> tuple[tuple[float, float, float, float], ...]:
    """Boxes x0, y0, x1, y1 in millimetres around the areas of one kind: pulses, texts of speed and gain."""
    hot = (_probability(heat[kind]) > 0.5).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(hot, connectivity=8)
    boxes = [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h, area in stats[1:] if area >= MIN_AREA_MM2]
    return tuple(boxes)


def _probability(heat: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-heat)), np.float32)


def _peaks(chance: Floats) -> tuple[Spot, ...]:
    """The peaks of a plane [h, w], placed by the centroid of 3 x 3 cells; of equal cells side by side the first."""
    highest = cv2.dilate(chance, np.ones((2 * APART_MM + 1,) * 2, np.uint8))
    peaks: list[Spot] = []
    for row, column in np.argwhere((chance >= MIN_PROBABILITY) & (chance >= highest)):
        y0, x0 = max(row - 1, 0), max(column - 1, 0)
        near = chance[y0 : row + 2, x0 : column + 2].astype(np.float64)
        rows, columns = np.mgrid[y0 : y0 + near.shape[0], x0 : x0 + near.shape[1]].astype(np.float64) + 0.5
        total = near.sum()
        spot = Spot((near * columns).sum() / total, (near * rows).sum() / total, min(float(chance[row, column]), 1.0))
        if all(np.hypot(spot.x - other.x, spot.y - other.y) > APART_MM for other in peaks):
            peaks.append(spot)
    return tuple(peaks)


def _row(seen: Floats, y: int) -> Row:
    top = max(y - ROW_REACH_MM, 0)
    strip = seen[top : y + ROW_REACH_MM + 1]
    heights = np.arange(top, top + len(strip)) + 0.5
    column = strip.max(axis=0)
    printed = np.flatnonzero(column > MIN_PROBABILITY)
    centre = float((strip.sum(axis=1) * heights).sum() / max(float(strip.sum()), 1e-6))
    first, last = (float(printed[0]), float(printed[-1] + 1)) if printed.size else (0.0, 0.0)
    return Row(centre, first, last, float(column.sum()))
