"""Scores of measurements: errors of intervals against LUDB, and how PR and QTc rank PTB-XL's records by diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.bench.common.statistics import UNKNOWN, drawn_interval
from ecgimg.bench.measure.ludb import MarkedRecord, NoPBeats
from ecgimg.bench.measure.pages import CLEAN, MeasuredRow
from ecgimg.bench.measure.truth import Intervals
from ecgimg.datasets.ptbxl import Ptbxl
from ecgimg.train.common.classifier_metrics import Interval, auroc, once, patient_draws
from ecgimg.train.delineation.hits import LeadHits, added

INTERVALS = ("P duration", "PR interval", "QRS duration", "QT interval")
RANKED = (("1AVB", "PR interval"), ("LNGQT", "QTc Bazett"), ("LNGQT", "QTc Fridericia"))
"""Codes of PTB-XL, each with the figure that ranks the records for it."""
DRAWS = 1000
LOWEST = -1e9
"""The score of a record without the figure, by the rule that missing is lowest."""


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
class Ranking:
    """How well a figure ranks the records of a code, by both rules for records without the figure."""

    kind: str
    code: str
    figure: str
    records: int
    positives: int
    lowest: Interval
    complete: Interval
    complete_records: int
    complete_positives: int


@dataclass(frozen=True)
class LudbScores:
    """Scores on LUDB: of all leads, of one lead by delineator, without P by delineator and of the page, intervals.

    `seconds` is the median time of all measurements of a record.
    """

    records: int
    all_leads: LeadHits
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
        one_lead={name: added([row.one_lead[name] for row in rows]) for name in rows[0].one_lead},
        no_p={name: sum((row.no_p[name] for row in rows), NoPBeats()) for name in rows[0].no_p},
        page_no_p=sum((row.page_no_p for row in rows), NoPBeats()),
        intervals=interval_errors([row.marked for row in rows], values, uncertainties),
        seconds=float(np.median([row.seconds for row in rows])),
    )


def interval_errors(
    marked: Sequence[Intervals],
    values: Sequence[Mapping[str, float | None]],
    uncertainties: Sequence[Mapping[str, float | None]],
) -> tuple[IntervalErrors, ...]:
    """The errors of each of INTERVALS over records."""
    return tuple(_errors(name, marked, values, uncertainties) for name in INTERVALS)


def rankings(rows: Sequence[MeasuredRow], database: Ptbxl) -> tuple[Ranking, ...]:
    """How PR and QTc rank the records: as they are, and for each preset both from its pages and as they are.

    A page that was refused has no figure.
    """
    by_id = {record.ecg_id: record for record in database.records}
    kinds = tuple(dict.fromkeys(row.kind for row in rows))
    groups = {kind: [row for row in rows if row.kind == kind] for kind in kinds}
    for kind in kinds:
        drawn = {row.record for row in groups[kind]}
        if kind != CLEAN and CLEAN in groups:
            groups[f"{CLEAN}, records of {kind}"] = [row for row in groups[CLEAN] if row.record in drawn]
    out = []
    for kind, group in groups.items():
        records = [by_id[row.record] for row in group]
        patients = np.array([record.patient_id for record in records])
        for code, figure in RANKED:
            labels = np.array([code in {c for c, _ in record.codes} for record in records])
            out.append(_ranking(kind, code, figure, [row.values.get(figure) for row in group], labels, patients))
    return tuple(out)


def _ranking(
    kind: str, code: str, figure: str, values: Sequence[float | None], labels: np.ndarray, patients: np.ndarray
) -> Ranking:
    known = np.array([value is not None for value in values])
    scores = np.array([LOWEST if value is None else value for value in values])
    return Ranking(
        kind, code, figure, len(labels), int(labels.sum()),
        _auroc(labels, scores, patients), _auroc(labels[known], scores[known], patients[known]),
        int(known.sum()), int(labels[known].sum()),
    )  # fmt: skip


def _auroc(labels: np.ndarray, scores: np.ndarray, patients: np.ndarray) -> Interval:
    if not labels.any() or labels.all():
        return UNKNOWN
    weights = np.concatenate([once(len(labels)), patient_draws(patients, DRAWS)])
    return drawn_interval(auroc(labels, scores, weights))


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
