"""Calipers: the intervals of the page laid on one beat of one lead, for every drawing of them.

An interval of the page lies between ends that no single lead has to have. It is laid on the beat and lead whose own
ends are nearest to those of the page, so that a reader can check it there.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.findings.measurements import INTERVALS, EndName, LeadBeat, Measurements

LAID = {"PR interval": "PR", "QRS duration": "QRS", "QT interval": "QT"}
"""Intervals that are laid on a beat, with their short names."""


@dataclass(frozen=True)
class Caliper:
    """One interval on a lead, from `start` to `end` seconds of the recording, with its text such as "PR 160 ms"."""

    name: str
    lead: str
    start: float
    end: float
    text: str


def calipers(measured: Measurements | None) -> tuple[Caliper, ...]:
    """The calipers of PR, QRS and QT, those that have a value, all on one beat of one lead; none without any."""
    if measured is None:
        return ()
    values = {one.name: one.value for one in measured.figures if one.name in LAID and one.value is not None}
    wanted = tuple(dict.fromkeys(end for name in values for end in INTERVALS[name]))
    shown = [(beat, own) for beat in measured.beats if len(own := _ends_of(beat, wanted)) == len(wanted)]
    if not wanted or not shown:
        return ()
    beat = min(shown, key=lambda one: sum(abs(ms - measured.ends[end].ms) for end, ms in one[1].items()))[0]
    out = []
    for name, value in values.items():
        start, end = (beat.time + measured.ends[end].ms / 1000 for end in INTERVALS[name])
        out.append(Caliper(LAID[name], beat.lead, start, end, f"{LAID[name]} {value:.0f} ms"))
    return tuple(out)


def _ends_of(beat: LeadBeat, names: tuple[EndName, ...]) -> dict[EndName, float]:
    """Those of some ends that a beat shows in its own lead, in ms from the beat's time."""
    waves = {"p": beat.p, "qrs": beat.qrs, "t": beat.t}
    out: dict[EndName, float] = {}
    for name in names:
        kind, end = name.split("_")
        second = getattr(waves[kind], end, None)
        if second is not None:
            out[name] = 1000 * (second - beat.time)
    return out
