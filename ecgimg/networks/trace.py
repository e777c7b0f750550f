"""The trace network: a band of a sheet around one row of leads -> the place of the row's curve, column by column.

What it is: a U-Net of 2.5 M parameters that is trained on the curve's centre line, not on its ink.

    input   band [N, 3, 240, W], W a multiple of 64: 30 mm above and below the row's baseline at 4 px/mm, along time
            8 px/mm; contrast of the brightest and of the darkest colour channel against the paper, and the place in
            the band (-1 at the top, 1 at the bottom), which marks the row that is meant
    output  logits [N, 240, 2 W] over y: one distribution for every 1/16 mm;
            presence [N, 2 W]: logit that the row's curve is printed there (not before it begins, not on its
            calibration pulse, not on lost paper)

Output column k lies at sheet column k / 2.

Size: 5.1 MB (`weights/trace.onnx`). Source: this project's own U-Net (arXiv 1505.04597). A distribution over y instead
of a mask, and a finer time axis on the output than on the input, follow the best systems of the PhysioNet digitization
competition of 2025. Trained by `ecgimg/train/trace/` on rendered pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.page import Trace
from ecgimg.datamodel.probability import sigmoid

NAME = "trace"
PX_PER_MM = 8.0
"""Scale of the sheets it takes, and of a band along time."""
ROWS_PER_MM = 4
"""Scale of a band along the height."""
BAND_ROWS = 240
"""Height of a band in its own rows."""
CHANNELS = 3
"""Channels of a band."""
STRIDE = 64
"""A band's width is padded to a multiple of this."""
STRETCH = 2
"""Output columns for each input column, and sheet rows for each row of a band."""
TOLERANCE_MM = 0.5
"""A sample is right when it lies this near to the true centre line; its confidence is the probability of that."""
SMOOTH_ROWS = 9
"""Rows over which the distribution is summed to find its mode, so that a wide stroke beats a narrow speck."""
REACH_ROWS = 14
"""Rows above and below the mode over which the mean is taken."""
CLAIM_MM = 0.75
"""A stroke within this distance of another row's curve belongs to that row."""
CLAIM = 0.9
"""Share by which a stroke that belongs to another row becomes less likely."""
BESIDE_MM = 2.5
"""Reach beside a row's printed part within which its curve is still followed."""
CLEAR = 0.6
"""Probability of the place, given that the curve is printed, from which a stroke that looks unprinted is followed."""


@dataclass(frozen=True)
class Spec:
    """Threshold and calibration, stored in the ONNX file.

    `presence` is the probability from which a column counts as printed. `confidence` are knots (raw, calibrated) of a
    monotone curve from the raw confidence to the probability that a sample is right.
    """

    presence: float
    confidence: tuple[tuple[float, float], ...]

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Spec:
        """Threshold and calibration of an ONNX file's specification."""
        return cls(float(stored["presence"]), tuple((float(raw), float(true)) for raw, true in stored["confidence"]))


def cut_band(planes: Floats, baseline_y: float) -> tuple[Floats, float]:
    """One row's band [3, 240, W'], and the sheet y of its first row; beyond the sheet is blank paper.

    Args:
        planes: contrast planes [2, H / 2, W] of the sheet.
        baseline_y: y of the row's baseline in sheet pixels.
    """
    rows, width = planes.shape[1:]
    top = round((baseline_y + 0.5) / STRETCH) - BAND_ROWS // 2
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
        y [N] in band rows, and raw confidence [N]: the probability that the curve is printed, times the probability
        mass within TOLERANCE_MM of y.
    """
    count, columns = len(logits), np.arange(logits.shape[1])
    mass = np.exp(logits - logits.max(axis=0))
    mode = cv2.blur(mass, (1, SMOOTH_ROWS), borderType=cv2.BORDER_CONSTANT).argmax(axis=0)
    offset = np.arange(count, dtype=np.float32) - BAND_ROWS / 2  # centred, for the precision of the sums
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
class BandOutput:
    """Output of the network for one band: logits [240, N], presence [N], and the sheet y of the band's first row."""

    logits: Floats
    presence: Floats
    top: float


def suppress_neighbouring_rows(bands: Sequence[BandOutput]) -> tuple[BandOutput, ...]:
    """Outputs of a page's bands, in each of which the strokes of other rows are less likely.

    A tall beat of one row enters the bands of others and can be taken for theirs; in its own band it is almost sure.
    Where two curves cross, both stay likely, since neither band shows another stroke.
    """
    side = 2 * round(CLAIM_MM * ROWS_PER_MM) + 1
    claims = []  # log of the share that is left to other rows
    for band in bands:
        mass = np.exp(band.logits - band.logits.max(axis=0))
        near = cv2.blur(mass, (1, side), borderType=cv2.BORDER_CONSTANT) * (side / mass.sum(axis=0))
        claims.append(np.log1p(-CLAIM * np.clip(near * _probability(band.presence), 0, 1)))
    apart = []
    for band in bands:
        logits = band.logits.copy()
        for other, log_share in zip(bands, claims, strict=True):
            offset = round((other.top - band.top) / STRETCH)
            low, high = max(offset, 0), min(BAND_ROWS + offset, BAND_ROWS)
            if other is not band and low < high:
                logits[low:high] += log_share[low - offset : high - offset]
        apart.append(replace(band, logits=logits))
    return tuple(apart)


def to_trace(band: BandOutput, width: int, baseline_y: float, spec: Spec) -> Trace:
    """The curve of one row in sheet pixels.

    Where a curve begins beside a pulse or a separator, and where its baseline jumps, its presence is low although its
    place is clear. The trace has a y there, and confidence 0.

    Args:
        band: output of the network for the row's band.
        width: width of the sheet in pixels; columns of padding beyond it are cut off.
        baseline_y: y of the row's baseline in sheet pixels.
        spec: threshold and calibration.
    """
    count = (width - 1) * STRETCH + 1
    rows, raw = decode(band.logits[:, :count], band.presence[:count])
    curve = np.asarray(spec.confidence, np.float32)
    confidence = np.interp(raw, curve[:, 0], curve[:, 1]).astype(np.float32)
    probability = _probability(band.presence[:count])
    printed = probability >= spec.presence
    followed = printed | (_span(printed, round(BESIDE_MM * PX_PER_MM * STRETCH)) & (raw > CLEAR * probability))
    y = np.where(followed, band.top + PX_PER_MM / ROWS_PER_MM * rows, np.nan).astype(np.float32)
    confidence = np.where(printed, confidence, 0).astype(np.float32)
    return Trace(y=y, confidence=confidence, step=1 / STRETCH, baseline_y=baseline_y)


def _span(printed: Bools, beside: int) -> Bools:
    """The columns from the first printed one to the last, and `beside` more on both sides."""
    known = np.flatnonzero(printed)
    span = np.zeros(len(printed), bool)
    if known.size:
        span[max(known[0] - beside, 0) : known[-1] + beside + 1] = True
    return span


def _probability(logits: Floats) -> Floats:
    return np.asarray(sigmoid(logits), np.float32)
