"""Follows the ink near to a drawn curve: the cheapest way through the columns of a sheet, by dynamic programming."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.stages.correct.constants import CORRECT

_DOWN = 2
"""Sheet pixels down a row of the contrast planes."""
_CENTRE = (_DOWN - 1) / 2
"""The y of the middle of the first row in sheet pixels."""


def follow_ink(planes: Floats, px_per_mm: float, x: Doubles, drawn: Doubles) -> Doubles:
    """The y [N] of the ink within `snap_mm` of a drawn curve (x, y) [N], all in sheet pixels.

    `planes` [2, h, W] are the sheet's contrast planes; their first shows ink and little of a coloured grid.
    """
    reach = max(round(CORRECT.snap_mm * px_per_mm / _DOWN), 1)
    offsets = np.arange(-reach, reach + 1)
    rows = ((drawn - _CENTRE) / _DOWN)[:, None] + offsets
    at = np.clip(np.rint(rows), 0, planes.shape[1] - 1).astype(int)
    ink = np.clip(planes[0][at, np.clip(np.rint(x), 0, planes.shape[2] - 1).astype(int)[:, None]], 0, 1)
    beside = CORRECT.distance_weight * np.abs(offsets) / reach
    place = cheapest_way(CORRECT.ink_weight * (1 - ink) + beside, rows * _DOWN)
    return _at_the_middle_of_ink(ink, rows, place)


def cheapest_way(cost: Floats | Doubles, y: Doubles) -> Doubles:
    """The index [N] in each column of a cost [N, K] on the way of least cost; steps between their y [N, K] cost too."""
    total = cost[0].astype(np.float64)
    came_from = np.zeros(cost.shape, int)
    for k in range(1, len(cost)):
        steps = total[None, :] + CORRECT.steep_weight * np.abs(y[k][:, None] - y[k - 1][None, :])
        came_from[k] = steps.argmin(axis=1)
        total = steps.min(axis=1) + cost[k]
    way = np.zeros(len(cost))
    way[-1] = total.argmin()
    for k in range(len(cost) - 1, 0, -1):
        way[k - 1] = came_from[k, int(way[k])]
    return way


def _at_the_middle_of_ink(ink: Floats, rows: Doubles, way: Doubles) -> Doubles:
    """The y of a way in sheet pixels, at the centre of gravity of the ink in the rows about it."""
    numbers = np.arange(len(way))
    places = np.clip(way[:, None] + np.array([-1, 0, 1]), 0, ink.shape[1] - 1).astype(int)
    weights = ink[numbers[:, None], places] + 1e-3
    centre = (weights * rows[numbers[:, None], places]).sum(axis=1) / weights.sum(axis=1)
    return np.asarray(centre * _DOWN + _CENTRE, np.float64)
