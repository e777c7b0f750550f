"""What the linear map of many patients gets wrong on this patient's beats, learned where the page shows a lead.

A page shows its leads one after another. A lead that is generated in one column is seen in another, on other beats. The
median beats of all leads, aligned at the beats' times, stand side by side as if they had been seen at once. There the
map is tried for the leads that a column shows, and what it lacks is added at every beat of that column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles, Floats
from ecgimg.stages.complete.constants import COMPLETE

Estimate = Callable[[Floats, Bools], Floats]
"""Values [12, N] about each lead's level, and where they are seen -> estimates [12, N]."""


@dataclass(frozen=True, eq=False)
class MedianBeats:
    """Median beats [12, N] of all leads, NaN where no beat is seen, and the number of beats [12, N] they are of.

    They begin `before` samples before the beat's time.
    """

    values: Floats
    counts: Doubles
    before: int


def own_correction(values: Floats, seen: Bools, beats: Doubles, fs: float, estimate: Estimate) -> Floats:
    """What to add to the estimates [12, T] of a recording; zeros without a beat.

    Args:
        values: samples [12, T] about each lead's level; what is not seen is not looked at.
        seen: where they are seen.
        beats: times [B] of the beats in seconds, rising.
        fs: samples a second.
        estimate: the map, for stretches of any length.
    """
    out = np.zeros(values.shape, np.float32)
    places = np.rint(beats * fs).astype(int)
    places = places[(places >= 0) & (places < values.shape[1])]
    if not len(places):
        return out
    medians = median_beats(np.where(seen, values, np.float32(np.nan)), places, _reach(beats, fs))
    phase = _phases(places, medians, values.shape[1])
    columns, which = np.unique(np.packbits(seen, axis=0), axis=1, return_inverse=True)
    for k, column in enumerate(columns.T):
        shown = np.unpackbits(column)[: len(seen)].astype(bool)
        at = np.flatnonzero((which.reshape(-1) == k) & (phase >= 0))
        if len(at) and shown.any() and not shown.all():
            lacking = _lacking(medians, shown, fs, estimate)
            out[:, at] = np.where(shown[:, None], 0, lacking[:, phase[at]])
    return out


def median_beats(values: Floats, places: np.ndarray, reach: tuple[int, int]) -> MedianBeats:
    """The median beats of leads [12, T], NaN where unknown, over beats at samples `places`."""
    before, after = reach
    padded = np.pad(values, ((0, 0), (before, after)), constant_values=np.nan)
    stack = np.stack([padded[:, place : place + before + after] for place in places])  # [B, 12, N]
    counts = np.isfinite(stack).sum(axis=0).astype(np.float64)
    medians = np.full(counts.shape, np.nan, np.float32)
    known = counts > 0
    medians[known] = np.nanmedian(stack[:, known], axis=0)
    return MedianBeats(medians, counts, before)


def _reach(beats: Doubles, fs: float) -> tuple[int, int]:
    """Samples before and after a beat's time that are of this beat: no more than the beats are apart."""
    rr = float(np.median(np.diff(beats))) if len(beats) > 1 else np.inf
    share = COMPLETE.before_s / (COMPLETE.before_s + COMPLETE.after_s)
    before, after = min(COMPLETE.before_s, share * rr), min(COMPLETE.after_s, (1 - share) * rr)
    return max(round(before * fs), 1), max(round(after * fs), 1)


def _phases(places: np.ndarray, medians: MedianBeats, length: int) -> np.ndarray:
    """The place of each sample [T] in the median beats, that of the later beat where two reach it; -1 for none."""
    phase = np.full(length, -1)
    size = medians.values.shape[1]
    for place in places:
        first = place - medians.before
        inside = np.arange(max(first, 0), min(first + size, length))
        phase[inside] = inside - first
    return phase


def _lacking(medians: MedianBeats, shown: Bools, fs: float, estimate: Estimate) -> Floats:
    """The error [12, N] of the map on the median beats where it sees the shown leads alone.

    It is weighed by n / (n + 1) for n beats, since part of it is chance, and fades out at both ends of a beat.
    """
    known = np.isfinite(medians.values)
    seen = known & shown[:, None]
    errors = np.where(known, medians.values - estimate(np.where(seen, medians.values, 0), seen), 0)
    inside = np.arange(known.shape[1]) + 1.0
    fade = np.clip(np.minimum(inside, inside[::-1]) / (COMPLETE.fade_s * fs), 0, 1)
    return np.asarray(errors * medians.counts / (medians.counts + 1) * fade, np.float32)
