"""Measures delineation: marked ends of waves against found ones, within 150 ms, as published tables do.

A found end counts as extra only inside the part of a lead that is marked, since LUDB's first and last beats are not,
and not beside a wave of which that end is not marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ecgimg.datamodel.waves import WAVE_KINDS
from ecgimg.datasets.ludb import FS, MarkedWave
from ecgimg.networks.delineation import WaveSpan

NEAR_S = 0.15
"""A found end this near to a marked one is that end (Kalyakulina et al. 2020)."""
BOUNDARIES: tuple[tuple[str, str], ...] = tuple((kind, end) for kind in WAVE_KINDS for end in ("onset", "end"))


@dataclass(frozen=True)
class Hits:
    """Errors in ms of the ends that were found, and how many were missed and extra."""

    errors: tuple[float, ...] = field(default=())
    missed: int = 0
    extra: int = 0

    def __add__(self, other: Hits) -> Hits:
        return Hits(self.errors + other.errors, self.missed + other.missed, self.extra + other.extra)

    @property
    def sensitivity(self) -> float:
        """Share of the marked ends that were found; NaN without any."""
        marked = len(self.errors) + self.missed
        return len(self.errors) / marked if marked else float("nan")

    @property
    def predictive_value(self) -> float:
        """Share of the found ends that are marked; NaN without any."""
        found = len(self.errors) + self.extra
        return len(self.errors) / found if found else float("nan")


LeadHits = dict[tuple[str, str], Hits]
"""The hits of each of BOUNDARIES."""


def lead_hits(marked: Sequence[MarkedWave], found: Sequence[WaveSpan]) -> LeadHits:
    """The hits of a lead's boundaries."""
    ends = [time for wave in marked for time in (wave.onset, wave.peak, wave.end) if time is not None]
    if not ends:
        return {boundary: Hits() for boundary in BOUNDARIES}
    span = (min(ends) / FS, max(ends) / FS)
    return {(kind, end): _boundary(marked, found, kind, end, span) for kind, end in BOUNDARIES}


def added(rows: Sequence[LeadHits]) -> LeadHits:
    """The hits of several leads together."""
    return {
        boundary: Hits(
            tuple(error for row in rows for error in row[boundary].errors),
            sum(row[boundary].missed for row in rows),
            sum(row[boundary].extra for row in rows),
        )
        for boundary in BOUNDARIES
    }


def _boundary(
    marked: Sequence[MarkedWave], found: Sequence[WaveSpan], kind: str, end: str, span: tuple[float, float]
) -> Hits:
    true = np.array([t / FS for wave in marked if wave.kind == kind and (t := getattr(wave, end)) is not None])
    seen = np.array([t for wave in found if wave.kind == kind and (t := getattr(wave, end)) is not None])
    pairs = nearest_pairs(true, seen, NEAR_S)
    used = {j for _, j in pairs}
    open_ends = [wave.peak / FS for wave in marked if wave.kind == kind and getattr(wave, end) is None]
    extra = [
        j
        for j, t in enumerate(seen)
        if j not in used and span[0] <= t <= span[1] and all(abs(t - peak) > NEAR_S for peak in open_ends)
    ]
    errors = tuple(1000 * float(seen[j] - true[i]) for i, j in pairs)
    return Hits(errors, len(true) - len(pairs), len(extra))


def nearest_pairs(true: np.ndarray, seen: np.ndarray, near: float) -> list[tuple[int, int]]:
    """Pairs (i, j) of times at most `near` apart, the nearest first, each time used once."""
    if not len(true) or not len(seen):
        return []
    distance = np.abs(true[:, None] - seen[None])
    pairs: list[tuple[int, int]] = []
    for flat in np.argsort(distance, axis=None):
        i, j = divmod(int(flat), len(seen))
        if distance[i, j] > near:
            break
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs
