"""Measures the landmark network: landmarks of a page against where its heatmaps show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.landmarks import (
    FIRST_NAME,
    PULSE,
    ROW,
    START,
    Spot,
    find_areas,
    find_names,
    find_rows,
    find_starts,
)
from ecgimg.networks.runtime import Network
from ecgimg.train.common.marked_pages import MarkedPage
from ecgimg.train.common.shards import from_bytes

ROW_MM = 2.0
"""Distance within which a row counts as found."""
POINT_MM = 3.0
"""Distance within which a start, a name or the centre of a pulse counts as found."""


@dataclass(frozen=True)
class Hits:
    """Numbers of landmarks of one kind: on the page, found of these, and found where there is none."""

    there: int
    found: int
    extra: int

    def __add__(self, other: Hits) -> Hits:
        return Hits(self.there + other.there, self.found + other.found, self.extra + other.extra)


def heatmaps_of(network: Network, page: MarkedPage) -> Floats:
    """The logits [16, h, w] of an exported network of a whole page."""
    logits: Floats = network.run(sheet=from_bytes(page.planes)[None])[0][0]
    return logits


def page_hits(page: MarkedPage, logits: Floats) -> dict[str, Hits]:
    """Hits of rows, starts, names and pulses of a page, from the network's logits [16, h, w]."""
    true_rows = np.unique(np.round(page.marks[page.marks[:, 0] == ROW][:, 2], 1))
    found_rows = np.array([row.y for row in find_rows(logits)])
    return {
        "rows": _count(np.abs(true_rows[:, None] - found_rows[None]), ROW_MM),
        "starts": _points(page.marks[page.marks[:, 0] == START], find_starts(logits)),
        "names": _points(page.marks[page.marks[:, 0] >= FIRST_NAME], find_names(logits)),
        "pulses": _pulses(page.marks[page.marks[:, 0] == PULSE], logits),
    }


def _pulses(marks: Floats, logits: Floats) -> Hits:
    """Hits of pulses by the centres of their boxes."""
    centres = marks[:, [0, 1, 2]].copy()
    centres[:, 1:] = (marks[:, 1:3] + marks[:, 3:5]) / 2
    boxes = find_areas(logits, PULSE)
    return _points(centres, [Spot((x0 + x1) / 2, (y0 + y1) / 2, 1.0) for x0, y0, x1, y1 in boxes])


def _points(marks: Floats, spots: Sequence[Spot]) -> Hits:
    places = np.array([(spot.x, spot.y) for spot in spots]).reshape(-1, 2)
    return _count(np.linalg.norm(marks[:, None, 1:3] - places[None], axis=2), POINT_MM)


def _count(distances: np.ndarray, limit_mm: float) -> Hits:
    """Hits from the distances [N, M] in mm between N landmarks and M findings."""
    found = int((distances.min(axis=1, initial=np.inf) < limit_mm).sum())
    extra = int((distances.min(axis=0, initial=np.inf) >= limit_mm).sum())
    return Hits(len(distances), found, extra)
