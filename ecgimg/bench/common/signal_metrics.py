"""The SNR of a digitized recording: the metric of the 2025 PhysioNet digitization competition.

Each lead of the output is shifted by at most 0.2 s and offset vertically to fit best; a missing sample counts as 0.
SNR of a page = sum over leads of signal power / sum over leads of error power. Over pages the mean of the linear SNR is
taken.

Some pages were printed at 500 Hz, but their truth is known at 100 Hz only. For them (`band_limited`) the output first
passes the low-pass filter of such records, and shifts are multiples of half a sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import cheby1, correlate, sosfiltfilt

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.leads import LEADS

MAX_SHIFT_S = 0.2
MIN_SEEN = 0.05
"""Share of a lead's true samples that an alignment must cover."""
MIN_TRUTH_S = 0.5
"""Leads with a shorter truth are not scored."""
MIN_SNR = 1e-3
"""Lowest linear SNR in dB figures: -30 dB."""
CUTOFF_HZ = 40.0
"""Cutoff of the anti-aliasing filter of 100 Hz records."""


@dataclass(frozen=True)
class LeadFit:
    """The best alignment of one lead: powers of signal and error in mV^2 s, shift in samples and offset in mV."""

    signal: float
    error: float
    shift: int
    offset: float


@dataclass(frozen=True)
class PageFit:
    """The fit of a page: its linear SNR, and the fit of every lead that has a truth."""

    snr: float
    leads: dict[str, LeadFit]

    @property
    def db(self) -> float:
        """SNR in dB, at least -30."""
        return to_db(self.snr)


@dataclass(frozen=True, eq=False)
class Overlap:
    """Sums over the samples that two curves have in common, for each shift from -reach to reach: [2 reach + 1] each."""

    count: Doubles
    x: Doubles
    y: Doubles
    xx: Doubles
    yy: Doubles
    xy: Doubles

    @property
    def correlation(self) -> Doubles:
        """Pearson's correlation at each shift; 0 where one curve does not vary."""
        n = np.maximum(self.count, 1)
        spread = np.maximum(self.xx - self.x**2 / n, 0) * np.maximum(self.yy - self.y**2 / n, 0)
        flat = spread <= 1e-12
        return np.asarray(np.where(flat, 0, (self.xy - self.x * self.y / n) / np.sqrt(np.where(flat, 1, spread))))


def fit_page(truth: Floats, output: Floats, fs: float, band_limited: bool = False) -> PageFit:
    """Aligns every lead of an output [12, T] with the truth [12, T]; both in mV at `fs` Hz, NaN where unknown.

    Raises:
        ValueError: the truth has no lead that is long enough.
    """
    leads = {
        lead: _fit_band_limited(truth[k], output[k], fs) if band_limited else fit_lead(truth[k], output[k], fs)
        for k, lead in enumerate(LEADS)
        if np.isfinite(truth[k]).sum() >= MIN_TRUTH_S * fs
    }
    if not leads:
        raise ValueError("no lead of the truth is long enough to be scored")
    error = sum(fit.error for fit in leads.values())
    return PageFit(sum(fit.signal for fit in leads.values()) / max(error, 1e-12), leads)


def fit_lead(truth: Floats, output: Floats, fs: float) -> LeadFit:
    """The shift and offset of `output` [T] with the smallest error to `truth` [T]."""
    known = np.isfinite(truth)
    power = float((truth[known].astype(np.float64) ** 2).sum())
    reach = round(MAX_SHIFT_S * fs)
    sums = overlap(truth, output, reach)
    enough = sums.count >= max(MIN_SEEN * known.sum(), 1)
    if not enough.any():
        return LeadFit(power, power, 0, 0.0)
    n = np.maximum(sums.count, 1)
    # Error = power of the missing samples + squared difference of the others after the best offset.
    error = power - sums.xx + (sums.xx + sums.yy - 2 * sums.xy) - (sums.x - sums.y) ** 2 / n
    shift = int(np.argmin(np.where(enough, error, np.inf))) - reach
    moved = shifted(output, shift, len(truth))
    both = known & np.isfinite(moved)
    difference = truth[both].astype(np.float64) - moved[both]
    missing = power - float((truth[both].astype(np.float64) ** 2).sum())
    exact = missing + float(((difference - difference.mean()) ** 2).sum())
    return LeadFit(power, exact, shift, float(difference.mean()))


def overlap(truth: Floats, output: Floats, reach: int) -> Overlap:
    """Sums of `truth` [T] and of `output` [T'] shifted by -reach to reach samples, without the samples that are NaN."""
    moved = shifted(output, -reach, len(truth) + 2 * reach)
    known, read = np.isfinite(truth), np.isfinite(moved)
    x, y = np.where(known, truth, 0).astype(np.float64), np.where(read, moved, 0).astype(np.float64)

    def sums(a: Doubles, b: Doubles) -> Doubles:
        return np.asarray(correlate(b, a, mode="valid", method="fft"))

    has_x, has_y = known.astype(np.float64), read.astype(np.float64)
    count = np.rint(sums(has_x, has_y))
    return Overlap(count, sums(x, has_y), sums(has_x, y), sums(x**2, has_y), sums(has_x, y**2), sums(x, y))


def shifted(values: Floats, shift: int, length: int) -> Floats:
    """`values` from sample `shift` on, [length]; NaN before its start and after its end."""
    out = np.full(length, np.nan, np.float32)
    first, last = max(shift, 0), min(shift + length, len(values))
    if last > first:
        out[first - shift : last - shift] = values[first:last]
    return out


def low_passed(values: Floats, fs: float) -> Floats:
    """`values` [T] after the anti-aliasing filter of 100 Hz records (Chebyshev, 40 Hz), each known run by itself."""
    sos = cheby1(8, 0.05, 2 * CUTOFF_HZ / fs, output="sos")
    out = values.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.isfinite(values).astype(int), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first > 0.24 * fs:
            out[first:last] = sosfiltfilt(sos, values[first:last])
    return out


def to_db(snr: float) -> float:
    """A linear SNR in dB, at least -30; NaN for NaN."""
    return float(10 * np.log10(max(snr, MIN_SNR))) if np.isfinite(snr) else float("nan")


def mean_db(snrs: NDArray[np.floating]) -> float:
    """The competition's mean over pages: the mean of the linear SNRs, in dB."""
    return to_db(float(np.mean(np.maximum(snrs, MIN_SNR))))


def _fit_band_limited(truth: Floats, output: Floats, fs: float) -> LeadFit:
    """The better fit of the low-passed output as it is and shifted by half a sample."""
    smooth = low_passed(output, fs)
    between = (smooth + np.concatenate([smooth[1:], smooth[-1:]])) / 2
    return min((fit_lead(truth, y.astype(np.float32), fs) for y in (smooth, between)), key=lambda fit: fit.error)
