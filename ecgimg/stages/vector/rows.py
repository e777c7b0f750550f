"""Rows of the curves of a PDF page, and their traces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.page import Trace
from ecgimg.stages.vector.constants import VECTOR
from ecgimg.stages.vector.curves import DrawnCurve, DrawnPulse


@dataclass(frozen=True, eq=False)
class DrawnRow:
    """Curves that stand side by side, from left to right, the pulse beside them, and the y of their zero line."""

    curves: tuple[DrawnCurve, ...]
    pulse: DrawnPulse | None
    baseline: float

    def trace(self, width: int) -> Trace:
        """The row's trace over a sheet of so many columns; where curves overlap, the one on the right is taken."""
        columns = np.arange(width, dtype=float)
        y = np.full(width, np.nan)
        for curve in (*((self.pulse.line,) if self.pulse else ()), *self.curves):
            inside = (columns >= curve.x[0]) & (columns <= curve.x[-1])
            y[inside] = np.interp(columns[inside], curve.x, curve.y)
        return Trace(y.astype(np.float32), np.isfinite(y).astype(np.float32), 1.0, self.baseline)


def find_rows(curves: tuple[DrawnCurve, ...], pulses: tuple[DrawnPulse, ...], px_per_mm: float) -> tuple[DrawnRow, ...]:
    """Curves, ordered from top to bottom, as rows.

    A row's zero line is the foot of its pulse; where it has none, the level about which its curves run.
    """
    groups: list[list[DrawnCurve]] = []
    for curve in curves:
        if not groups or not _belongs(curve, groups[-1], px_per_mm):
            groups.append([])
        groups[-1].append(curve)
    rows = [_row(group, pulses, px_per_mm) for group in groups]
    return tuple(sorted(rows, key=lambda row: row.baseline))


def _belongs(curve: DrawnCurve, row: list[DrawnCurve], px_per_mm: float) -> bool:
    """Whether a curve stands beside the others of a row, at their level."""
    is_level = curve.level - row[0].level < VECTOR.max_level_mm * px_per_mm
    return is_level and all(curve.shares(other) < VECTOR.max_shared for other in row)


def _row(group: list[DrawnCurve], pulses: tuple[DrawnPulse, ...], px_per_mm: float) -> DrawnRow:
    """A row of these curves with the pulse that is nearest to their level."""
    level = float(np.median(np.concatenate([curve.y for curve in group])))
    near = [pulse for pulse in pulses if abs(pulse.foot - level) < VECTOR.pulse_row_mm * px_per_mm]
    pulse = min(near, key=lambda one: abs(one.foot - level), default=None)
    ordered = tuple(sorted(group, key=lambda curve: float(curve.x[0])))
    return DrawnRow(ordered, pulse, level if pulse is None else pulse.foot)
