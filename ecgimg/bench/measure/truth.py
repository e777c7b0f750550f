"""The intervals that LUDB's marks give for a whole record, by the rule of the page.

For each beat, an onset is the third earliest of the leads' marked onsets and an end the third latest of their ends; an
interval is the median over the beats. The extremes of twelve leads that were marked one by one would be too wide.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.ludb import FS, Ludb, LudbRecord, MarkedWave

NEAR_S = 0.12
"""QRS complexes of the leads this near to one another are one beat."""
THIRD = 2 / 11
MIN_LEADS = 6
"""A beat counts where at least this many leads are marked."""
BEFORE_S, AFTER_S = 0.5, 0.7
"""P is looked for this long before a QRS complex, and T this long after it."""

Intervals = dict[str, float | None]
"""Milliseconds by the names of the figures; None where the marks give none."""


def marked_intervals(data: Ludb, record: LudbRecord) -> Intervals:
    """P duration, PR, QRS and QT of a record in ms."""
    leads = [data.waves(record, lead) for lead in LEADS]
    beats = [_beat(leads, time) for time in _beat_times(leads)]
    spans = {
        "P duration": ("P onset", "P end"),
        "PR interval": ("P onset", "QRS onset"),
        "QRS duration": ("QRS onset", "QRS end"),
        "QT interval": ("QRS onset", "T end"),
    }
    return {name: _median([_between(beat, *ends) for beat in beats]) for name, ends in spans.items()}


def _beat_times(leads: Sequence[Sequence[MarkedWave]]) -> list[float]:
    """Seconds of the beats that enough leads mark: the medians of clusters of QRS peaks."""
    peaks = np.sort([wave.peak / FS for waves in leads for wave in waves if wave.kind == "QRS"])
    if not len(peaks):
        return []
    groups = np.split(peaks, np.flatnonzero(np.diff(peaks) > NEAR_S) + 1)
    return [float(np.median(group)) for group in groups if len(group) >= MIN_LEADS]


def _beat(leads: Sequence[Sequence[MarkedWave]], time: float) -> dict[str, float | None]:
    """Onsets and ends of the page in seconds for the beat at a time."""
    found: dict[str, list[float]] = {}
    for waves in leads:
        for wave in _of_beat(waves, time):
            for name, sample in (("onset", wave.onset), ("end", wave.end)):
                if sample is not None:
                    found.setdefault(f"{wave.kind} {name}", []).append(sample / FS)
    names = [f"{kind} {end}" for kind in ("P", "QRS", "T") for end in ("onset", "end")]
    return {name: _edge(found.get(name, []), name.endswith("onset")) for name in names}


def _of_beat(waves: Sequence[MarkedWave], time: float) -> list[MarkedWave]:
    """The QRS complex at a time, the P before it and the T after it, of one lead."""
    complexes = [wave for wave in waves if wave.kind == "QRS"]
    own = [wave for wave in complexes if abs(wave.peak / FS - time) <= NEAR_S]
    if not own:
        return []
    qrs = min(own, key=lambda wave: abs(wave.peak / FS - time))
    before = max((w.peak for w in complexes if w.peak < qrs.peak), default=-FS)
    after = min((w.peak for w in complexes if w.peak > qrs.peak), default=10**9)
    p = [w for w in waves if w.kind == "P" and max(before, qrs.peak - BEFORE_S * FS) < w.peak < qrs.peak]
    t = [w for w in waves if w.kind == "T" and qrs.peak < w.peak < min(after, qrs.peak + AFTER_S * FS)]
    return [qrs, *p[-1:], *t[:1]]


def _edge(times: Sequence[float], is_onset: bool) -> float | None:
    if len(times) < MIN_LEADS // 2:
        return None
    return float(np.quantile(times, THIRD if is_onset else 1 - THIRD))


def _between(beat: dict[str, float | None], start: str, end: str) -> float | None:
    first, last = beat[start], beat[end]
    return None if first is None or last is None else 1000 * (last - first)


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None
