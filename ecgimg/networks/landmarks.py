"""The landmark network: a whole sheet -> rows of curves, starts of leads, lead names, calibration pulses, scale texts.

What it is: a U-Net of 0.7 M parameters that draws a soft spot at every landmark.

    input   sheet [N, 2, H, W], H and W multiples of 32: contrast planes of the brightest and of the darkest colour
            channel against the paper (`ecgimg.networks.contrast`) at 4 px/mm both ways (`sheet_input`)
    output  heat [N, 16, H / 4, W / 4]: logits at 1 px/mm, one plane for each kind of landmark:
            0 baselines of rows, 1 starts of leads, 2 calibration pulses, 3 texts of speed and gain,
            4-15 names of the twelve leads in the order of `LEADS`

Size: 1.4 MB (`weights/landmarks.onnx`). Source: this project's own; U-Net (arXiv 1505.04597) with heatmaps of points.
Trained by `ecgimg/train/landmarks/` on rendered pages.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.probability import sigmoid

NAME = "landmarks"
PX_PER_MM = 4.0
"""Scale of the input."""
HEAT_PX_PER_MM = 1.0
"""Scale of the output."""
STRIDE = 32
"""Height and width of the input are padded to multiples of this."""
ROW = 0
"""Plane of the rows' baselines."""
START = 1
"""Plane of the starts of leads."""
PULSE = 2
"""Plane of the calibration pulses."""
SCALE_TEXT = 3
"""Plane of the texts of speed and gain."""
FIRST_NAME = 4
"""First of the planes of lead names."""
CHANNELS = FIRST_NAME + len(LEADS)
"""Planes of the output."""
MIN_PROBABILITY = 0.3
"""Probability from which a cell shows a row or a point."""
MIN_AREA_PROBABILITY = 0.5
"""Probability from which a cell belongs to an area."""
APART_MM = 4
"""Of two points nearer to each other than this, the weaker is dropped."""
ROW_REACH_MM = 2
"""Distance above and below a row's baseline over which the row's cells are gathered."""
ROWS_APART_MM = 6
"""Of two rows nearer to each other than this, the shorter is dropped; rows are printed at least 9 mm apart."""
MIN_ROW_MM = 25.0
"""Length of the shortest row: one second of a lead."""
ROW_SHARE = 0.4
"""Rows shorter than this share of the longest are dropped: rows of a page are about equally long, folds are not."""
MIN_AREA_MM2 = 4
"""Size of the smallest area."""


@dataclass(frozen=True)
class Spot:
    """A point landmark in millimetres of the sheet, and its probability."""

    x: float
    y: float
    confidence: float


@dataclass(frozen=True)
class Row:
    """A row of curves: its baseline, its ends, and the length that is seen, all in millimetres of the sheet."""

    y: float
    x0: float
    x1: float
    length: float


def sheet_input(planes: Floats) -> Floats:
    """The input [1, 2, H, W] of contrast planes [2, h, 2 w] at 4 x 8 px/mm, padded to whole strides."""
    size = (planes.shape[2] // 2, planes.shape[1])
    half = np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes]).astype(np.float32)
    h, w = half.shape[1:]
    return np.pad(half, ((0, 0), (0, -h % STRIDE), (0, -w % STRIDE)))[None]


def find_starts(heatmap: Floats) -> tuple[Spot, ...]:
    """Starts of leads: the peaks of their plane, of a heatmap [16, h, w]."""
    return _peaks(_probability(heatmap[START]))


def find_names(heatmap: Floats) -> tuple[Spot, ...]:
    """Places of lead names: the peaks of the sum of their planes; `ecgimg.networks.lead_names` reads which they are."""
    return _peaks(_probability(heatmap[FIRST_NAME:]).sum(axis=0))


def find_rows(heatmap: Floats) -> tuple[Row, ...]:
    """The rows of curves from top to bottom: the heights along which enough cells of their plane are on.

    Of neighbouring heights of the same length the first is taken.
    """
    probability = _probability(heatmap[ROW])
    seen = np.where(probability > MIN_PROBABILITY, probability, 0)
    length = cv2.blur(seen.sum(axis=1, keepdims=True), (1, 3), borderType=cv2.BORDER_CONSTANT)
    window = np.ones((2 * ROWS_APART_MM + 1, 1), np.uint8)
    heights = np.flatnonzero(((length >= cv2.dilate(length, window)) & (length > MIN_ROW_MM / 3)).ravel())
    apart = np.diff(heights, prepend=-ROWS_APART_MM - 1) > ROWS_APART_MM
    rows = [_row(seen, int(y)) for y in heights[apart]]
    min_length = max([MIN_ROW_MM, *(ROW_SHARE * row.length for row in rows)])
    return tuple(row for row in rows if row.length >= min_length)


def find_areas(heatmap: Floats, plane: int) -> tuple[tuple[float, float, float, float], ...]:
    """Boxes x0, y0, x1, y1 in millimetres around the areas of one plane: PULSE or SCALE_TEXT."""
    mask = (_probability(heatmap[plane]) > MIN_AREA_PROBABILITY).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes = [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h, area in stats[1:] if area >= MIN_AREA_MM2]
    return tuple(boxes)


def _probability(heatmap: Floats) -> Floats:
    return np.asarray(sigmoid(heatmap), np.float32)


def _peaks(probability: Floats) -> tuple[Spot, ...]:
    """The peaks of a plane [h, w], at the centroid of their 3 x 3 cells; of equal neighbours the first."""
    highest = cv2.dilate(probability, np.ones((2 * APART_MM + 1,) * 2, np.uint8))
    peaks: list[Spot] = []
    for row, column in np.argwhere((probability >= MIN_PROBABILITY) & (probability >= highest)):
        y0, x0 = max(row - 1, 0), max(column - 1, 0)
        near = probability[y0 : row + 2, x0 : column + 2].astype(np.float64)
        rows, columns = np.mgrid[y0 : y0 + near.shape[0], x0 : x0 + near.shape[1]].astype(np.float64) + 0.5
        total = near.sum()
        confidence = min(float(probability[row, column]), 1.0)
        spot = Spot((near * columns).sum() / total, (near * rows).sum() / total, confidence)
        if all(np.hypot(spot.x - other.x, spot.y - other.y) > APART_MM for other in peaks):
            peaks.append(spot)
    return tuple(peaks)


def _row(seen: Floats, y: int) -> Row:
    """The row around a height y, of the cells [h, w] that show rows, 0 elsewhere."""
    top = max(y - ROW_REACH_MM, 0)
    strip = seen[top : y + ROW_REACH_MM + 1]
    heights = np.arange(top, top + len(strip)) + 0.5
    column = strip.max(axis=0)
    printed = np.flatnonzero(column > MIN_PROBABILITY)
    centre = float((strip.sum(axis=1) * heights).sum() / max(float(strip.sum()), 1e-6))
    first, last = (float(printed[0]), float(printed[-1] + 1)) if printed.size else (0.0, 0.0)
    return Row(centre, first, last, float(column.sum()))
