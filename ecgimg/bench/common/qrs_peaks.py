"""R and S peaks of a digitized recording: how much of each height was read, and when its edges come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgimg.bench.common.signal_metrics import LeadFit, shifted
from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.recording.worst_beat import narrow_peaks, peak_confidence

REACH_S = 0.03
"""Longest distance in time of a true peak and its counterpart."""
EDGE_S = 0.06
"""Longest distance in time of a peak and its half height on either side."""


@dataclass(frozen=True)
class QrsPeaks:
    """The R and S peaks of a page, one a place of each tuple.

    `ratios` are read height / true height (0 where nothing was read). `lead_confidences` are those of the leads,
    `confidences` those of the peaks. `rise_ms` and `fall_ms` are the errors in time of the half height before and after
    the peak, NaN where it was not reached.
    """

    ratios: tuple[float, ...] = ()
    lead_confidences: tuple[float, ...] = ()
    confidences: tuple[float, ...] = ()
    rise_ms: tuple[float, ...] = ()
    fall_ms: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class _Lead:
    """One lead: truth and output in mV above the truth's median, and the output's confidence [T] each."""

    truth: Doubles
    output: Doubles
    confidence: Floats
    fs: float


def qrs_peaks(
    truth: Floats, signals: Floats, confidences: Floats, lead_confidences: Mapping[str, float],
    fits: Mapping[str, LeadFit], fs: float,
) -> QrsPeaks:  # fmt: skip
    """Compares the peaks of a truth [12, T] with the signals [12, T'] of an output; both in mV at `fs` Hz.

    Args:
        truth: NaN where nothing is printed.
        signals: the output, NaN where it is unknown.
        confidences: of the output [12, T'].
        lead_confidences: the confidence of each lead.
        fits: the alignment of each lead with the truth.
        fs: in Hz.
    """
    rows: list[tuple[float, ...]] = []
    for name, fit in fits.items():
        k, length = LEADS.index(name), truth.shape[1]
        true, read = truth[k].astype(np.float64), shifted(signals[k], fit.shift, length).astype(np.float64)
        median = float(np.nanmedian(true))
        lead = _Lead(true - median, read + fit.offset - median, shifted(confidences[k], fit.shift, length), fs)
        rows += [_compared(lead, at, lead_confidences[name]) for at in narrow_peaks(lead.truth, fs)]
    return QrsPeaks(*(tuple(round(float(v), 4) for v in column) for column in zip(*rows, strict=True)))


def _compared(lead: _Lead, at: int, lead_confidence: float) -> tuple[float, float, float, float, float]:
    """One peak of the truth at a sample: the values of `QrsPeaks`."""
    sign, reach = np.sign(lead.truth[at]), round(REACH_S * lead.fs)
    first = max(at - reach, 0)
    near = sign * lead.output[first : at + reach + 1]
    if not np.isfinite(near).any():
        return 0.0, lead_confidence, 0.0, np.nan, np.nan
    there = first + int(np.nanargmax(near))
    confidence = peak_confidence(lead.confidence, at, lead.fs)
    ratio = max(lead.output[there] / lead.truth[at], 0.0)
    edges = [
        1000 * (_half(sign * lead.output, there, step, lead.fs) - _half(sign * lead.truth, at, step, lead.fs))
        for step in (-1, 1)
    ]
    return ratio, lead_confidence, confidence, edges[0], edges[1]


def _half(x: Doubles, at: int, step: int, fs: float) -> float:
    """Time in s at which x [T] falls to half of its height at a sample, on one side of it; NaN where it does not."""
    beside = x[at::step][: round(EDGE_S * fs) + 1]
    below = np.flatnonzero(~(beside > x[at] / 2))
    if not below.size or below[0] == 0 or not np.isfinite(beside[below[0]]):
        return np.nan
    k = int(below[0])
    share = (beside[k - 1] - x[at] / 2) / (beside[k - 1] - beside[k])
    return float((at + step * (k - 1 + share)) / fs)
