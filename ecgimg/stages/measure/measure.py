"""Measures a recording: waves, beats, median beats, and the figures of the page."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.findings.measurements import Measurements
from ecgimg.networks.delineation import Delineator, load_delineation
from ecgimg.recording.recording import Recording
from ecgimg.stages.measure.axes import axis_figures, progression_figure
from ecgimg.stages.measure.beats import assign_waves, beat_times, joined_times
from ecgimg.stages.measure.delineate import delineate
from ecgimg.stages.measure.intervals import interval_figures, page_ends
from ecgimg.stages.measure.lead_beats import lead_beats, median_beats
from ecgimg.stages.measure.reasons import reasons_of
from ecgimg.stages.measure.rhythm import rhythm_figures, rr_intervals


def measure(recording: Recording, network: Delineator | None = None, *, use_generated: bool = False) -> Measurements:
    """Everything that is measured on a recording; `network` is the packaged one where none is given.

    Samples that were generated are unknown here, unless `use_generated`.

    Raises:
        DependencyError: the weights are missing or damaged.
    """
    recording = recording if use_generated else recording.seen
    leads = delineate(recording, network or load_delineation())
    times = beat_times(leads, recording.seconds)
    beats = lead_beats(recording, assign_waves(leads, times), times)
    medians = median_beats(recording, beats)
    seconds = seen_seconds(recording)
    rr = rr_intervals(times, seconds)
    rr_s = None if rr is None else float(np.median(rr))
    reasons = reasons_of(recording, beats, times, bool(leads))
    ends = page_ends(medians, reasons)
    figures = (
        *rhythm_figures(times, seconds),
        *interval_figures(ends, medians, rr_s, reasons),
        *axis_figures(medians, reasons),
        progression_figure(medians, reasons.all),
    )
    return Measurements(figures, tuple(times.tolist()), beats, medians, ends)


def find_beats(recording: Recording) -> Doubles:
    """Times [B] of the beats in seconds, from what is seen of all leads; no measurement is made.

    Raises:
        DependencyError: the weights are missing or damaged.
    """
    return joined_times(delineate(recording.seen, load_delineation()), recording.seconds)


def seen_seconds(recording: Recording) -> float:
    """For how many seconds at least one lead is seen."""
    return float(np.isfinite(recording.signals).any(axis=0).sum() / recording.fs)
