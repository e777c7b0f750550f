"""Measurements of a recording: heart rate and variation of the RR intervals; None with a reason where there are none.

Beats are found in one series over all visible leads, so that columns of leads that follow one another count as one
stretch of time. PR, QRS and QT are not measured: the ends of the waves can't be found reliably on paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, find_peaks, resample_poly, sosfiltfilt

from ecgimg.datamodel.arrays import Bools, Doubles, Floats
from ecgimg.datamodel.constants import constant
from ecgimg.findings.opinions import Measurement
from ecgimg.recording.recording import Recording


@dataclass(frozen=True)
class MeasureConstants:
    """Constants of the measurements."""

    rate_hz: int = constant(250, unit="Hz", why="rate at which beats are looked for; well above twice the QRS band")
    min_beats: int = constant(4, unit="count", why="with fewer beats the RR intervals have no median and no variation")
    min_seconds: float = constant(3.0, unit="s", why="shorter recordings give no heart rate")
    min_search_seconds: float = constant(1.0, unit="s", why="in shorter recordings no beats are looked for")
    refractory_s: float = constant(0.24, unit="s", why="shortest interval of two beats: 250 beats/min")
    qrs_low_hz: float = constant(
        8.0, unit="Hz", why="lower end of the QRS band; Pan and Tompkins 1985 use 5 Hz, which lets more of T waves pass"
    )
    qrs_high_hz: float = constant(24.0, unit="Hz", why="upper end of the QRS band; Pan and Tompkins 1985 use 15 Hz")
    qrs_filter_order: int = constant(2, unit="count", why="order of the band-pass filter of the QRS band")
    qrs_seconds: float = constant(0.08, unit="s", why="energy is averaged over about the length of a QRS complex")
    lead_size_percentile: float = constant(
        95.0, unit="percentile", why="the energy of a lead at this percentile is its unit, so that no lead dominates"
    )
    high_energy_percentile: float = constant(
        98.0, unit="percentile", why="energy of a QRS complex: few samples are higher, artefacts among them"
    )
    min_height_share: float = constant(0.25, unit="share", why="lowest beat, as a share of the high energy")
    min_height_medians: float = constant(
        3.0, unit="count", why="lowest beat, in medians of the energy: rejects beats in recordings of noise"
    )
    min_prominence_share: float = constant(
        0.2, unit="share", why="least prominence of a beat, as a share of the high energy"
    )


MEASURE = MeasureConstants()


def measure(recording: Recording) -> tuple[Measurement, ...]:
    """Heart rate in beats/min, and the variation of the RR intervals in percent of their median.

    Variation = median absolute difference of successive RR intervals / median RR interval.
    """
    beats, seconds = find_beats(recording)
    if seconds < MEASURE.min_seconds or len(beats) < MEASURE.min_beats:
        why = f"{len(beats)} beats in {seconds:.1f} s are too few"
        return Measurement("heart rate", None, "/min", why), Measurement("RR variation", None, "%", why)
    rr = np.diff(beats)
    rate = 60 / float(np.median(rr))
    variation = 100 * float(np.median(np.abs(np.diff(rr)))) / float(np.median(rr)) if len(rr) > 1 else 0.0
    return Measurement("heart rate", round(rate), "/min"), Measurement("RR variation", round(variation), "%")


def find_beats(recording: Recording) -> tuple[Doubles, float]:
    """Times of the beats in seconds [B], and for how many seconds at least one lead is known."""
    energy = _qrs_energy(recording)
    known = np.isfinite(energy)
    seconds = float(known.sum() / MEASURE.rate_hz)
    if seconds < MEASURE.min_search_seconds:
        return np.zeros(0), seconds
    filled = np.where(known, energy, 0)
    high = float(np.percentile(filled[known], MEASURE.high_energy_percentile))
    median = float(np.median(filled[known]))
    peaks, _ = find_peaks(
        filled,
        height=max(MEASURE.min_height_share * high, MEASURE.min_height_medians * median),
        distance=round(MEASURE.refractory_s * MEASURE.rate_hz),
        prominence=MEASURE.min_prominence_share * high,
    )
    return np.asarray(peaks / MEASURE.rate_hz, np.float64), seconds


def _qrs_energy(recording: Recording) -> Floats:
    """Energy of the QRS band [T] at `rate_hz`, the mean over the leads known at each sample; NaN where none is."""
    rows = [_lead_energy(row, recording.fs) for row in recording.signals if np.isfinite(row).any()]
    if not rows:
        return np.full(1, np.nan, np.float32)
    stack = np.stack(rows)
    known = np.isfinite(stack)
    count = known.sum(axis=0)
    total = np.where(known, stack, 0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def _lead_energy(row: Floats, fs: float) -> Floats:
    """Energy of the QRS band of one lead at `rate_hz`, in units of the lead's size; NaN where the lead is unknown."""
    rate_hz = MEASURE.rate_hz
    known = np.isfinite(row)
    samples = np.arange(len(row))
    filled = np.interp(samples, samples[known], row[known])
    resampled = resample_poly(filled - np.median(filled), rate_hz, round(fs), padtype="line")
    band_hz = (MEASURE.qrs_low_hz, MEASURE.qrs_high_hz)
    band = sosfiltfilt(butter(MEASURE.qrs_filter_order, band_hz, "bandpass", fs=rate_hz, output="sos"), resampled)
    energy = np.sqrt(np.maximum(uniform_filter1d(band**2, round(MEASURE.qrs_seconds * rate_hz)), 0))
    at_rate: Bools = known[np.minimum((np.arange(len(energy)) * fs / rate_hz).astype(int), len(row) - 1)]
    size = float(np.percentile(energy[at_rate], MEASURE.lead_size_percentile)) if at_rate.any() else 0.0
    return np.where(at_rate & (size > 0), energy / max(size, 1e-9), np.nan).astype(np.float32)
