"""Intervals of the page: P duration, PR, QRS, QT, QTc and the dispersion of QT, from the median beats of all leads.

An onset of the page is the third earliest of the leads' onsets, an end the third latest of their ends, as ecgpuwave
has it; with fewer than twelve leads it is the same quantile of them. The leads' ends are counted from the times of the
beats, so that the rule holds where the leads are not simultaneous.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ecgimg.findings.measurements import Measurement, MedianBeat, MedianTime, Missing
from ecgimg.stages.measure.constants import MEASURE
from ecgimg.stages.measure.figures import figure, no_figure
from ecgimg.stages.measure.qtc import FORMULAS
from ecgimg.stages.measure.reasons import Reasons

EndName = Literal["p_onset", "p_end", "qrs_onset", "qrs_end", "t_end"]
NAMES = ("P duration", "PR interval", "QRS duration", "QT interval")


@dataclass(frozen=True)
class PageEnd:
    """An onset or end of the page in ms from the beats' times, with its uncertainty."""

    ms: float
    uncertainty: float


def interval_figures(medians: Sequence[MedianBeat], rr_s: float | None, reasons: Reasons) -> tuple[Measurement, ...]:
    """The intervals in ms; a reason stands for all figures that it concerns."""
    if reasons.all is not None:
        names = (*NAMES, *(f"QTc {name}" for name in FORMULAS), "QT dispersion")
        return tuple(no_figure(name, "ms", reasons.all) for name in names)
    onset, end = page_end(medians, "qrs_onset"), page_end(medians, "qrs_end")
    t_end = page_end(medians, "t_end")
    p_onset = None if reasons.p else page_end(medians, "p_onset")
    p_end = None if reasons.p else page_end(medians, "p_end")
    no_p = reasons.p or Missing.WAVE_UNSEEN
    qt = _between("QT interval", onset, t_end, Missing.WAVE_UNSEEN)
    return (
        _between("P duration", p_onset, p_end, no_p),
        _between("PR interval", p_onset, onset, no_p),
        _between("QRS duration", onset, end, Missing.WAVE_UNSEEN),
        qt,
        *corrected(qt, rr_s, reasons.qtc),
        _dispersion(medians),
    )


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


def _between(name: str, start: PageEnd | None, end: PageEnd | None, reason: Missing) -> Measurement:
    if start is None or end is None or end.ms <= start.ms:
        return no_figure(name, "ms", reason)
    return figure(name, end.ms - start.ms, "ms", float(np.hypot(start.uncertainty, end.uncertainty)))


def _dispersion(medians: Sequence[MedianBeat]) -> Measurement:
    """Longest less shortest QT of the leads."""
    spans = [b.t_end.ms - b.qrs_onset.ms for b in medians if b.t_end is not None and b.qrs_onset is not None]
    if len(spans) < MEASURE.min_dispersion_leads:
        return no_figure("QT dispersion", "ms", Missing.LEAD_UNSEEN, f"{len(spans)} leads show QT")
    each = float(np.hypot(MEASURE.t_end_errors[1], MEASURE.qrs_onset_errors[1]))
    return figure("QT dispersion", max(spans) - min(spans), "ms", float(np.sqrt(2)) * each)
