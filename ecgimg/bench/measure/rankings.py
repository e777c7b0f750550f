"""How PR and QTc rank PTB-XL's records by diagnosis, as they are and from pages, and what paper changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.bench.common.statistics import N_DRAWS, UNKNOWN, drawn_interval
from ecgimg.bench.measure.pages import MeasuredRow
from ecgimg.bench.measure.readings import CLEAN
from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord
from ecgimg.train.common.classifier_metrics import Interval, auroc, sample_and_draws

RANKED = (("1AVB", "PR interval"), ("LNGQT", "QTc Bazett"), ("LNGQT", "QTc Fridericia"))
"""Codes of PTB-XL, each with the figure that ranks the records for it."""
CODES = tuple(dict.fromkeys(code for code, _ in RANKED))
LOWEST = -1e9
"""The score of a record without the figure, by the rule that missing is lowest."""


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
class PageLoss:
    """What paper changes: AUROC from pages less that of the same records as they are, by both rules.

    `complete` is of the records that have the figure in both.
    """

    kind: str
    code: str
    figure: str
    lowest: Interval
    complete: Interval


def rankings(rows: Sequence[MeasuredRow], database: Ptbxl) -> tuple[Ranking, ...]:
    """How PR and QTc rank the records: as they are, and for each preset both from its pages and as they are.

    The records of a code are ranked among those without any of the codes, since these are drawn at random and the
    records of another code are not. A page that was refused has no figure.
    """
    by_id = {record.ecg_id: record for record in database.records}
    kinds = tuple(dict.fromkeys(row.kind for row in rows))
    groups = {kind: [row for row in rows if row.kind == kind] for kind in kinds}
    for kind in kinds:
        drawn = {row.record for row in groups[kind]}
        if kind != CLEAN and CLEAN in groups:
            groups[f"{CLEAN}, records of {kind}"] = [row for row in groups[CLEAN] if row.record in drawn]
    samples = [(kind, _sample(rows, by_id, *ranked)) for kind, rows in groups.items() for ranked in RANKED]
    return tuple(_ranking(kind, sample) for kind, sample in samples)


def page_losses(rows: Sequence[MeasuredRow], database: Ptbxl) -> tuple[PageLoss, ...]:
    """The losses of each preset's pages, paired by record; none without pages."""
    by_id = {record.ecg_id: record for record in database.records}
    clean = {row.record: row for row in rows if row.kind == CLEAN}
    out = []
    for kind in dict.fromkeys(row.kind for row in rows if row.kind != CLEAN):
        own = [row for row in rows if row.kind == kind and row.record in clean]
        for ranked in RANKED:
            page = _sample(own, by_id, *ranked)
            as_is = _sample([clean[row.record] for row in own], by_id, *ranked)
            both = page.known & as_is.known
            every, complete = (_difference(page, as_is, chosen) for chosen in (np.ones_like(both), both))
            out.append(PageLoss(kind, *ranked, every, complete))
    return tuple(out)


@dataclass(frozen=True, eq=False)
class _Sample:
    """Scores [N] of records for one code, LOWEST where a record has no figure, with labels and patients [N]."""

    code: str
    figure: str
    scores: Doubles
    labels: Bools
    patients: NDArray[np.int64]

    @property
    def known(self) -> Bools:
        """Where a record has the figure."""
        return self.scores > LOWEST

    def auroc(self, where: Bools) -> Doubles:
        """The AUROC of some of the records as they are, then of N_DRAWS draws of their patients."""
        weights = sample_and_draws(self.patients[where], N_DRAWS)
        return auroc(self.labels[where], self.scores[where], weights)


def _sample(rows: Sequence[MeasuredRow], by_id: Mapping[int, PtbxlRecord], code: str, figure: str) -> _Sample:
    """The records with a code, and those without any of the ranked ones."""
    found = [(row, {c for c, _ in by_id[row.record].codes} & {*CODES}) for row in rows]
    own = [(row, codes) for row, codes in found if code in codes or not codes]
    values = [row.values.get(figure) for row, _ in own]
    return _Sample(
        code,
        figure,
        np.array([LOWEST if value is None else value for value in values], np.float64),
        np.array([code in codes for _, codes in own], np.bool_),
        np.array([by_id[row.record].patient_id for row, _ in own], np.int64),
    )


def _ranking(kind: str, sample: _Sample) -> Ranking:
    known = sample.known
    return Ranking(
        kind, sample.code, sample.figure, len(known), int(sample.labels.sum()),
        _auroc(sample, np.ones_like(known)), _auroc(sample, known),
        int(known.sum()), int(sample.labels[known].sum()),
    )  # fmt: skip


def _auroc(sample: _Sample, where: Bools) -> Interval:
    return drawn_interval(sample.auroc(where)) if _is_ranked(sample, where) else UNKNOWN


def _difference(page: _Sample, as_is: _Sample, where: Bools) -> Interval:
    """AUROC from pages less that of the records as they are, with the same draws of patients."""
    return drawn_interval(page.auroc(where) - as_is.auroc(where)) if _is_ranked(page, where) else UNKNOWN


def _is_ranked(sample: _Sample, where: Bools) -> bool:
    """Whether there are records with the code and without."""
    return 0 < int(sample.labels[where].sum()) < int(where.sum())
