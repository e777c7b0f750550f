"""The narrow peaks of a lead, R and S, and the probability that the least sure of them was read."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats

MIN_MV = 0.3
"""Height of the lowest peak that counts, above or below the lead's median."""
MIN_SHARE = 0.3
"""Height of the lowest peak that counts, as a share of the lead's highest."""
MAX_WIDTH_S = 0.08
"""Width at half height of the widest peak that counts: T waves are wider."""
BESIDE_S = 0.006
"""The confidence of a peak is the lowest within this time of it."""
READ = ((0.0, 0.5), (0.1, 0.7), (0.2, 0.85), (0.3, 0.92), (0.4, 0.95), (0.5, 0.98), (0.6, 0.998), (1.0, 1.0))
"""Knots (lowest confidence of a lead's peaks, probability that none of them lost more than a fifth).

Measured on 25 photos and 16 drawn scans of fold 9: of the peaks on leads above 0.9, 1.3 % are lost on photos (11 of
861; 2.4 % of all 1,073) and 0.5 % on scans (4 of 795; 0.8 % of all 1,104).
"""


def worst_beat(signal: Floats, confidence: Floats, fs: float) -> float:
    """Probability that no narrow peak of a lead lost more than a fifth, by its least sure one; 1 where it has no peak.

    Args:
        signal: [T] in mV, NaN where nothing is known.
        confidence: of each sample [T].
        fs: in Hz.
    """
    known = np.isfinite(signal)
    heights = signal - np.median(signal[known]) if known.any() else np.zeros_like(signal)
    peaks = narrow_peaks(heights.astype(np.float64), fs)
    lowest = min((peak_confidence(confidence, at, fs) for at in peaks), default=1.0)
    knots = np.array(READ)
    return float(np.interp(lowest, knots[:, 0], knots[:, 1]))


def narrow_peaks(heights: Doubles, fs: float) -> tuple[int, ...]:
    """Samples of the narrow peaks of a lead, upwards and downwards, by its heights [T] in mV about the baseline."""
    from scipy.signal import find_peaks

    x = np.nan_to_num(heights)
    lowest = max(MIN_MV, MIN_SHARE * float(np.abs(x).max()))
    found: list[int] = []
    for way in (1, -1):
        peaks, _ = find_peaks(way * x, height=lowest, prominence=lowest, width=(None, MAX_WIDTH_S * fs))
        found += peaks.tolist()
    return tuple(sorted(found))


def peak_confidence(confidence: Floats, at: int, fs: float) -> float:
    """The lowest confidence near a sample, 0 where it is not known."""
    beside = round(BESIDE_S * fs)
    return float(np.nan_to_num(confidence[max(at - beside, 0) : at + beside + 1]).min())
