"""A spirogram as a network takes it: the volume of one forced expiration over time.

The beginning is found by back-extrapolation, as the standard of ATS and ERS has it (Graham et al. 2019,
doi:10.1164/rccm.201908-1590ST): the line of the largest flow is followed back to no volume.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.constants import constant
from ecgimg.errors import Cause, RefusedError, UnreadableInputError
from ecgimg.recording.resample import resample
from ecgimg.recording.waveform import Waveform

RATE = 50
"""Samples per second of the network."""
SECONDS = 10
"""Length of its window, from the beginning of the expiration."""


@dataclass(frozen=True)
class SpirogramConstants:
    """How the expiration is found in a spirogram."""

    smooth_s: float = constant(0.08, unit="s", why="over which flow is a mean, as the standard has it for peak flow")
    min_seconds: float = constant(1.0, unit="s", why="the first second has most of what obstruction shows")
    min_volume_l: float = constant(0.3, unit="l", why="less is no forced expiration of anybody")
    max_volume_l: float = constant(12.0, unit="l", why="more is no lung: the channel is in another unit")
    breath_in_l: float = constant(0.2, unit="l", why="volume that falls by this much is breathed in; noise is less")


C = SpirogramConstants()


def prepared_spirogram(wave: Waveform, litres: float = 1.0) -> Floats:
    """The window [1, 1, 500] of a forced expiration: litres at 50 Hz, NaN after its end and in gaps.

    Args:
        wave: volume over time, rising in the expiration; of several expirations the one with the largest flow is used.
        litres: of one unit of the channel.

    Raises:
        RefusedError: too little is known, or nobody breathes out.
        UnreadableInputError: the volume can be none of a lung in that unit.
    """
    volume = litres * resample(wave.samples[None], wave.fs, RATE)[0].astype(np.float64)
    seen = np.isfinite(volume)
    if seen.sum() < C.min_seconds * RATE:
        details = f"{seen.sum() / RATE:.1f} s are known, {C.min_seconds:g} are needed"
        raise RefusedError(Cause.LITTLE_SIGNAL, details, where=wave.name)
    place = np.arange(len(volume))
    smooth = _smoothed(np.interp(place, place[seen], volume[seen]))
    flow = np.gradient(smooth) * RATE
    begin, rest = _beginning(smooth, flow)
    end = _end(smooth, begin)
    expired = float(smooth[begin:end].max() - rest)
    if expired < C.min_volume_l:
        raise RefusedError(Cause.FLAT_SIGNAL, f"{expired:.2f} litres are breathed out", where=wave.name)
    if expired > C.max_volume_l:
        what = f"{wave.name}: {expired:g} litres are breathed out"
        raise UnreadableInputError(what, where="waveform", remedy="give `litres`, those of a unit of the channel")
    window = np.full((1, 1, RATE * SECONDS), np.nan, np.float32)
    end = min(end, begin + window.shape[-1])
    window[0, 0, : end - begin] = np.where(seen, smooth - rest, np.nan)[begin:end]
    if np.isfinite(window).sum() < C.min_seconds * RATE:
        raise RefusedError(Cause.LITTLE_SIGNAL, "the expiration is not known for a second", where=wave.name)
    return window


def _smoothed(volume: Doubles) -> Doubles:
    """The mean over 80 ms; the ends go on as they are."""
    width = round(C.smooth_s * RATE) | 1
    padded = np.pad(volume, width // 2, mode="edge")
    return np.asarray(np.convolve(padded, np.full(width, 1 / width), mode="valid"))


def _beginning(volume: Doubles, flow: Doubles) -> tuple[int, float]:
    """The sample at which the expiration begins, by back-extrapolation, and the volume before it."""
    peak = int(np.argmax(flow))
    before = max(0, peak - RATE)
    rest = float(volume[before : peak + 1].min())
    back = (volume[peak] - rest) / max(flow[peak], 1e-9) * RATE
    return max(0, round(peak - min(back, peak))), rest


def _end(volume: Doubles, begin: int) -> int:
    """The sample at which somebody breathes in after the expiration, or the end of the recording."""
    highest = np.maximum.accumulate(volume[begin:])
    falls = np.flatnonzero(highest - volume[begin:] > C.breath_in_l)
    if not len(falls):
        return len(volume)
    return begin + int(np.argmax(volume[begin : begin + falls[0] + 1])) + 1
