"""Curves and calibration pulses among the lines of a PDF page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.page import Pulse, Sheet
from ecgimg.stages.vector.constants import VECTOR


@dataclass(frozen=True, eq=False)
class DrawnCurve:
    """A curve's points: rising x [N] and y [N] in sheet pixels."""

    x: Doubles
    y: Doubles

    @property
    def length(self) -> float:
        """Length along the paper."""
        return float(self.x[-1] - self.x[0])

    @property
    def level(self) -> float:
        """The y about which it runs."""
        return float(np.median(self.y))

    def shares(self, other: DrawnCurve) -> float:
        """The part of the shorter curve that stands above or below the other, as a share."""
        common = min(self.x[-1], other.x[-1]) - max(self.x[0], other.x[0])
        return float(common / min(self.length, other.length))


@dataclass(frozen=True, eq=False)
class DrawnPulse:
    """A calibration pulse, its line, and the y of its foot, in sheet pixels."""

    line: DrawnCurve
    pulse: Pulse
    foot: float


def to_sheet(points: Doubles, sheet: Sheet) -> Doubles:
    """Sheet pixels [N, 2] of photo pixels [N, 2] on a sheet that is the photo times one factor each way."""
    rows, columns = sheet.map.nodes.shape[:2]
    factor = sheet.map.step * np.array([columns - 1, rows - 1]) / sheet.map.nodes[-1, -1].astype(float)
    return np.asarray(points * factor)


def find_curves(lines: Iterable[Doubles], px_per_mm: float) -> tuple[DrawnCurve, ...]:
    """The lines of many points that run along the paper, from top to bottom."""
    curves = []
    for line in lines:
        if len(line) < VECTOR.min_points:
            continue
        curve = _along(line, px_per_mm)
        if curve is None or curve.length < VECTOR.min_curve_mm * px_per_mm:
            continue
        if np.median(np.diff(curve.x)) <= VECTOR.max_point_mm * px_per_mm:
            curves.append(curve)
    return tuple(sorted(curves, key=lambda curve: curve.level))


def find_pulses(lines: Iterable[Doubles], px_per_mm: float) -> tuple[DrawnPulse, ...]:
    """The lines that rise from a foot to a flat top and fall back, each once."""
    found: dict[tuple[int, int], DrawnPulse] = {}
    for line in lines:
        width = abs(line[-1, 0] - line[0, 0]) / px_per_mm
        if len(line) >= 4 and VECTOR.min_pulse_mm < width < VECTOR.max_pulse_mm:
            curve = _along(line, px_per_mm)
            pulse = None if curve is None else _pulse(curve, px_per_mm)
            if pulse is not None:
                found[round(pulse.pulse.left), round(pulse.foot)] = pulse
    return tuple(found.values())


def joined(lines: Iterable[Doubles], near: float) -> Iterator[Doubles]:
    """Lines, those that go on where the line before ended as one."""
    parts: list[Doubles] = []
    for line in lines:
        if parts and np.abs(line[0] - parts[-1][-1]).max() < near:
            parts.append(line[1:])
        else:
            if parts:
                yield np.concatenate(parts)
            parts = [line]
    if parts:
        yield np.concatenate(parts)


def _along(line: Doubles, px_per_mm: float) -> DrawnCurve | None:
    """A line as a curve from left to right; None where it turns back."""
    line = line if line[-1, 0] >= line[0, 0] else line[::-1]
    x = line[:, 0]
    if (np.diff(x) < -VECTOR.min_turn_mm * px_per_mm).any():
        return None
    apart = np.arange(len(x)) * VECTOR.min_rise_mm * px_per_mm
    return DrawnCurve(np.maximum.accumulate(x - apart) + apart, line[:, 1].copy())


def _pulse(line: DrawnCurve, px_per_mm: float) -> DrawnPulse | None:
    """A line as a pulse; None where it is none."""
    foot, top, near = float(line.y[0]), float(line.y.min()), VECTOR.level_mm * px_per_mm
    height = foot - top
    is_high = VECTOR.min_pulse_height_mm < height / px_per_mm < VECTOR.max_pulse_height_mm
    is_level = np.minimum(np.abs(line.y - foot), np.abs(line.y - top)) < near
    if not is_high or not is_level.all() or abs(line.y[-1] - foot) > near:
        return None
    above = line.y < (foot + top) / 2
    changes = np.flatnonzero(np.diff(above.astype(np.int8)))
    if len(changes) != 2:
        return None
    left, right = ((line.x[k] + line.x[k + 1]) / 2 for k in changes)
    if not right > left:
        return None
    return DrawnPulse(line, Pulse(float(left), float(right), height), foot)
