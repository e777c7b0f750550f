"""Scores of classifiers with intervals by patient: AUROC, average precision, calibration error, thresholds.

Every score takes ``weights`` [D, N], how often each of N records counts in each of D rows, and returns D values. The
row of ``once`` gives the score of the records as they are, the rows of ``patient_draws`` its bootstrap distribution.
The scores of two models with the same draws can be subtracted row by row: their difference has a paired interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Bools, Doubles

Score = Callable[[Bools, Doubles, Doubles], Doubles]
"""A score of labels [N], scores [N] and weights [D, N]: D values."""
BOUNDS = (2.5, 97.5)
"""Percentiles of the bounds of an interval."""


@dataclass(frozen=True)
class Interval:
    """A score with the bounds of its central 95 % bootstrap interval; NaN where it can't be computed."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


def patient_draws(patients: NDArray[np.int64], draws: int, seed: int = 0) -> Doubles:
    """Weights [draws, N] of a bootstrap that draws whole patients with replacement; `patients` [N] are numbers."""
    _, member = np.unique(patients, return_inverse=True)
    count = int(member.max()) + 1
    rng = np.random.default_rng(seed)
    picks = rng.multinomial(count, np.full(count, 1 / count), size=draws)
    return picks[:, member].astype(np.float64)


def once(count: int) -> Doubles:
    """Weights [1, count] of ones: each record counts once."""
    return np.ones((1, count))


def sample_and_draws(patients: NDArray[np.int64], draws: int) -> Doubles:
    """Weights [1 + draws, N]: the sample as it is, then `patient_draws`."""
    return np.concatenate([once(len(patients)), patient_draws(patients, draws)])


def auroc(labels: Bools, scores: Doubles, weights: Doubles) -> Doubles:
    """Area under the ROC curve [D], ties counted half; NaN where a row of weights has one class only."""
    high, low = scores[labels][:, None], scores[~labels][None]
    wins = (high > low).astype(np.float32) + np.float32(0.5) * (high == low)
    positive, negative = weights[:, labels], weights[:, ~labels]
    won = (positive * _counts(negative, wins)).sum(1)
    pairs = positive.sum(1) * negative.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(pairs > 0, won / pairs, np.nan)


def average_precision(labels: Bools, scores: Doubles, weights: Doubles) -> Doubles:
    """Average precision [D]: the mean over positives of the precision at their score; NaN without positives."""
    reached = scores[None] >= scores[labels][:, None]
    positive = weights[:, labels]
    total = positive.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = _counts(positive, reached[:, labels]) / _counts(weights, reached)
        # A positive that is not in a draw has the weight 0, also where its precision is 0 / 0.
        return np.where(total > 0, (positive * np.nan_to_num(precision)).sum(1) / total, np.nan)


def calibration_error(labels: Bools, scores: Doubles, weights: Doubles, bins: int = 10) -> Doubles:
    """Expected calibration error [D] of probabilities over bins of equal width (Guo et al. 2017, arXiv 1706.04599)."""
    bin_of = np.clip((scores * bins).astype(int), 0, bins - 1)
    member = (bin_of[:, None] == np.arange(bins)).astype(np.float64)
    gap = np.abs((weights * (scores - labels)) @ member)
    return np.asarray(gap.sum(1) / weights.sum(1))


def best_threshold(labels: Bools, scores: Doubles) -> float:
    """Threshold of the highest balanced accuracy, midway between two successive scores; 0.5 with one class only."""
    if labels.all() or not labels.any():
        return 0.5
    order = np.argsort(-scores, kind="stable")
    ranked, positive = scores[order], labels[order]
    balanced = np.cumsum(positive) / positive.sum() - np.cumsum(~positive) / (~positive).sum()
    balanced[:-1][ranked[:-1] == ranked[1:]] = -np.inf
    best = int(np.argmax(balanced))
    following = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    return float((ranked[best] + following) / 2)


def macro(score: Score, labels: Bools, scores: Doubles, weights: Doubles) -> Doubles:
    """Mean [D] of a score over K classes, labels and scores [N, K]; a draw without positives leaves the class out."""
    columns = [score(labels[:, k], scores[:, k], weights) for k in range(labels.shape[1])]
    return np.asarray(np.nanmean(np.stack(columns), axis=0))


def interval(value: float, draws: Doubles) -> Interval:
    """The value with the 2.5 and 97.5 percentiles of its draws."""
    known = draws[~np.isnan(draws)]
    if np.isnan(value) or not len(known):
        return Interval(value, np.nan, np.nan)
    low, high = np.percentile(known, BOUNDS)
    return Interval(value, float(low), float(high))


def _counts(weights: Doubles, comparison: NDArray[Any]) -> Doubles:
    """Total weight [D, P] of the records for which each of P rows of a comparison [P, N] holds.

    Single precision is exact for counts.
    """
    return np.asarray(weights.astype(np.float32) @ comparison.astype(np.float32).T, np.float64)
