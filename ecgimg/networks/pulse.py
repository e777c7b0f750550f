"""A pulse (photoplethysmogram) as a network takes it, and the phenotypes of its shape, measured by rule.

Rise time, width, reflection index, delay and area ratio are those of Elgendi 2012 (doi:10.2174/157340312801215782); the
ratio b / a of the second derivative is that of Takazawa et al. 1998 (doi:10.1161/01.HYP.32.2.365).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.constants import constant
from ecgimg.errors import Cause, RefusedError
from ecgimg.recording.resample import resample
from ecgimg.recording.waveform import Waveform

RATE = 100
"""Samples per second of the network."""
SECONDS = 10
"""Length of its window."""
PHENOTYPES = (
    "rate_bpm", "variability", "rise_s", "width_s", "notch_height", "reflection_index", "reflection_delay_s",
    "area_ratio", "b_over_a",
)  # fmt: skip
"""In the order of `phenotypes`."""
_FINE = 10
"""Samples of the median beat for one of the signal."""


@dataclass(frozen=True)
class PulseConstants:
    """How a pulse is prepared and its phenotypes are found."""

    band_hz: tuple[float, float] = constant(
        (0.4, 12.0), unit="Hz", why="below it is breathing, above it noise; a pulse's notch lies within"
    )
    min_known: float = constant(0.5, unit="share", why="a window of which less is known gives no phenotype")
    min_seconds: float = constant(3.0, unit="s", why="a recording of which less is known has too few beats")
    least_interval_s: float = constant(0.33, unit="s", why="180 beats a minute; two upstrokes lie no closer")
    upstroke: float = constant(
        0.5, unit="share", why="of the 95th percentile of upstroke slopes; a reflected wave rises less steeply"
    )
    interval_range: tuple[float, float] = constant(
        (0.7, 1.3), unit="share", why="of the median interval; beats outside are premature, or motion"
    )
    min_beats: int = constant(3, unit="count", why="fewer beats have no median that leaves one out")
    likeness: float = constant(
        0.8, unit="correlation", why="median of the beats with their median; below it no beat is like another"
    )
    foot_s: float = constant(0.3, unit="s", why="the foot lies within it before the upstroke")
    notch: float = constant(0.02, unit="share", why="of the pulse's height: a smaller notch is noise")
    max_delay_s: float = constant(
        0.45, unit="s", why="the reflected wave comes no later after the peak; what comes later is noise in diastole"
    )
    smooth_s: float = constant(0.07, unit="s", why="window of the second derivative")


C = PulseConstants()


def prepared_pulse(wave: Waveform) -> Floats:
    """Windows [W, 1, 1000] of a pulse at 100 Hz, NaN where unknown, with mean 0 and deviation 1 in each.

    Raises:
        RefusedError: less than 3 s are known, or the pulse is flat.
    """
    signal = resample(wave.samples[None], wave.fs, RATE)[0]
    seen = np.isfinite(signal)
    if seen.sum() < C.min_seconds * RATE:
        details = f"{seen.sum() / RATE:.1f} s are known, {C.min_seconds:g} are needed"
        raise RefusedError(Cause.LITTLE_SIGNAL, details, where=wave.name)
    if np.ptp(signal[seen]) <= 0:
        raise RefusedError(Cause.FLAT_SIGNAL, "all samples of the pulse are equal", where=wave.name)
    length = RATE * SECONDS
    count = max(1, len(signal) // length)
    padded = np.full(count * length, np.nan, np.float32)
    padded[: len(signal)] = _banded(signal)[: len(padded)]
    parts = padded.reshape(count, 1, length)
    known = parts[np.isfinite(parts).mean((1, 2)) * SECONDS >= C.min_seconds]
    if not len(known):
        details = f"no {SECONDS} s have {C.min_seconds:g} s that are known"
        raise RefusedError(Cause.LITTLE_SIGNAL, details, where=wave.name)
    scale = np.nanstd(known, axis=(1, 2), keepdims=True)
    return np.asarray((known - np.nanmean(known, axis=(1, 2), keepdims=True)) / np.maximum(scale, 1e-9), np.float32)


def phenotypes(window: Floats) -> Doubles:
    """The phenotypes [9] of a window [1000] of `prepared_pulse`, NaN where the rule finds none.

    They are measured on the median of the beats. Rise: from a tenth of the height to the peak. Width: at half of the
    height. Heights of the notch and of the reflected peak are shares of the pulse's. Area ratio: after the notch to
    before it. b / a: the least of the second derivative to its greatest before it.
    """
    out = np.full(len(PHENOTYPES), np.nan)
    if np.isfinite(window).mean() < C.min_known:
        return out
    upstrokes = _upstrokes(window)
    intervals = np.diff(upstrokes) / RATE
    if len(intervals) < C.min_beats:
        return out
    usual = np.median(intervals)
    regular = (intervals > C.interval_range[0] * usual) & (intervals < C.interval_range[1] * usual)
    if regular.sum() < C.min_beats:
        return out
    beat = _median_beat(window, upstrokes[:-1][regular], usual)
    if beat is None:
        return out
    out[:2] = 60 / usual, intervals[regular].std() / intervals[regular].mean()
    out[2:] = _shape(beat)
    return out


def _banded(signal: Floats) -> Floats:
    """The signal in the band; gaps are bridged by lines and stay gaps."""
    from scipy.signal import butter, sosfiltfilt

    seen, place = np.isfinite(signal), np.arange(len(signal))
    bridged = np.interp(place, place[seen], signal[seen])
    band = butter(2, C.band_hz, "bandpass", fs=RATE, output="sos")
    return np.asarray(np.where(seen, sosfiltfilt(band, bridged), np.nan), np.float32)


def _upstrokes(window: Floats) -> NDArray[np.int64]:
    """Samples at which the pulse rises most steeply."""
    from scipy.signal import find_peaks

    slope = np.nan_to_num(np.gradient(window.astype(np.float64)))
    height = C.upstroke * np.percentile(slope[slope > 0], 95)
    return np.asarray(find_peaks(slope, height=height, distance=round(C.least_interval_s * RATE))[0])


def _median_beat(window: Floats, upstrokes: NDArray[np.int64], interval_s: float) -> Doubles | None:
    """The median of beats, from foot to foot with feet at 0 and the peak at 1, at 1000 Hz; None where they differ."""
    from scipy.interpolate import CubicSpline

    before, after = round(C.foot_s * RATE), round(interval_s * RATE)
    whole = upstrokes[(upstrokes >= before) & (upstrokes + after < len(window))]
    stack = np.array([window[k - before : k + after] for k in whole], np.float64)
    stack = stack[np.isfinite(stack).all(1)] if len(stack) else stack
    if len(stack) < C.min_beats:
        return None
    median = np.median(stack, axis=0)
    if np.median([np.corrcoef(one, median)[0, 1] for one in stack]) < C.likeness:
        return None
    count = len(median)
    fine = CubicSpline(np.arange(count), median)(np.arange((count - 1) * _FINE + 1) / _FINE)
    first = int(np.argmin(fine[: before * _FINE]))
    last = len(fine) - before * _FINE + int(np.argmin(fine[-before * _FINE :]))
    beat = fine[first : last + 1] - np.linspace(fine[first], fine[last], last + 1 - first)
    return np.asarray(beat / beat.max()) if beat.max() > 0 else None


def _shape(beat: Doubles) -> Doubles:
    """The phenotypes [7] of a beat whose peak is 1."""
    from scipy.signal import find_peaks, savgol_filter

    rate = RATE * _FINE
    out = np.full(len(PHENOTYPES) - 2, np.nan)
    peak = int(np.argmax(beat))
    rising = int(np.argmax(beat >= 0.1))
    above = np.flatnonzero(beat >= 0.5)
    out[0], out[1] = (peak - rising) / rate, (above[-1] - above[0]) / rate
    later, found = find_peaks(beat[peak : peak + round(C.max_delay_s * rate)], prominence=C.notch)
    if len(later):
        reflected = peak + int(later[np.argmax(found["prominences"])])
        notch = peak + int(np.argmin(beat[peak:reflected]))
        areas = beat[:notch].sum(), beat[notch:].sum()
        out[2:6] = beat[notch], beat[reflected], (reflected - peak) / rate, areas[1] / areas[0]
    second = savgol_filter(beat, round(C.smooth_s * rate) | 1, 3, deriv=2)
    first = int(np.argmax(second[:peak])) if peak else 0
    out[6] = second[first : peak + 1].min() / second[first] if second[first] > 0 else np.nan
    return out
