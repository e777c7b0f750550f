"""Errors of generated leads against those that were recorded, and the AUROC of PatchECG on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.bench.common.statistics import N_DRAWS, drawn_interval
from ecgimg.bench.complete.conditions import Condition, Part
from ecgimg.bench.patchecg.records import Fold
from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.ptbxl import SUBCLASSES
from ecgimg.train.common.classifier_metrics import Interval, auroc, macro, sample_and_draws

METHODS = ("linear", "complete")
"""The linear map alone, and `ecgimg complete`."""


@dataclass(frozen=True)
class LeadScore:
    """A generated lead: squared error in mV^2 and absolute error in mV, means over records; correlation, its median.

    Each by METHODS. The gains are means over records of the second method against the first: of the correlation, and
    the squared error that it lacks, in mV^2.
    """

    lead: str
    mse: tuple[float, float]
    mae: tuple[float, float]
    r: tuple[float, float]
    r_gain: Interval
    mse_gain: Interval

    @property
    def is_better(self) -> bool:
        """Whether both gains lie above zero with their intervals."""
        return self.r_gain.low > 0 and self.mse_gain.low > 0


@dataclass(frozen=True)
class PartScore:
    """The generated leads of a condition, or of a column of it."""

    name: str
    leads: tuple[LeadScore, ...]

    def mean(self, figure: str, method: int) -> float:
        """Mean of a figure (mse, mae or r) over the leads."""
        return float(np.mean([getattr(lead, figure)[method] for lead in self.leads]))


@dataclass(frozen=True)
class ClassifierScore:
    """Macro AUROC of PatchECG on what was recorded, with gaps, and completed; and the gain of completing over gaps."""

    name: str
    truth: Interval
    gaps: Interval
    completed: Interval
    gain: Interval


@dataclass(frozen=True)
class CompleteBench:
    """A whole benchmark."""

    fold: int
    records: int
    patients: int
    parts: tuple[PartScore, ...]
    classifier: tuple[ClassifierScore, ...]


def score_part(part: Part, truth: Floats, completed: Mapping[str, Floats], weights: Doubles) -> PartScore:
    """Scores of a part.

    Args:
        part: its samples and rows.
        truth: signals [N, 12, T] in mV.
        completed: the same by METHODS.
        weights: of the records [1 + D, N], as they are and in each bootstrap draw.
    """
    true = truth[:, :, part.samples]
    made = [completed[method][:, :, part.samples] for method in METHODS]
    return PartScore(part.name, tuple(_score_lead(row, true, made, weights) for row in part.rows))


def _score_lead(row: int, truth: Floats, made: Sequence[Floats], weights: Doubles) -> LeadScore:
    true = truth[:, row].astype(np.float64)
    errors = [one[:, row].astype(np.float64) - true for one in made]
    squares = [np.square(error).mean(axis=1) for error in errors]
    alike = [correlations(one[:, row].astype(np.float64), true) for one in made]
    return LeadScore(
        lead=LEADS[row],
        mse=_pair([float(square.mean()) for square in squares]),
        mae=_pair([float(np.abs(error).mean()) for error in errors]),
        r=_pair([float(np.nanmedian(one)) for one in alike]),
        r_gain=drawn_interval(_means(alike[1] - alike[0], weights)),
        mse_gain=drawn_interval(_means(squares[0] - squares[1], weights)),
    )


def correlations(one: Doubles, other: Doubles) -> Doubles:
    """Pearson's correlation [N] of the rows of two arrays [N, T]; NaN where a row is level."""
    a, b = one - one.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
    size = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(size > 0, (a * b).sum(axis=1) / size, np.nan))


def record_weights(fold: Fold, n_draws: int = N_DRAWS) -> Doubles:
    """Weights [1 + D, N] of the records: as they are, then of draws of whole patients."""
    return sample_and_draws(fold.patients, n_draws)


def score_classifier(
    condition: Condition, fold: Fold, logits: Mapping[str, Floats], weights: Doubles
) -> ClassifierScore:
    """Macro AUROC over the subclasses, of `logits` [N, K] on "truth", "gaps" and "completed" recordings."""
    count = len(SUBCLASSES)
    rows = fold.known[:, :count].all(axis=1)
    labels, counts = fold.labels[rows, :count], weights[:, rows]
    draws = {name: macro(auroc, labels, one[rows, :count].astype(np.float64), counts) for name, one in logits.items()}
    return ClassifierScore(
        condition.name,
        truth=drawn_interval(draws["truth"]),
        gaps=drawn_interval(draws["gaps"]),
        completed=drawn_interval(draws["completed"]),
        gain=drawn_interval(draws["completed"] - draws["gaps"]),
    )


def _means(values: Doubles, weights: Doubles) -> Doubles:
    """Weighted means [1 + D] over the records of which the value is known."""
    known = np.isfinite(values)
    return np.asarray(weights[:, known] @ values[known] / weights[:, known].sum(axis=1))


def _pair(values: Sequence[float]) -> tuple[float, float]:
    return values[0], values[1]
