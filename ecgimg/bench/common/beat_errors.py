"""How far the R peaks of a digitized lead lie from the true ones, in time and in height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from ecgimg.datamodel.arrays import Floats

REACH_S = 0.15
"""How far from a true peak its counterpart is looked for."""
MIN_TRUTH_S = 1.0
MIN_SHARE = 0.5
"""A peak counts when it is at least this share of its lead's highest, up or down."""
MIN_MV = 0.2
FOUND_SHARE = 0.3
"""A counterpart lower than this share of the true peak is a beat that was lost."""


@dataclass(frozen=True)
class BeatErrors:
    """Peaks of all leads: how many there are, which share came back, and the errors of those that did.

    `ms` is the median absolute error in time, `bias_ms` the median signed one, `mv` the median absolute error in
    height above the lead's median; NaN where no peak came back.
    """

    beats: int
    found: float
    ms: float
    bias_ms: float
    mv: float


def beat_errors(truth: Floats, output: Floats, fs: float) -> BeatErrors:
    """Compares the peaks of `truth` [12, T] with `output` [12, T']; both in mV at `fs` Hz, NaN where unknown."""
    length = truth.shape[1]
    padded = np.full_like(truth, np.nan)
    padded[:, : min(length, output.shape[1])] = output[:, :length]
    rows = [_lead(x, y, fs) for x, y in zip(truth, padded, strict=True) if np.isfinite(x).sum() >= MIN_TRUTH_S * fs]
    pairs = np.concatenate(rows) if rows else np.zeros((0, 2))
    back = pairs[np.isfinite(pairs[:, 0])]
    if not len(back):
        return BeatErrors(len(pairs), 0.0, np.nan, np.nan, np.nan)
    times, heights = 1000 * back[:, 0], back[:, 1]
    share = len(back) / len(pairs)
    medians = (float(np.median(v)) for v in (np.abs(times), times, np.abs(heights)))
    return BeatErrors(len(pairs), share, *medians)


def _lead(truth: Floats, output: Floats, fs: float) -> NDArray[np.float64]:
    """[P, 2] error in seconds and mV of every true peak of a lead; NaN for a peak that was lost."""
    x = np.nan_to_num(truth - np.nanmedian(truth)).astype(np.float64)
    highest = float(np.abs(x).max())
    if highest < MIN_MV:
        return np.zeros((0, 2))
    peaks, _ = find_peaks(np.abs(x), height=MIN_SHARE * highest, distance=round(0.25 * fs))
    level = float(np.nanmedian(output)) if np.isfinite(output).any() else 0.0
    return np.array([_peak(x, output.astype(np.float64) - level, int(p), fs) for p in peaks]).reshape(-1, 2)


def _peak(x: NDArray[np.float64], y: NDArray[np.float64], at: int, fs: float) -> tuple[float, float]:
    sign = np.sign(x[at])
    first = max(0, at - round(REACH_S * fs))
    near = sign * y[first : at + round(REACH_S * fs) + 1]
    if not np.isfinite(near).any():
        return np.nan, np.nan
    k = int(np.nanargmax(near))
    if near[k] < FOUND_SHARE * abs(x[at]):
        return np.nan, np.nan
    return (first + k - at) / fs, float(near[k] - abs(x[at]))
