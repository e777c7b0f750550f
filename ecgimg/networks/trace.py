"""The trace network: a band of a sheet around one row of leads -> where the row's curve runs, column by column.

What it is: a U-Net of 2.5 M parameters, trained on rendered pages for the curve's centre line, not for its ink.

    input   band [N, 3, 240, W], W a multiple of 64: 30 mm above and below the row's zero line at 4 px/mm, along time
            8 px/mm; contrast of the brightest and of the darkest colour channel against the paper, and the place in
            the band (-1 at the top, 1 at the bottom), by which the network knows which row is meant
    output  logits [N, 240, 2 W] over y, one distribution for every 1/16 mm; presence [N, 2 W], the logit that the
            row's curve is printed there at all (not before it begins, not on its calibration pulse, not on lost paper)

Output column k lies at sheet column k / 2. A distribution over y instead of a mask, and a finer time axis on the output
than on the input, follow the systems that did best in the PhysioNet digitization competition of 2025.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import Trace

NAME = "trace"
PX_PER_MM = 8.0
"""Scale of the sheets it takes, and of a band along time."""
ROWS_PER_MM = 4
BAND_ROWS = 240
CHANNELS = 3
STRIDE = 64
"""A band's width is padded to a multiple of this."""
STRETCH = 2
"""Output columns for each input column."""
TOLERANCE_MM = 0.5
"""A sample counts as right when it lies this near to the true centre line; confidence is the chance of that."""
SMOOTH_ROWS = 9
"""Rows over which the distribution is summed to find its mode, so that a wide stroke beats a narrow speck."""
REACH_ROWS = 14
"""Rows above and below the mode over which the mean is taken."""
CLAIM_MM, CLAIM = 0.75, 0.9
"""A stroke within so many millimetres of another row's curve is that row's; this share of it is denied to others."""
BESIDE_MM, CLEAR = 2.5, 0.6
"""Inside a row and so many millimetres beside it a stroke is followed where its place is this sure."""


@dataclass(frozen=True)
class Spec:
    """What was learned beside the weights.

    `presence` is the probability from which a column counts as printed. `confidence` are knots (raw, calibrated) of a
    monotone curve that turns the raw confidence into the chance that a sample is right.
    """

    presence: float
    confidence: tuple[tuple[float, float], ...]

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Spec:
        """What an ONNX file's specification says."""
        return cls(float(stored["presence"]), tuple((float(raw), float(true)) for raw, true in stored["confidence"]))


def cut_band(planes: Floats, zero: float) -> tuple[Floats, float]:
    """One row's network input [3, 240, W'] out of the planes, and the sheet y of the band's first row.

    Args:
        planes: contrast planes of the sheet.
        zero: y of the row's zero line in sheet pixels. Beyond the sheet the band holds blank paper.
    """
    rows, width = planes.shape[1:]
    top = round((zero + 0.5) / STRETCH) - BAND_ROWS // 2
    band = np.zeros((CHANNELS, BAND_ROWS, -(-width // STRIDE) * STRIDE), np.float32)
    low, high = max(top, 0), min(top + BAND_ROWS, rows)
    if high > low:
        band[:2, low - top : high - top, :width] = planes[:, low:high]
    band[2] = place_in_band()[:, None]
    return band, 2.0 * top + 0.5


def place_in_band() -> Floats:
    """The third input channel [240]: -1 at the band's top, 1 at its bottom."""
    return np.linspace(-1, 1, BAND_ROWS, dtype=np.float32)


def decode(logits: Floats, presence: Floats) -> tuple[Floats, Floats]:
    """Place of the curve and raw confidence of every output column.

    Args:
        logits: [240, N] over the band's rows.
        presence: [N] logits.

    Returns:
        y [N] in band rows and raw confidence [N]: the chance that the curve is printed, times the
        probability mass within TOLERANCE_MM of y.
    """
    count, columns = len(logits), np.arange(logits.shape[1])
    mass = np.exp(logits - logits.max(axis=0))
    mode = cv2.blur(mass, (1, SMOOTH_ROWS), borderType=cv2.BORDER_CONSTANT).argmax(axis=0)
    offset = np.arange(count, dtype=np.float32) - BAND_ROWS / 2  # centred, for the sake of the sums' precision
    total, moment = _summed(mass), _summed(mass * offset[:, None])
    low, high = np.maximum(mode - REACH_ROWS, 0), np.minimum(mode + REACH_ROWS + 1, count)
    near = total[high, columns] - total[low, columns]
    y = (moment[high, columns] - moment[low, columns]) / near + BAND_ROWS / 2
    reach = TOLERANCE_MM * ROWS_PER_MM
    low, high = np.ceil(y - reach).astype(int).clip(0, count), np.floor(y + reach).astype(int).clip(-1, count - 1) + 1
    inside = (total[high, columns] - total[low, columns]) / total[-1]
    return np.asarray(y, np.float32), np.asarray(inside * _probability(presence), np.float32)


def _summed(values: Floats) -> Floats:
    """Sums [R + 1, N] of the rows above each row."""
    sums = np.zeros((len(values) + 1, values.shape[1]), np.float32)
    np.cumsum(values, axis=0, out=sums[1:])
    return sums


@dataclass(frozen=True, eq=False)
class Reading:
    """What the network says of one band: logits [240, N], presence [N], and the sheet y of the band's first row."""

    logits: Floats
    presence: Floats
    top: float


def suppress_neighbouring_rows(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings of a page's bands, in each of which the strokes that other rows claim are less likely.

    A tall beat of one row enters the bands of others and may be taken for theirs; its own row claims it nearly surely.
    Where two curves truly cross, both stay likely, since there is nothing else that they could be.
    """
    side = 2 * round(CLAIM_MM * ROWS_PER_MM) + 1
    claims = []
    for reading in readings:
        mass = np.exp(reading.logits - reading.logits.max(axis=0))
        near = cv2.blur(mass, (1, side), borderType=cv2.BORDER_CONSTANT) * (side / mass.sum(axis=0))
        claims.append(np.log1p(-CLAIM * np.clip(near * _probability(reading.presence), 0, 1)))
    apart = []
    for reading in readings:
        logits = reading.logits.copy()
        for other, denied in zip(readings, claims, strict=True):
            offset = round((other.top - reading.top) / STRETCH)
            low, high = max(offset, 0), min(BAND_ROWS + offset, BAND_ROWS)
            if other is not reading and low < high:
                logits[low:high] += denied[low - offset : high - offset]
        apart.append(replace(reading, logits=logits))
    return tuple(apart)


def to_trace(reading: Reading, width: int, zero: float, spec: Spec) -> Trace:
    """The curve of one row in sheet pixels.

    Where it begins beside a pulse or a separator, and where its baseline jumps, the network doubts that it is printed,
    but follows it: there the curve is kept and its confidence is 0.

    Args:
        reading: what the network says of the row's band.
        width: width of the sheet; columns of padding beyond it are cut off.
        zero: y of the row's zero line.
        spec: threshold and calibration.
    """
    count = (width - 1) * STRETCH + 1
    rows, raw = decode(reading.logits[:, :count], reading.presence[:count])
    curve = np.asarray(spec.confidence, np.float32)
    confidence = np.interp(raw, curve[:, 0], curve[:, 1]).astype(np.float32)
    chance = _probability(reading.presence[:count])
    printed = chance >= spec.presence
    followed = printed | (_span(printed, round(BESIDE_MM * PX_PER_MM * STRETCH)) & (raw > CLEAR * chance))
    y = np.where(followed, reading.top + PX_PER_MM / ROWS_PER_MM * rows, np.nan).astype(np.float32)
    return Trace(y=y, confidence=np.where(printed, confidence, 0).astype(np.float32), step=1 / STRETCH, baseline_y=zero)


def _span(printed: NDArray[np.bool_], beside: int) -> NDArray[np.bool_]:
    """The columns from the first printed one to the last, and some more on both sides."""
    known = np.flatnonzero(printed)
    span = np.zeros(len(printed), bool)
    if known.size:
        span[max(known[0] - beside, 0) : known[-1] + beside + 1] = True
    return span


def _probability(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
