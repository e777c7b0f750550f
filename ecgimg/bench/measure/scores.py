"""Scores of measurements against the marks of LUDB: waves, beats without P waves, and intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.bench.common.statistics import N_DRAWS, drawn_interval
from ecgimg.bench.measure.ludb import MarkedRecord, NoPBeats
from ecgimg.bench.measure.truth import Intervals
from ecgimg.train.common.classifier_metrics import Interval, sample_and_draws
from ecgimg.train.delineation.hits import BOUNDARIES, Hits, LeadHits, added

INTERVALS = ("P duration", "PR interval", "QRS duration", "QT interval")


@dataclass(frozen=True)
class IntervalErrors:
    """Errors in ms of one interval: how many, mean, standard deviation, shares within 1 and 2 uncertainties.

    `missing` are records whose marks give the interval and that got none, `invented` the reverse.
    """

    name: str
    count: int
    mean: float
    deviation: float
    within_one: float
    within_two: float
    missing: int
    invented: int


@dataclass(frozen=True)
class HitIntervals:
    """Scores of one of BOUNDARIES with 95 % intervals of a bootstrap over records; `deviation` is in ms."""

    sensitivity: Interval
    predictive_value: Interval
    deviation: Interval


@dataclass(frozen=True)
class LudbScores:
    """Scores on LUDB: of all leads, of one lead by delineator, without P by delineator and of the page, intervals.

    `sure` are the intervals of those of all leads; `seconds` is the median time of all measurements of a record.
    """

    records: int
    all_leads: LeadHits
    sure: dict[tuple[str, str], HitIntervals]
    one_lead: dict[str, LeadHits]
    no_p: dict[str, NoPBeats]
    page_no_p: NoPBeats
    intervals: tuple[IntervalErrors, ...]
    seconds: float


def score_ludb(rows: Sequence[MarkedRecord]) -> LudbScores:
    """The scores of the records of LUDB."""
    values = [{one.name: one.value for one in row.measured.figures} for row in rows]
    uncertainties = [{one.name: one.uncertainty for one in row.measured.figures} for row in rows]
    return LudbScores(
        records=len(rows),
        all_leads=added([hits for row in rows for hits in row.all_leads]),
        sure={boundary: _sure([[hits[boundary] for hits in row.all_leads] for row in rows]) for boundary in BOUNDARIES},
        one_lead={name: added([row.one_lead[name] for row in rows]) for name in rows[0].one_lead},
        no_p={name: sum((row.no_p[name] for row in rows), NoPBeats()) for name in rows[0].no_p},
        page_no_p=sum((row.page_no_p for row in rows), NoPBeats()),
        intervals=interval_errors([row.marked for row in rows], values, uncertainties),
        seconds=float(np.median([row.seconds for row in rows])),
    )


def _sure(records: Sequence[Sequence[Hits]]) -> HitIntervals:
    """The intervals of one boundary from the hits of the leads of each record."""
    sums = np.array([_sums(hits) for hits in records])
    found, missed, extra, errors, squares = (sample_and_draws(np.arange(len(records)), N_DRAWS) @ sums).T
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = errors / found
        shares = (found / (found + missed), found / (found + extra))
        deviation = np.sqrt(np.maximum(squares / found - mean**2, 0))
    return HitIntervals(*map(drawn_interval, (*shares, deviation)))


def _sums(leads: Sequence[Hits]) -> tuple[float, float, float, float, float]:
    """Numbers of found, missed and extra ends, and the sums of errors and of their squares."""
    errors = np.array([error for hits in leads for error in hits.errors])
    missed, extra = sum(hits.missed for hits in leads), sum(hits.extra for hits in leads)
    return len(errors), missed, extra, float(errors.sum()), float((errors**2).sum())


def interval_errors(
    marked: Sequence[Intervals],
    values: Sequence[Mapping[str, float | None]],
    uncertainties: Sequence[Mapping[str, float | None]],
) -> tuple[IntervalErrors, ...]:
    """The errors of each of INTERVALS over records."""
    return tuple(_errors(name, marked, values, uncertainties) for name in INTERVALS)


def _errors(
    name: str,
    marked: Sequence[Intervals],
    values: Sequence[Mapping[str, float | None]],
    uncertainties: Sequence[Mapping[str, float | None]],
) -> IntervalErrors:
    together = zip(marked, values, uncertainties, strict=True)
    pairs = [(true[name], found.get(name), sure.get(name)) for true, found, sure in together]
    both = [(f - t, u) for t, f, u in pairs if t is not None and f is not None and u is not None]
    errors, sigmas = np.array(both).reshape(-1, 2).T
    return IntervalErrors(
        name=name,
        count=len(errors),
        mean=float(errors.mean()) if len(errors) else float("nan"),
        deviation=float(errors.std()) if len(errors) else float("nan"),
        within_one=float((np.abs(errors) <= sigmas).mean()) if len(errors) else float("nan"),
        within_two=float((np.abs(errors) <= 2 * sigmas).mean()) if len(errors) else float("nan"),
        missing=sum(true is not None and found is None for true, found, _ in pairs),
        invented=sum(true is None and found is not None for true, found, _ in pairs),
    )
