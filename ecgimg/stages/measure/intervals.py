"""Intervals of the page: P duration, PR, QRS, QT, QTc and the dispersion of QT, from the median beats of all leads.

An onset of the page is the third earliest of the leads' onsets, an end the third latest of their ends, as ecgpuwave
has it; with fewer than twelve leads it is the same quantile of them. The leads' ends are counted from the times of the
beats, so that the rule holds where the leads are not simultaneous.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ecgimg.findings.measurements import (
    END_NAMES,
    INTERVALS,
    EndName,
    Measurement,
    MedianBeat,
    MedianTime,
    Missing,
    PageEnd,
)
from ecgimg.stages.measure.constants import MEASURE
from ecgimg.stages.measure.figures import figure, no_figure
from ecgimg.stages.measure.qtc import FORMULAS
from ecgimg.stages.measure.reasons import Reasons

P_ENDS: tuple[EndName, ...] = ("p_onset", "p_end")


def page_ends(medians: Sequence[MedianBeat], reasons: Reasons) -> dict[EndName, PageEnd]:
    """The onsets and ends of the page that leads show; none of a wave that can't be measured for a reason."""
    unseen = END_NAMES if reasons.all else P_ENDS if reasons.p else ()
    found = {name: page_end(medians, name) for name in END_NAMES if name not in unseen}
    return {name: end for name, end in found.items() if end is not None}


def interval_figures(
    ends: Mapping[EndName, PageEnd], medians: Sequence[MedianBeat], rr_s: float | None, reasons: Reasons
) -> tuple[Measurement, ...]:
    """The intervals in ms between ends of the page; a reason stands for all figures that it concerns."""
    if reasons.all is not None:
        names = (*INTERVALS, *(f"QTc {name}" for name in FORMULAS), "QT dispersion")
        return tuple(no_figure(name, "ms", reasons.all) for name in names)
    intervals = {name: _between(name, ends, reasons) for name in INTERVALS}
    qtc = corrected(intervals["QT interval"], rr_s, reasons.qtc)
    return (*intervals.values(), *qtc, _dispersion(medians))


def page_end(medians: Sequence[MedianBeat], name: EndName) -> PageEnd | None:
    """One onset or end of the page; None where no lead shows it."""
    seen = [(beat, time) for beat in medians if (time := _time_of(beat, name)) is not None]
    if not seen:
        return None
    rank = MEASURE.edge_rank_share if name.endswith("onset") else 1 - MEASURE.edge_rank_share
    ms = float(np.quantile([time.ms for _, time in seen], rank))
    spread = float(np.median([time.spread_ms for _, time in seen]))
    beats = float(np.median([beat.beats for beat, _ in seen]))
    shared_ms, lead_ms = getattr(MEASURE, f"{name}_errors")
    confidence = max(float(np.mean([beat.confidence for beat, _ in seen])), MEASURE.least_confidence)
    lead_variance = (lead_ms / confidence) ** 2 + spread**2 / beats + seen[0][0].resolution_ms ** 2
    return PageEnd(ms, float(np.sqrt(shared_ms**2 + lead_variance / len(seen))))


def _time_of(beat: MedianBeat, name: EndName) -> MedianTime | None:
    time: MedianTime | None = getattr(beat, name)
    return time


def corrected(qt: Measurement, rr_s: float | None, no_qtc: Missing | None) -> tuple[Measurement, ...]:
    """QTc by each formula, with the uncertainty of QT carried over."""
    out = []
    for name, formula in FORMULAS.items():
        if no_qtc is not None:
            out.append(no_figure(f"QTc {name}", "ms", no_qtc))
        elif qt.value is None or qt.uncertainty is None:
            assert qt.reason is not None
            out.append(no_figure(f"QTc {name}", "ms", qt.reason, qt.detail))
        elif rr_s is None:
            out.append(no_figure(f"QTc {name}", "ms", Missing.TOO_FEW_BEATS, "no heart rate"))
        else:
            value, more = formula(qt.value, rr_s), formula(qt.value + qt.uncertainty, rr_s)
            out.append(figure(f"QTc {name}", value, "ms", more - value))
    return tuple(out)


def _between(name: str, ends: Mapping[EndName, PageEnd], reasons: Reasons) -> Measurement:
    first, last = INTERVALS[name]
    start, end = ends.get(first), ends.get(last)
    if start is None or end is None or end.ms <= start.ms:
        no_p = reasons.p if first in P_ENDS else None
        return no_figure(name, "ms", no_p or Missing.WAVE_UNSEEN)
    return figure(name, end.ms - start.ms, "ms", float(np.hypot(start.uncertainty, end.uncertainty)))


def _dispersion(medians: Sequence[MedianBeat]) -> Measurement:
    """Longest less shortest QT of the leads."""
    spans = [b.t_end.ms - b.qrs_onset.ms for b in medians if b.t_end is not None and b.qrs_onset is not None]
    if len(spans) < MEASURE.min_dispersion_leads:
        return no_figure("QT dispersion", "ms", Missing.LEAD_UNSEEN, f"{len(spans)} leads show QT")
    each = float(np.hypot(MEASURE.t_end_errors[1], MEASURE.qrs_onset_errors[1]))
    return figure("QT dispersion", max(spans) - min(spans), "ms", float(np.sqrt(2)) * each)
