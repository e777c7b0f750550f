"""Completes a recording: every sample that is not seen is generated, and marked so; what was seen stays as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles, Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.completion import LinearCompletion, load_completion
from ecgimg.recording.recording import Recording
from ecgimg.stages.complete.constants import COMPLETE
from ecgimg.stages.complete.limb_leads import by_limb_laws
from ecgimg.stages.complete.own_beats import own_correction


def complete(recording: Recording, beats: Doubles, network: LinearCompletion | None = None) -> Recording:
    """The recording with the 12 leads known wherever anything of them is seen within reach of the map.

    Where two limb leads are seen, the other four are exact (`limb_leads`). All else is the most likely signal of the
    linear map (`ecgimg.networks.completion`), corrected where the lead is seen on other beats (`own_beats`). `beats`
    [B] are their times in seconds, empty where they are not known.

    The confidence of a generated sample is the share of the lead's variance that the map explains by what was seen, and
    for exact limb leads the lowest confidence of those that they follow from. A generated sample replaces an older one.
    Leads beyond the 12 stay as they are.

    Raises:
        DependencyError: the map is missing or damaged.
    """
    network, recording = network or load_completion(), recording.seen
    signals, confidences = recording.twelve.signals, recording.twelve.confidences
    seen = np.isfinite(signals)
    levels = _levels(signals)
    values = signals - levels[:, None]
    estimates, explained = network.estimate(values, seen, recording.fs)

    def estimate(part: Floats, shown: Bools) -> Floats:
        return network.estimate(part, shown, recording.fs)[0]

    estimates = estimates + own_correction(values, seen, beats, recording.fs, estimate)
    estimates, exact = by_limb_laws(estimates + levels[:, None], signals)
    sources = np.where(seen[:6], confidences[:6], np.float32(1)).min(axis=0)
    shares = np.where(exact, sources, explained)
    made = ~seen & (exact | (explained >= COMPLETE.min_explained))
    return _with(recording, np.where(made, estimates, signals), np.where(made, shares, confidences), made)


def _with(recording: Recording, signals: Floats, confidences: Floats, made: Bools) -> Recording:
    """The recording with other samples of its first 12 leads."""
    all_signals, all_confidences = recording.signals.copy(), recording.confidences.copy()
    generated = np.zeros(all_signals.shape, bool)
    count = len(LEADS)
    all_signals[:count], all_confidences[:count], generated[:count] = signals, confidences, made
    return replace(recording, signals=all_signals, confidence=all_confidences, generated=generated)


def _levels(signals: Floats) -> Floats:
    """The level [12] of each lead: the median of what is seen of it, 0 where nothing is."""
    rows = [row[np.isfinite(row)] for row in signals]
    return np.array([np.median(row) if len(row) else 0 for row in rows], np.float32)
