"""The beats of every lead with peaks and amplitudes, and each lead's median beat."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.findings.measurements import LeadBeat, MedianBeat, MedianTime, Wave
from ecgimg.networks.delineation import WaveSpan
from ecgimg.recording.recording import Recording
from ecgimg.stages.measure.beats import BeatWaves
from ecgimg.stages.measure.constants import MEASURE
from ecgimg.stages.measure.shapes import Ends, shape_of

MAD_TO_SD = 1.4826
"""Standard deviation of a normal distribution in median absolute deviations."""


def lead_beats(recording: Recording, beats: Sequence[BeatWaves], times: Doubles) -> tuple[LeadBeat, ...]:
    """Each beat of each lead with its waves' peaks and its amplitudes."""
    return tuple(_lead_beat(recording, beat, float(times[beat.beat])) for beat in beats)


def median_beats(recording: Recording, beats: Sequence[LeadBeat]) -> tuple[MedianBeat, ...]:
    """The median beat of each lead that shows one."""
    return tuple(_median(recording, lead, list(own)) for lead, own in groupby(beats, key=lambda beat: beat.lead))


def _lead_beat(recording: Recording, beat: BeatWaves, time: float) -> LeadBeat:
    signal, fs = recording.lead(beat.lead), recording.fs
    ends = Ends(
        beat.qrs.onset, beat.qrs.end,
        beat.p.onset if beat.p else None, beat.p.end if beat.p else None,
        beat.t.onset if beat.t else None, beat.t.end if beat.t else None,
    )  # fmt: skip
    return LeadBeat(
        lead=beat.lead,
        beat=beat.beat,
        time=time,
        qrs=_wave(signal, fs, beat.qrs),
        p=_wave(signal, fs, beat.p) if beat.p else None,
        t=_wave(signal, fs, beat.t) if beat.t else None,
        shape=shape_of(signal, fs, ends),
        shows_p_time=beat.shows_p_time,
    )


def _wave(signal: Floats, fs: float, span: WaveSpan) -> Wave:
    """A wave with its peak: where it is furthest from the line between its ends; its middle where an end is unseen."""
    if span.onset is None or span.end is None:
        return Wave(span.onset, span.middle, span.end, span.probability)
    first, last = round(span.onset * fs), min(round(span.end * fs), len(signal) - 1)
    part = signal[first : last + 1]
    if len(part) < 3 or not np.isfinite(part).all():
        return Wave(span.onset, span.middle, span.end, span.probability)
    height = np.abs(part - np.linspace(part[0], part[-1], len(part)))
    return Wave(span.onset, (first + int(height.argmax())) / fs, span.end, span.probability)


def _median(recording: Recording, lead: str, beats: Sequence[LeadBeat]) -> MedianBeat:
    median, noise_mv = _median_signal(recording.lead(lead), recording.fs, beats)
    before = [beat for beat in beats if beat.shows_p_time]
    p_onset = _time([beat.p.onset if beat.p else None for beat in before], before)
    p_end = _time([beat.p.end if beat.p else None for beat in before], before)
    qrs_onset = _time([beat.qrs.onset for beat in beats], beats)
    qrs_end = _time([beat.qrs.end for beat in beats], beats)
    t_onset = _time([beat.t.onset if beat.t else None for beat in beats], beats)
    t_end = _time([beat.t.end if beat.t else None for beat in beats], beats)
    times = (qrs_onset, qrs_end, p_onset, p_end, t_onset, t_end)
    seconds = [None if time is None else time.ms / 1000 + MEASURE.before_s for time in times]
    return MedianBeat(
        lead=lead,
        beats=len(beats),
        noise_mv=noise_mv,
        confidence=recording.lead_confidence(lead),
        resolution_ms=resolution_ms(recording),
        shape=shape_of(median, recording.fs, Ends(*seconds)),
        p_onset=p_onset,
        p_end=p_end,
        qrs_onset=qrs_onset,
        qrs_end=qrs_end,
        t_onset=t_onset,
        t_peak=_time([beat.t.peak if beat.t else None for beat in beats], beats),
        t_end=t_end,
    )


def _median_signal(signal: Floats, fs: float, beats: Sequence[LeadBeat]) -> tuple[Floats, float]:
    """The median [T] of a lead around its beats, and the standard deviation in mV of the beats around it."""
    stack = np.stack([_cut(signal, fs, beat.time) for beat in beats])
    known = np.isfinite(stack).any(axis=0)
    median = np.full(stack.shape[1], np.nan, np.float32)
    median[known] = np.nanmedian(stack[:, known], axis=0)
    if len(beats) < 2 or not known.any():
        return median, 0.0
    return median, MAD_TO_SD * float(np.nanmedian(np.abs(stack - median)[:, known]))


def resolution_ms(recording: Recording) -> float:
    """Standard deviation in ms of a time rounded to a sample, or to a pixel of the photo where that is coarser."""
    step_s = 1 / recording.fs
    if recording.geometry is not None:
        geometry = recording.geometry
        step_s = max(step_s, 1 / (geometry.px_per_mm * geometry.paper_speed.value))
    return float(1000 * step_s / np.sqrt(12))


def _cut(signal: Floats, fs: float, time: float) -> Floats:
    """The signal around a beat's time, NaN beyond its ends."""
    first = round((time - MEASURE.before_s) * fs)
    at = first + np.arange(round((MEASURE.before_s + MEASURE.after_s) * fs))
    inside = (at >= 0) & (at < len(signal))
    return np.where(inside, signal[np.clip(at, 0, len(signal) - 1)], np.float32(np.nan)).astype(np.float32)


def _time(values: Sequence[float | None], beats: Sequence[LeadBeat]) -> MedianTime | None:
    """The median of a time that is in seconds for each beat; None where too few beats show it."""
    seen = [1000 * (v - beat.time) for v, beat in zip(values, beats, strict=True) if v is not None]
    if not seen or len(seen) < MEASURE.min_lead_share * len(beats):
        return None
    middle = float(np.median(seen))
    return MedianTime(middle, MAD_TO_SD * float(np.median(np.abs(np.array(seen) - middle))))
