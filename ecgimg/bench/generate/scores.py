"""Scores of generated recordings against the real ones whose descriptions were asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.bench.common.statistics import mean_of_known, page_interval
from ecgimg.bench.generate.records import Seen
from ecgimg.datamodel.arrays import Bools, Doubles, Floats
from ecgimg.train.common.classifier_metrics import Interval, auroc, once
from ecgimg.train.generation.data import Description

NEIGHBOURS = 3
"""The ball around a recording reaches to its third neighbour."""
MIN_POSITIVES = 8
"""A statement with fewer records is not scored alone, nor by the classifier."""
RIDGE = 100.0
"""Precision of the prior on the small classifier's weights; its inputs have a standard deviation of 1."""


@dataclass(frozen=True)
class RateScore:
    """Absolute error of the rate found against the rate asked: its mean with an interval, median, and n."""

    kind: str
    n: int
    mean: Interval
    median: float
    unknown: int


@dataclass(frozen=True)
class FoundScore:
    """One statement: share of the recordings it was asked for that show it, and of the real ones that have it.

    `false` and `false_real` are the shares of those without it that show it nevertheless.
    """

    by: str
    code: str
    n: int
    generated: float
    real: float
    false: float
    false_real: float


@dataclass(frozen=True)
class Closeness:
    """Precision and recall by nearest neighbours, and distances to the nearest training record."""

    precision: float
    precision_real: float
    recall: float
    recall_real: float
    distance: float
    distance_real: float
    lowest: float
    lowest_real: float


@dataclass(frozen=True)
class Learned:
    """Mean AUROC on real records of a small classifier trained on generated, on real, and on both; `codes` of them."""

    codes: int
    generated: float
    real: float
    both: float


def rate_score(kind: str, asked: Sequence[float | None], seen: Seen) -> RateScore:
    """Rate asked against rate found, both in beats/min; where none was asked for, none counts."""
    wanted = np.array([np.nan if rate is None else rate for rate in asked])
    errors = np.abs(seen.rates - wanted)[np.isfinite(wanted)]
    known = errors[np.isfinite(errors)]
    middle = float(np.median(known)) if len(known) else float("nan")
    mean: Callable[[Doubles], float] = lambda values: float(np.mean(values))  # noqa: E731
    return RateScore(kind, len(errors), page_interval(known, mean), middle, int(len(errors) - len(known)))


def found_scores(
    by: str, codes: Sequence[str], asked: Sequence[Description], generated: Sequence[frozenset[str]],
    real: Sequence[frozenset[str]],
) -> tuple[FoundScore, ...]:  # fmt: skip
    """Each statement with enough records, and "all" of them: the shares over all pairs of a record and a statement."""
    scores, pairs = [], []
    for code in codes:
        has = np.array([code in one.codes for one in asked])
        if has.sum() < MIN_POSITIVES:
            continue
        shown = tuple(np.array([code in one for one in side]) for side in (generated, real))
        scores.append(_found(by, code, has, shown[0], shown[1]))
        pairs.append((has, *shown))
    joined = [np.concatenate(part) for part in zip(*pairs, strict=True)] if pairs else []
    return (*((_found(by, "all", *joined),) if joined else ()), *scores)


def _found(by: str, code: str, has: Bools, generated: Bools, real: Bools) -> FoundScore:
    shares = [mean_of_known(side[which].tolist()) for which in (has, ~has) for side in (generated, real)]
    return FoundScore(by, code, int(has.sum()), *shares)


def closeness(generated: Seen, same: Seen, others: Seen, training: Floats) -> Closeness:
    """Generated recordings, and the real ones they were described by, against other real ones and the training set.

    The space of neighbours is that of PatchECG's log odds, each divided by its standard deviation in `others`.
    """
    scale = others.log_odds.std(axis=0)
    spaces = [seen.log_odds / scale for seen in (generated, same, others)]
    distances, distances_real = (nearest(seen.spectra, training) for seen in (generated, same))
    return Closeness(
        inside(spaces[0], spaces[2]), inside(spaces[1], spaces[2]), inside(spaces[2], spaces[0]),
        inside(spaces[2], spaces[1]), float(np.median(distances)), float(np.median(distances_real)),
        float(distances.min()), float(distances_real.min()),
    )  # fmt: skip


def inside(points: Floats, support: Floats) -> float:
    """Share of points [N, D] within the ball of a support point [M, D] that reaches to its NEIGHBOURS-th neighbour.

    With generated points it is the precision of Kynkaanniemi et al. (arXiv 1904.06991), with real ones the recall.
    """
    radius = np.sort(pairwise(support, support), axis=1)[:, NEIGHBOURS]
    return float((pairwise(points, support) <= radius[None]).any(axis=1).mean())


def nearest(points: Floats, others: Floats) -> Doubles:
    """Distance of each point [N, D] to the nearest of others [M, D]."""
    return np.asarray(pairwise(points, others).min(axis=1))


def pairwise(points: Floats, others: Floats) -> Doubles:
    """Euclidean distances [N, M]."""
    squares = (points**2).sum(1)[:, None] + (others**2).sum(1)[None] - 2 * points @ others.T
    return np.asarray(np.sqrt(np.maximum(squares, 0)), np.float64)


def learned(
    codes: Sequence[str], asked: Sequence[Description], generated: Floats, same: Floats, test: Sequence[Description],
    test_inputs: Floats,
) -> Learned:  # fmt: skip
    """Ridge regressions on random kernels [N, P], for each code that training and test have often enough."""
    labels, wanted = (np.array([[code in one.codes for code in codes] for one in side], bool) for side in (asked, test))
    often = (labels.sum(0) >= MIN_POSITIVES) & (wanted.sum(0) >= MIN_POSITIVES)
    labels, wanted = labels[:, often], wanted[:, often]
    sets = ((generated, labels), (same, labels), (np.concatenate([generated, same]), np.concatenate([labels, labels])))
    means = [_mean_auroc(inputs, own, test_inputs, wanted) for inputs, own in sets]
    return Learned(int(often.sum()), *means)


def _mean_auroc(inputs: Floats, labels: Bools, test_inputs: Floats, wanted: Bools) -> float:
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-6
    x, y = (inputs - mean) / spread, labels - labels.mean(0)
    weights = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y)
    scores = (test_inputs - mean) / spread @ weights
    each = [float(auroc(wanted[:, k], scores[:, k], once(len(scores)))[0]) for k in range(wanted.shape[1])]
    return mean_of_known(each)
