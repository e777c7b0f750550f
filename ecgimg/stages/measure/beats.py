"""Beats of the page: QRS complexes of all leads joined in time, and the P, QRS and T of each beat in each lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.networks.delineation import CLASSES, RATE, WaveSpan
from ecgimg.stages.measure.constants import MEASURE
from ecgimg.stages.measure.delineate import LeadWaves, fused
from ecgimg.stages.measure.rhythm import is_regular

QRS_ROW = CLASSES.index("QRS")


@dataclass(frozen=True)
class BeatWaves:
    """The waves of one beat in one lead; `shows_p_time` is whether the time before the beat is seen at all."""

    lead: str
    beat: int
    qrs: WaveSpan
    p: WaveSpan | None
    t: WaveSpan | None
    shows_p_time: bool


def beat_times(leads: tuple[LeadWaves, ...], seconds: float) -> Doubles:
    """Times [B] of the beats in seconds.

    They are the middles of the QRS complexes of the lead that shows all beats best, so that the leads of a page, which
    follow one another, have one clock; where no lead shows all, the middles of the mean over the leads seen. There are
    none where they are not distinct.
    """
    joined = joined_times(leads, seconds)
    if not are_distinct(leads, joined):
        return np.zeros(0)
    complete = [(lead, found) for lead in leads if (found := _own_times(lead, joined)) is not None]
    if not complete:
        return joined
    surest = max(complete, key=lambda one: float(np.mean([wave.probability for wave in one[0].of("QRS")])))
    return surest[1]


def joined_times(leads: tuple[LeadWaves, ...], seconds: float) -> Doubles:
    """Middles [B] in seconds of the QRS complexes in the mean over the leads seen at each time."""
    return _runs(fused(leads, QRS_ROW, seconds))


def are_distinct(leads: tuple[LeadWaves, ...], times: Doubles) -> bool:
    """Whether the leads agree on the QRS complexes at these times, or these are regular at least.

    In ventricular fibrillation and in artefacts each lead has its own, and none of them is a beat.
    """
    return is_regular(times) or qrs_evidence(leads, times) >= MEASURE.min_qrs_evidence


def qrs_evidence(leads: tuple[LeadWaves, ...], times: Doubles) -> float:
    """Mean probability of the QRS complexes over beats and the leads seen at them, 0 where a lead shows none."""
    found = [_qrs_probability(lead, time) for lead in leads for time in times.tolist() if lead.is_seen(time)]
    return float(np.mean(found)) if found else 0.0


def assign_waves(leads: tuple[LeadWaves, ...], times: Doubles) -> tuple[BeatWaves, ...]:
    """The waves of each beat in each lead that shows its QRS complex, in order of leads and time."""
    return tuple(beat for lead in leads for beat in _of_lead(lead, times))


def _runs(probability: np.ndarray) -> Doubles:
    """Middles in seconds of the stretches in which a QRS complex is probable, none closer than the refractory time."""
    values = np.nan_to_num(probability)
    there = values > MEASURE.min_qrs_probability
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
    middles: list[tuple[float, float]] = []
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        mass = values[start:stop]
        middle = float((np.arange(start, stop) * mass).sum() / mass.sum()) / RATE
        if middles and middle - middles[-1][0] < MEASURE.refractory_s:
            middles[-1] = max(middles[-1], (middle, float(mass.sum())), key=lambda one: one[1])
        else:
            middles.append((middle, float(mass.sum())))
    return np.array([middle for middle, _ in middles])


def _own_times(lead: LeadWaves, joined: Doubles) -> Doubles | None:
    """The middles of a lead's QRS complexes, one a beat; None where it lacks one."""
    middles = np.array([wave.middle for wave in lead.of("QRS")])
    if len(middles) < len(joined):
        return None
    nearest = middles[np.abs(middles[:, None] - joined[None]).argmin(axis=0)]
    return nearest if bool((np.abs(nearest - joined) < MEASURE.max_beat_distance_s).all()) else None


def _qrs_probability(lead: LeadWaves, time: float) -> float:
    near = [wave.probability for wave in lead.of("QRS") if abs(wave.middle - time) < MEASURE.max_beat_distance_s]
    return max(near, default=0.0)


def _of_lead(lead: LeadWaves, times: Doubles) -> list[BeatWaves]:
    complexes, ps, ts = lead.of("QRS"), lead.of("P"), lead.of("T")
    out = []
    for beat, time in enumerate(times.tolist()):
        near = [wave for wave in complexes if abs(wave.middle - time) < MEASURE.max_beat_distance_s]
        if not near:
            continue
        qrs = min(near, key=lambda wave: abs(wave.middle - time))
        before = max((w.middle for w in complexes if w.middle < qrs.middle), default=-np.inf)
        after = min((w.middle for w in complexes if w.middle > qrs.middle), default=np.inf)
        p = [w for w in ps if max(before, qrs.middle - MEASURE.max_pr_s) < w.middle < qrs.middle]
        latest = (qrs.end if qrs.end is not None else qrs.middle) + MEASURE.max_t_onset_s
        t = [w for w in ts if qrs.middle < w.middle < after and (w.onset is None or w.onset < latest)]
        seen = qrs.onset is not None and qrs.onset - lead.start > MEASURE.p_time_s
        out.append(BeatWaves(lead.lead, beat, qrs, p[-1] if p else None, t[0] if t else None, seen))
    return out
