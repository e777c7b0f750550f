"""Recordings at another rate: polyphase filtering against aliasing, with unknown samples left unknown."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ecgimg.datamodel.arrays import Floats

MAX_DENOMINATOR = 1000
"""The ratio of two rates is taken as a fraction with no larger denominator."""


def resample(signals: Floats, fs: float, rate: float) -> Floats:
    """[L, T] at `fs` Hz -> [L, T'] at `rate` Hz; a sample is known where the nearest input sample is.

    Gaps are bridged by straight lines while a lead is filtered (scipy's `resample_poly`, Kaiser window, beta 5).
    """
    ratio = Fraction(rate / fs).limit_denominator(MAX_DENOMINATOR)
    if ratio == 1:
        return np.asarray(signals, np.float32)
    from scipy.signal import resample_poly  # half a second of imports, which listings and the web server do without

    length = int(np.ceil(signals.shape[1] * ratio))
    nearest = np.minimum(np.round(np.arange(length) / float(ratio)).astype(int), signals.shape[1] - 1)
    out = np.full((len(signals), length), np.nan, np.float32)
    place = np.arange(signals.shape[1])
    if len(place) == 1:  # through which scipy draws no line
        return np.repeat(np.asarray(signals, np.float32), length, axis=1)
    for row, lead in enumerate(signals):
        seen = np.isfinite(lead)
        if not seen.any():
            continue
        bridged = np.interp(place, place[seen], lead[seen])
        level = float(np.median(bridged))
        fine = resample_poly(bridged - level, ratio.numerator, ratio.denominator, padtype="line")[:length] + level
        out[row] = np.where(seen[nearest], fine, np.nan)
    return out
