"""The waves of each lead, from the delineation network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.waves import WaveKind
from ecgimg.networks.delineation import RATE, Delineator, WaveSpan, at_rate, find_waves
from ecgimg.recording.recording import Recording
from ecgimg.stages.measure.constants import MEASURE


@dataclass(frozen=True, eq=False)
class LeadWaves:
    """A lead's waves in seconds of the recording, and probabilities [4, T] at RATE from `start` seconds on.

    `known` [T] is where the lead is seen.
    """

    lead: str
    start: float
    probabilities: Floats
    known: Bools
    waves: tuple[WaveSpan, ...]

    def of(self, kind: WaveKind) -> tuple[WaveSpan, ...]:
        """The waves of one kind, in order of time."""
        return tuple(wave for wave in self.waves if wave.kind == kind)

    def is_seen(self, time: float) -> bool:
        """Whether the lead is seen at a second of the recording."""
        k = round((time - self.start) * RATE)
        return 0 <= k < len(self.known) and bool(self.known[k])


def delineate(recording: Recording, network: Delineator) -> tuple[LeadWaves, ...]:
    """The waves of all leads that are seen for long enough and are not flat."""
    stretches = {lead: stretch for lead in recording.leads if (stretch := _stretch(recording, lead)) is not None}
    signals = {lead: recording.lead(lead)[part] for lead, part in stretches.items()}
    probabilities = network.probabilities(list(signals.values()), recording.fs)
    out = []
    for (lead, part), found in zip(stretches.items(), probabilities, strict=True):
        start = part.start / recording.fs
        known = at_rate(signals[lead], recording.fs)[1]
        waves = tuple(moved(wave, start) for wave in find_waves(found, known))
        out.append(LeadWaves(lead, start, found, known, waves))
    return tuple(out)


def _stretch(recording: Recording, lead: str) -> slice | None:
    """The samples from the first to the last known one; None where too few are known or the lead is flat."""
    signal = recording.lead(lead)
    known = np.flatnonzero(np.isfinite(signal))
    if len(known) < max(MEASURE.min_lead_s * recording.fs, 2):
        return None
    if float(np.ptp(signal[known])) < MEASURE.min_lead_span_mv:
        return None
    return slice(int(known[0]), int(known[-1]) + 1)


def moved(wave: WaveSpan, seconds: float) -> WaveSpan:
    """A wave that is so many seconds later."""

    def later(time: float | None) -> float | None:
        return None if time is None else time + seconds

    return replace(wave, onset=later(wave.onset), end=later(wave.end), middle=wave.middle + seconds)


def fused(leads: tuple[LeadWaves, ...], row: int, seconds: float) -> Floats:
    """Mean probability [T] of one class over the leads seen at each time, at RATE from 0 on; NaN where none is."""
    length = int(np.ceil(seconds * RATE)) + 1
    total, count = np.zeros(length), np.zeros(length)
    for lead in leads:
        first = round(lead.start * RATE)
        part = slice(first, min(first + len(lead.known), length))
        known = lead.known[: part.stop - first]
        total[part] += np.where(known, lead.probabilities[row, : part.stop - first], 0)
        count[part] += known
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
