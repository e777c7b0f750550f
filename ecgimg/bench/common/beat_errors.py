"""Errors of the R peaks of a digitized recording, in time and in height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import find_peaks

from ecgimg.datamodel.arrays import Doubles, Floats

REACH_S = 0.15
"""Longest distance in time of a true peak and its counterpart."""
MIN_TRUTH_S = 1.0
"""Leads with a shorter truth have no peaks that count."""
MIN_INTERVAL_S = 0.25
"""Shortest interval of two peaks of a lead."""
MIN_SHARE = 0.5
"""Height of the lowest peak that counts, as a share of the lead's highest, up or down."""
MIN_MV = 0.2
"""Height of the lowest lead whose peaks count."""
FOUND_SHARE = 0.3
"""A beat is missed when its counterpart is lower than this share of the true peak."""


@dataclass(frozen=True)
class BeatErrors:
    """Peaks of all leads: their number, the share that was found, and the errors of those.

    `ms` is the median absolute error in time, `bias_ms` the median signed one, `mv` the median absolute error in
    height above the lead's median; NaN where no peak was found.
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
    found = pairs[np.isfinite(pairs[:, 0])]
    if not len(found):
        return BeatErrors(len(pairs), 0.0, np.nan, np.nan, np.nan)
    times, heights = 1000 * found[:, 0], found[:, 1]
    share = len(found) / len(pairs)
    medians = (float(np.median(v)) for v in (np.abs(times), times, np.abs(heights)))
    return BeatErrors(len(pairs), share, *medians)


def _lead(truth: Floats, output: Floats, fs: float) -> Doubles:
    """Errors [P, 2] in seconds and mV of every true peak of a lead; NaN for a peak that was missed."""
    x = np.nan_to_num(truth - np.nanmedian(truth)).astype(np.float64)
    highest = float(np.abs(x).max())
    if highest < MIN_MV:
        return np.zeros((0, 2))
    peaks, _ = find_peaks(np.abs(x), height=MIN_SHARE * highest, distance=round(MIN_INTERVAL_S * fs))
    median = float(np.nanmedian(output)) if np.isfinite(output).any() else 0.0
    return np.array([_peak(x, output.astype(np.float64) - median, int(p), fs) for p in peaks]).reshape(-1, 2)


def _peak(x: Doubles, y: Doubles, at: int, fs: float) -> tuple[float, float]:
    """Error in seconds and mV of the true peak at sample `at` of x in the output y; NaN where it was missed."""
    sign = np.sign(x[at])
    first = max(0, at - round(REACH_S * fs))
    near = sign * y[first : at + round(REACH_S * fs) + 1]
    if not np.isfinite(near).any():
        return np.nan, np.nan
    k = int(np.nanargmax(near))
    if near[k] < FOUND_SHARE * abs(x[at]):
        return np.nan, np.nan
    return (first + k - at) / fs, float(near[k] - abs(x[at]))
