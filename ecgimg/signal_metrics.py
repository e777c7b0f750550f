"""How well a digitized recording agrees with the true one: the metric of the 2025 PhysioNet digitization competition.

Per lead the output may be shifted by at most 0.2 s and offset vertically to fit best; a sample that is missing counts
as 0. Per page SNR = sum over leads of signal power / sum over leads of error power. Over pages the linear SNR is
averaged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.leads import LEADS
from ecgimg.types import Floats

MAX_SHIFT_S = 0.2
MIN_SEEN = 0.05
"""Share of a lead's true samples that an alignment must cover."""
MIN_TRUTH_S = 1.0
"""Leads of which less is known are not scored."""


@dataclass(frozen=True)
class LeadFit:
    """The best alignment of one lead: powers of signal and error in mV^2 s, shift in samples and offset in mV."""

    signal: float
    error: float
    shift: int
    offset: float


@dataclass(frozen=True)
class PageFit:
    """The agreement of a page: its linear SNR, and the fit of every lead that has a truth."""

    snr: float
    leads: dict[str, LeadFit]

    @property
    def db(self) -> float:
        """SNR in dB, -30 at the least."""
        return float(10 * np.log10(max(self.snr, 1e-3)))


def fit_page(truth: Floats, output: Floats, fs: float) -> PageFit:
    """Aligns every lead of an output [12, T] with the truth [12, T]; both in mV at `fs` Hz, NaN where unknown.

    Raises:
        ValueError: the truth has no lead that is long enough.
    """
    leads = {
        lead: fit_lead(truth[k], output[k], fs)
        for k, lead in enumerate(LEADS)
        if np.isfinite(truth[k]).sum() >= MIN_TRUTH_S * fs
    }
    if not leads:
        raise ValueError("no lead of the truth is long enough to be scored")
    error = sum(fit.error for fit in leads.values())
    return PageFit(sum(fit.signal for fit in leads.values()) / max(error, 1e-12), leads)


def fit_lead(truth: Floats, output: Floats, fs: float) -> LeadFit:
    """The shift and offset of `output` [T] with which it is nearest to `truth` [T]."""
    known = np.isfinite(truth)
    x = np.where(known, truth, 0).astype(np.float64)
    power = float((x**2).sum())
    reach = round(MAX_SHIFT_S * fs)
    padded = np.pad(_to_length(output, len(truth)), reach, constant_values=np.nan)
    best = LeadFit(power, power, 0, 0.0)
    for shift in range(-reach, reach + 1):
        y = padded[reach + shift : reach + shift + len(truth)]
        both = known & np.isfinite(y)
        if both.sum() < MIN_SEEN * known.sum():
            continue
        difference = x[both] - y[both]
        error = power - float((x[both] ** 2).sum()) + float(((difference - difference.mean()) ** 2).sum())
        if error < best.error:
            best = LeadFit(power, error, shift, float(difference.mean()))
    return best


def mean_db(snrs: NDArray[np.floating]) -> float:
    """The competition's mean over pages: linear SNRs are averaged, then taken to dB."""
    return float(10 * np.log10(max(float(np.mean(snrs)), 1e-3)))


def _to_length(values: Floats, length: int) -> Floats:
    if len(values) >= length:
        return values[:length]
    return np.concatenate([values, np.full(length - len(values), np.nan, np.float32)])
