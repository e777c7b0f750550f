"""The measurements by the names that criteria use.

Names of the page stand for its figures, and for what is counted of its beats. Names of a lead stand for its median
beat: amplitudes in mV from the level at the QRS onset (`q` and `s` are depths, 0 where there is no such deflection),
durations in ms.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

import numpy as np

from ecgimg.findings.measurements import LeadBeat, Measurement, Measurements, MedianBeat, Missing, Shape
from ecgimg.findings.protocol import Evidence
from ecgimg.stages.interpret.constants import INTERPRET

FIGURES: dict[str, str] = {
    "heart_rate": "heart rate", "rr_variation": "RR variation", "p_duration": "P duration", "pr": "PR interval",
    "qrs": "QRS duration", "qt": "QT interval", "qtc": "QTc Fridericia", "qtc_bazett": "QTc Bazett",
    "qtc_framingham": "QTc Framingham", "qtc_hodges": "QTc Hodges", "qt_dispersion": "QT dispersion",
    "p_axis": "P axis", "qrs_axis": "QRS axis", "t_axis": "T axis", "r_transition": "R transition",
}  # fmt: skip
"""Figures of the page by the names of criteria."""


def _depth(value: float | None) -> float:
    return -(value or 0.0)


_MV: dict[str, Callable[[Shape], float | None]] = {
    "p": lambda s: s.p,
    "q": lambda s: _depth(s.q),
    "r": lambda s: max(s.r or 0.0, s.r2 or 0.0),
    "first_r": lambda s: s.r or 0.0,
    "second_r": lambda s: s.r2 or 0.0,
    "s": lambda s: _depth(s.s),
    "net": lambda s: s.net,
    "qrs_height": lambda s: s.qrs,
    "t": lambda s: s.t,
    "st": lambda s: s.st[0],
    "st60": lambda s: s.st[2],
    "st80": lambda s: s.st[3],
}
_MS: dict[str, Callable[[Shape], float | None]] = {
    "q_ms": lambda s: s.q_ms or 0.0,
    "r_ms": lambda s: s.r_ms or 0.0,
    "s_ms": lambda s: s.s_ms or 0.0,
    "r_peak": lambda s: s.r_peak_ms,
}
LEAD_NAMES = frozenset({*_MV, *_MS})
"""Names that stand for a lead's median beat."""


class Quantities:
    """The measurements of a recording by name."""

    def __init__(self, measured: Measurements) -> None:
        self.measured = measured
        self._medians = {beat.lead: beat for beat in measured.medians}

    def of_page(self, name: str) -> Evidence:
        """A figure of the page, or a count of its beats; KeyError where there is no such name."""
        if name in FIGURES:
            return _figure(name, self.measured.figure(FIGURES[name]))
        return COUNTS[name](name, self.measured)

    def of_lead(self, name: str, lead: str) -> Evidence:
        """A measurement of a lead's median beat."""
        unit = "mV" if name in _MV else "ms"
        beat = self._medians.get(lead)
        if beat is None or beat.shape.qrs is None:
            return Evidence(name, None, unit, lead=lead, reason=Missing.LEAD_UNSEEN.value)
        value = (_MV.get(name) or _MS[name])(beat.shape)
        if value is None:
            return Evidence(name, None, unit, lead=lead, reason=Missing.WAVE_UNSEEN.value)
        return Evidence(name, value, unit, _error(beat, unit), lead)


def _error(beat: MedianBeat, unit: str) -> float:
    if unit == "mV":
        return float(np.hypot(INTERPRET.amplitude_error_mv, beat.noise_mv / np.sqrt(max(beat.beats, 1))))
    return float(np.hypot(INTERPRET.deflection_error_ms, beat.resolution_ms))


def _figure(name: str, one: Measurement) -> Evidence:
    return Evidence(name, one.value, one.unit, one.uncertainty or 0.0, reason=one.why)


def _p_waves(name: str, measured: Measurements) -> Evidence:
    """1 where P waves precede the beats, 0 where none do."""
    one = measured.figure("P duration")
    if one.reason is Missing.NO_P:
        return Evidence(name, 0.0)
    known = one.value is not None
    return Evidence(name, 1.0 if known else None, reason=one.why)


def _paced(name: str, measured: Measurements) -> Evidence:
    reasons = {one.reason for one in measured.figures}
    if Missing.TOO_FEW_BEATS in reasons and not measured.medians:
        return Evidence(name, None, reason=Missing.TOO_FEW_BEATS.value)
    return Evidence(name, 1.0 if Missing.PACED in reasons else 0.0)


def premature(measured: Measurements) -> tuple[int, ...]:
    """Numbers of the premature beats: after a shorter RR interval than usual, and before a longer one."""
    rr = np.diff(np.array(measured.times))
    if len(rr) < 3:
        return ()
    middle = float(np.median(rr))
    early = rr < INTERPRET.max_premature * middle
    later = np.append(rr[1:] - rr[:-1], np.inf) > INTERPRET.min_compensation * middle
    return tuple((np.flatnonzero(early & later) + 1).tolist())


def wide_beats(measured: Measurements, beats: tuple[int, ...]) -> tuple[int, ...]:
    """Those of these beats whose QRS complex is longer than the median of the others."""
    by_beat = beat_durations(measured)
    others = [ms for beat, ms in by_beat.items() if beat not in beats]
    if not others:
        return ()
    limit = float(np.median(others)) + INTERPRET.wide_premature_ms
    return tuple(beat for beat in beats if by_beat.get(beat, 0.0) > limit)


def beat_durations(measured: Measurements) -> dict[int, float]:
    """QRS duration in ms of each beat: the median of the leads that show it whole."""
    ordered = sorted(measured.beats, key=lambda one: one.beat)
    durations = {
        beat: [ms for one in own if (ms := one.qrs.duration_ms) is not None]
        for beat, own in groupby(ordered, key=lambda one: one.beat)
    }
    return {beat: float(np.median(values)) for beat, values in durations.items() if values}


def _counted(count: Callable[[Measurements], float]) -> Callable[[str, Measurements], Evidence]:
    """A count of beats, for which a rhythm has to be seen."""

    def evidence(name: str, measured: Measurements) -> Evidence:
        rate = measured.figure("heart rate")
        return Evidence(name, None if rate.value is None else count(measured), reason=rate.why)

    return evidence


def longest_pause(measured: Measurements) -> float:
    """The longest RR interval over the median one."""
    rr = np.diff(np.array(measured.times))
    return float(rr.max() / np.median(rr))


def conducted_share(measured: Measurements) -> float:
    """Share of the beats with a P wave before them, in most of the leads that would show it."""
    by_beat: dict[int, list[LeadBeat]] = {}
    for one in measured.beats:
        if one.shows_p_time:
            by_beat.setdefault(one.beat, []).append(one)
    shares = [np.mean([one.p is not None for one in own]) for own in by_beat.values()]
    return float(np.mean([share >= 0.5 for share in shares])) if shares else 0.0


COUNTS: dict[str, Callable[[str, Measurements], Evidence]] = {
    "p_waves": _p_waves,
    "paced": _paced,
    "beats": lambda name, measured: Evidence(name, float(len(measured.times))),
    "leads_seen": lambda name, measured: Evidence(name, float(len(measured.medians))),
    "noise": lambda name, measured: Evidence(
        name, float(np.median([b.noise_mv for b in measured.medians])) if measured.medians else None, "mV",
        reason="" if measured.medians else Missing.LEAD_UNSEEN.value,
    ),
    "premature_beats": _counted(lambda measured: float(len(premature(measured)))),
    "wide_premature_beats": _counted(lambda measured: float(len(wide_beats(measured, premature(measured))))),
    "pause": _counted(longest_pause),
    "beats_with_p": _counted(conducted_share),
}  # fmt: skip
"""What is counted of the beats and leads of a page."""
PAGE_NAMES = frozenset({*FIGURES, *COUNTS})
"""Names that stand for the page."""
