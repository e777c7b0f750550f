"""Measurements made by hand: a normal heart, of which a test changes what it asks about."""

from __future__ import annotations

from dataclasses import replace

from ecgimg.datamodel.leads import LEADS
from ecgimg.findings.measurements import LeadBeat, Measurement, Measurements, MedianBeat, Missing, Shape, Wave

NORMAL = {
    "heart rate": (70.0, "/min", 0.5), "RR variation": (2.0, "%", 0.5), "P duration": (100.0, "ms", 6.0),
    "PR interval": (160.0, "ms", 6.0), "QRS duration": (90.0, "ms", 6.0), "QT interval": (390.0, "ms", 9.0),
    "QTc Bazett": (421.0, "ms", 10.0), "QTc Fridericia": (410.0, "ms", 10.0), "QTc Framingham": (412.0, "ms", 9.0),
    "QTc Hodges": (407.0, "ms", 9.0), "QT dispersion": (40.0, "ms", 20.0), "P axis": (50.0, "degrees", 8.0),
    "QRS axis": (45.0, "degrees", 3.0), "T axis": (40.0, "degrees", 6.0), "R transition": (4.0, "V lead", 0.5),
}  # fmt: skip
SHAPE = Shape(p=0.1, r=0.8, s=-0.4, t=0.3, st=(0.0, 0.0, 0.0, 0.0), r_peak_ms=40.0, r_ms=45.0, s_ms=30.0)
V1 = replace(SHAPE, r=0.2, s=-0.8)


def measured(
    shapes: dict[str, Shape] | None = None, leads: tuple[str, ...] = tuple(LEADS), **figures: float | Missing
) -> Measurements:
    """Measurements of a heart; `figures` are values or reasons by name with _ for a space."""
    own = {"V1": V1, "V2": V1, **(shapes or {})}
    given = {name.replace("_", " ").lower(): value for name, value in figures.items()}
    out = []
    for name, (value, unit, error) in NORMAL.items():
        new = given.get(name.lower(), value)
        is_reason = isinstance(new, Missing)
        out.append(Measurement(name, None, unit, reason=new) if is_reason else Measurement(name, new, unit, error))
    times = tuple(0.5 + 0.857 * k for k in range(10))
    medians = tuple(MedianBeat(lead, 10, 0.01, 1.0, 0.5, own.get(lead, SHAPE)) for lead in leads)
    beats = tuple(
        LeadBeat(lead, k, time, Wave(time - 0.04, time, time + 0.05, 1.0), None, None, own.get(lead, SHAPE))
        for lead in leads
        for k, time in enumerate(times)
    )
    return Measurements(tuple(out), times, beats, medians)
