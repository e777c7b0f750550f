"""Completes a recording: every sample that is not seen is generated, and marked so; what was seen stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles, Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.completion import load_completion
from ecgimg.networks.completion_residual import load_residual
from ecgimg.recording.recording import Recording
from ecgimg.stages.complete.constants import COMPLETE
from ecgimg.stages.complete.limb_leads import by_limb_laws
from ecgimg.stages.complete.own_beats import own_correction


def complete(recording: Recording, beats: Doubles) -> Recording:
    """The recording with the 12 leads known wherever anything of them is seen within reach of the map.

    Where two limb leads are seen, the other four are exact (`limb_leads`). All else is the most likely signal of the
    linear map (`ecgimg.networks.completion`). Where whole leads were never recorded, a network adds what the map lacks
    (`ecgimg.networks.completion_residual`). Where a lead is seen on other beats, what the map lacks on them is added
    (`own_beats`). `beats` [B] are their times in seconds, empty where they are not known.

    The confidence of a generated sample is the share of the lead's variance that the map explains by what was seen, and
    for exact limb leads the lowest confidence of those that they follow from. A generated sample replaces an older one.
    Leads beyond the 12 stay as they are.

    Raises:
        DependencyError: the weights of a network are missing or damaged.
    """
    return _completed(recording, lambda seen: seen.of_network() if seen.has_whole_leads else seen.of_own_beats(beats))


def complete_linearly(recording: Recording) -> Recording:
    """As `complete`, by the laws of the limb leads and the linear map alone."""
    return _completed(recording, lambda seen: np.zeros(seen.values.shape, np.float32))


@dataclass(frozen=True, eq=False)
class _Seen:
    """What is seen of a recording: values [12, T] in mV about each lead's level, where, and the map's estimates."""

    values: Floats
    seen: Bools
    estimates: Floats
    fs: float

    @property
    def has_whole_leads(self) -> bool:
        """Whether each lead is seen nearly throughout or never, as a wearable or a strip has it."""
        shares = self.seen.mean(axis=1)
        return bool(self.seen.any() and ((shares == 0) | (shares >= COMPLETE.min_whole_share)).all())

    def of_network(self) -> Floats:
        """What the network adds [12, T]."""
        return load_residual().residual(self.values, self.seen, self.estimates, self.fs)

    def of_own_beats(self, beats: Doubles) -> Floats:
        """What the record's own beats add [12, T]."""
        return own_correction(self.values, self.seen, beats, self.fs, self._estimate)

    def _estimate(self, values: Floats, seen: Bools) -> Floats:
        return load_completion().estimate(values, seen, self.fs)[0]


def _completed(recording: Recording, added: Callable[[_Seen], Floats]) -> Recording:
    """The recording completed by the map, what is `added` to its estimates [12, T], and the laws of the limb leads."""
    recording = recording.seen
    signals, confidences = recording.twelve.signals, recording.twelve.confidences
    seen, levels = np.isfinite(signals), _levels(signals)[:, None]
    values = signals - levels
    estimates, explained = load_completion().estimate(values, seen, recording.fs)
    estimates = estimates + added(_Seen(values, seen, estimates, recording.fs))
    estimates, exact = by_limb_laws(estimates + levels, signals)
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
