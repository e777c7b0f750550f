"""The 14 columns that MEETI (arXiv 2507.15255) has for each beat of each lead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgimg.findings.measurements import BeatRow, LeadBeat, Measurements, StForm, Wave
from ecgimg.stages.measure.constants import MEASURE
from ecgimg.stages.measure.qtc import bazett


def beat_rows(measurements: Measurements) -> tuple[BeatRow, ...]:
    """One row for each beat of each lead, in the order of `measurements.beats`; None where a value is not seen."""
    return tuple(_row(beat, measurements.times) for beat in measurements.beats)


def _row(beat: LeadBeat, times: Sequence[float]) -> BeatRow:
    k = beat.beat
    rr1 = 1000 * (times[k] - times[k - 1]) if k > 0 else None
    rr2 = 1000 * (times[k + 1] - times[k]) if k + 1 < len(times) else None
    qt = _between(beat.qrs.onset, beat.t.end if beat.t else None)
    return BeatRow(
        lead=beat.lead,
        beat=k,
        HR=None if rr1 is None else 60_000 / rr1,
        RR1=rr1,
        RR2=rr2,
        P_amplitude=beat.shape.p,
        P_duration=_duration(beat.p),
        PR_interval=_between(beat.p.onset if beat.p else None, beat.qrs.onset),
        QRS_amplitude=beat.shape.qrs,
        QRS_duration=_duration(beat.qrs),
        T_amplitude=beat.shape.t,
        T_duration=_duration(beat.t),
        ST_duration=_between(beat.qrs.end, beat.t.onset if beat.t else None),
        ST_form=_st_form(beat),
        QT_interval=qt,
        QTc=None if qt is None or rr1 is None else bazett(qt, rr1 / 1000),
    )


def _duration(wave: Wave | None) -> float | None:
    return wave.duration_ms if wave else None


def _between(start: float | None, end: float | None) -> float | None:
    """Milliseconds from one second to another; None where one is not seen."""
    return None if start is None or end is None else 1000 * (end - start)


def _st_form(beat: LeadBeat) -> StForm | None:
    """The form of ST from J to J+80 ms, as FeatureDB names it: horizontal within MEASURE.max_horizontal_st_mv."""
    levels = [level for level in beat.shape.st if level is not None]
    if len(levels) < len(beat.shape.st):
        return None
    if float(np.ptp(levels)) < MEASURE.max_horizontal_st_mv:
        return "horizontal"
    return "upslope" if levels[-1] > levels[0] else "declination"
