"""Figures taken from a recording: heart rate and how regular the beats come; None with a reason where they can't be.

Beats are found in one series over all visible leads, so that a page whose leads follow one another in columns counts
as one stretch of time. PR, QRS and QT are not measured: their ends are not surely seen on paper.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, find_peaks, resample_poly, sosfiltfilt

from ecgimg.datamodel.arrays import Floats
from ecgimg.findings.opinions import Measurement
from ecgimg.recording.recording import Recording

FS = 250
"""Samples a second at which beats are looked for."""
MIN_BEATS = 4
MIN_SECONDS = 3.0
REFRACTORY_S = 0.24
"""No two beats follow one another faster: 250 beats/min."""
BAND_HZ = (8.0, 24.0)
"""Where QRS complexes have their energy (Pan and Tompkins 1985 use 5 to 15 Hz; sharper against T waves)."""


def measure(recording: Recording) -> tuple[Measurement, ...]:
    """Heart rate in beats/min and the spread of the RR intervals in percent of their median."""
    beats, seconds = find_beats(recording)
    if seconds < MIN_SECONDS or len(beats) < MIN_BEATS:
        why = f"{len(beats)} beats in {seconds:.1f} s are too few"
        return Measurement("heart rate", None, "/min", why), Measurement("RR variation", None, "%", why)
    rr = np.diff(beats)
    rate = 60 / float(np.median(rr))
    spread = 100 * float(np.median(np.abs(np.diff(rr)))) / float(np.median(rr)) if len(rr) > 1 else 0.0
    return Measurement("heart rate", round(rate), "/min"), Measurement("RR variation", round(spread), "%")


def find_beats(recording: Recording) -> tuple[np.ndarray, float]:
    """Times of the beats in seconds, and how many seconds some lead shows."""
    energy = _qrs_energy(recording)
    known = np.isfinite(energy)
    seconds = float(known.sum() / FS)
    if seconds < 1:
        return np.zeros(0), seconds
    filled = np.where(known, energy, 0)
    high = float(np.percentile(filled[known], 98))
    least = max(0.25 * high, 3 * float(np.median(filled[known])))
    peaks, _ = find_peaks(filled, height=least, distance=round(REFRACTORY_S * FS), prominence=0.2 * high)
    return peaks / FS, seconds


def _qrs_energy(recording: Recording) -> Floats:
    """Energy of the QRS band [T] at FS, mean over the leads that show each moment; NaN where none does."""
    rows = [_band(row, recording.fs) for row in recording.signals if np.isfinite(row).any()]
    if not rows:
        return np.full(1, np.nan, np.float32)
    stack = np.stack(rows)
    shown = np.isfinite(stack)
    count = shown.sum(axis=0)
    total = np.where(shown, stack, 0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def _band(row: Floats, fs: float) -> Floats:
    """One lead's energy at FS, in units of its own size; NaN where the lead is unknown."""
    known = np.isfinite(row)
    place = np.arange(len(row))
    whole = np.interp(place, place[known], row[known])
    fine = resample_poly(whole - np.median(whole), FS, round(fs), padtype="line")
    band = sosfiltfilt(butter(2, BAND_HZ, "bandpass", fs=FS, output="sos"), fine)
    energy = np.sqrt(np.maximum(uniform_filter1d(band**2, round(0.08 * FS)), 0))
    seen = known[np.minimum((np.arange(len(energy)) * fs / FS).astype(int), len(row) - 1)]
    size = float(np.percentile(energy[seen], 95)) if seen.any() else 0.0
    return np.where(seen & (size > 0), energy / max(size, 1e-9), np.nan).astype(np.float32)
