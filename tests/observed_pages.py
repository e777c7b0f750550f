"""Ideal observations of pages, made by hand: no drawing, no network."""

from __future__ import annotations

from functools import cache

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LeadName, PlacedCell, PrintedScales, Pulse, Trace
from ecgimg.layouts import Layout
from ecgimg.stages.layout.observations import PageObservations

LEFT_MM = 20.0
"""Where the curves begin."""
ROW_MM = 20.0
"""Distance of the rows."""
NAME_MM = (4.0, -6.0)
"""Where names stand from the start of their cell's baseline."""
BEAT_S = 0.8


@cache
def leads_mv(seconds: float, fs: float = 250.0) -> dict[str, Floats]:
    """Twelve leads in mV that obey the limb leads' laws; beats of different shapes at equal distances."""
    t = np.arange(0, seconds, 1 / fs)
    phase = (t % BEAT_S) - 0.3

    def wave(at: float, width: float) -> Floats:
        return np.exp(-0.5 * ((phase - at) / width) ** 2)

    one = 0.7 * wave(0, 0.02) + 0.2 * wave(0.22, 0.05) - 0.2 * wave(-0.03, 0.012)
    three = 0.3 * wave(0.012, 0.025) - 0.3 * wave(0.04, 0.02) + 0.12 * wave(-0.15, 0.03)
    two = one + three
    found = {"I": one, "II": two, "III": three, "aVR": -(one + two) / 2, "aVL": (one - three) / 2}
    found["aVF"] = (two + three) / 2
    for k in range(1, 7):
        r, s = 0.2 * k * wave(0, 0.015 + 0.003 * k), 0.25 * (7 - k) * wave(0.03, 0.02)
        found[f"V{k}"] = r - s + (0.1 * k - 0.3) * wave(0.25, 0.06)
    return found


def observe_ideal(
    layout: Layout,
    *,
    gain: float = 10.0,
    speed: float = 25.0,
    px_per_mm: float = 8.0,
    scales: PrintedScales | None = None,
    named: bool = True,
) -> PageObservations:
    """What a perfect page of a format shows: all curves, names and a pulse before each row."""
    q, seconds = px_per_mm, layout.seconds
    left, right = LEFT_MM * q, (LEFT_MM + seconds * speed) * q
    n = round(right + LEFT_MM * q)
    place_s = (np.arange(n) - left) / (q * speed)
    mv = leads_mv(20.0)
    curves = np.full((layout.n_lines, n), np.nan, np.float32)
    baselines = [(k + 2) * ROW_MM * q for k in range(layout.n_lines)]
    names = []
    for cell in (*layout.cells, *layout.strips):
        first = cell.column * layout.column_seconds
        here = (place_s >= first) & (place_s < first + cell.seconds)
        value = np.interp(place_s[here], np.arange(len(mv[cell.lead])) / 250.0, mv[cell.lead])
        curves[cell.row, here] = baselines[cell.row] - cell.sign * value * gain * q
        names.append((cell.lead, left + (first * speed + NAME_MM[0]) * q, baselines[cell.row] + NAME_MM[1] * q))
    return PageObservations(
        lines=tuple(make_trace(y, baseline) for y, baseline in zip(curves, baselines, strict=True)),
        names=tuple(LeadName(lead, x, y, 0.99) for lead, x, y in names) if named else (),
        starts=(),
        pulses=(Pulse(left - 6 * q, left, gain * q),),
        scales=PrintedScales(speed, gain) if scales is None else scales,
        left=left,
        right=right,
        begins=(left,) * layout.n_lines,
        ends=(right,) * layout.n_lines,
        px_per_mm=q,
        has_grid=True,
    )


def make_trace(y: Floats, baseline: float) -> Trace:
    """A trace that is seen wherever it is known."""
    return Trace(np.asarray(y, np.float32), np.isfinite(y).astype(np.float32), 1.0, baseline)


def make_cell(
    lead: str, line: int, x0: float, x1: float, *, y0: float = 0.0, strip: bool = False, sign: int = 1, start: float = 0
) -> PlacedCell:
    """A cell anywhere."""
    assert lead in LEADS
    return PlacedCell(lead, sign, line, strip, start, 2.5, x0, x1, y0)
