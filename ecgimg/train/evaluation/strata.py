"""Thresholds that are set on the validation split, and what they do on the test split: operating points and strata."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from ecgimg.datamodel.arrays import Bools
from ecgimg.train.common.classifier_metrics import Interval, best_threshold
from ecgimg.train.evaluation.result import OperatingPoint, Score, Stratum, Thresholds
from ecgimg.train.evaluation.sample import Metric, Sample, scores_of
from ecgimg.train.evaluation.settings import EvaluationSettings

ABOVE_ALL = 2.0
"""A rule-in threshold that no probability reaches: the others include too many of the highest prediction."""
POINTS = (("rule-out", "rule_out"), ("balanced", "balanced"), ("rule-in", "rule_in"))
"""Names of operating points, and the fields of their thresholds."""
STRATA = ("low", "intermediate", "high")


def set_thresholds(validation: Sample, settings: EvaluationSettings) -> Thresholds:
    """Thresholds of predictions with both classes: preset sensitivity, preset specificity, best balanced accuracy.

    Where one threshold meets both presets, so that rule-out would lie above rule-in, it serves as both: the one of the
    best balanced accuracy among those.
    """
    false_share, found_share, at = roc_curve(validation.is_event, validation.predicted, drop_intermediate=False)
    rule_out = float(at[np.argmax(found_share >= settings.sensitivity - 1e-9)])
    clears = np.flatnonzero(false_share <= 1 - settings.specificity + 1e-9)
    rule_in = float(min(at[clears[-1]], ABOVE_ALL))
    balanced = best_threshold(validation.is_event, validation.predicted)
    if rule_out > rule_in:
        rule_out = rule_in = min(max(balanced, rule_in), rule_out)
    return Thresholds(rule_out, rule_in, balanced, len(validation), int(validation.is_event.sum()))


def stratum_of(sample: Sample, thresholds: Thresholds) -> NDArray[np.int64]:
    """[N] 0 below the rule-out threshold, 2 from the rule-in threshold on, 1 between."""
    edges = [thresholds.rule_out, thresholds.rule_in]
    return np.asarray(np.searchsorted(edges, sample.predicted, side="right"), np.int64)


def operating_points_of(
    sample: Sample, thresholds: Thresholds, settings: EvaluationSettings
) -> tuple[OperatingPoint, ...]:
    """How each threshold does."""
    points = ((name, float(getattr(thresholds, field))) for name, field in POINTS)
    return tuple(_operating_point(sample, name, at, settings) for name, at in points if at < ABOVE_ALL)


def sensitivity_at(threshold: float) -> Metric:
    """The share of events at or above a threshold."""
    return Metric("sensitivity", "Sensitivity", _share(lambda s: s.is_event, lambda s: s.predicted >= threshold))


def specificity_at(threshold: float) -> Metric:
    """The share of the others below a threshold."""
    return Metric("specificity", "Specificity", _share(lambda s: ~s.is_event, lambda s: s.predicted < threshold))


def strata_of(sample: Sample, thresholds: Thresholds, settings: EvaluationSettings) -> tuple[Stratum, ...]:
    """Observed risk (Wilson interval) and likelihood ratio (score interval) of each stratum that is not empty by rule.

    Both take records as independent.
    """
    member = stratum_of(sample, thresholds)
    edges = (None, thresholds.rule_out, thresholds.rule_in, None)
    wanted = [k for k in range(3) if k != 1 or thresholds.rule_out < thresholds.rule_in]
    wanted = [k for k in wanted if k != 2 or thresholds.rule_in < ABOVE_ALL]
    return tuple(_stratum(sample, member == k, STRATA[k], (edges[k], edges[k + 1]), settings) for k in wanted)


def risk_interval(events: int, n: int) -> Interval:
    """An observed risk with its 95 % Wilson interval."""
    if not n:
        return Interval(np.nan, np.nan, np.nan)
    low, high = proportion_confint(events, n, method="wilson")
    return Interval(events / n, float(low), float(high))


def _stratum(
    sample: Sample, inside: Bools, name: str, edges: tuple[float | None, float | None], settings: EvaluationSettings
) -> Stratum:
    events, n = int(sample.is_event[inside].sum()), int(inside.sum())
    all_events, all_others = int(sample.is_event.sum()), int((~sample.is_event).sum())
    ratio = _likelihood_ratio(events, all_events, n - events, all_others)
    shifted = None
    if settings.prevalence is not None and ratio is not None:
        odds = settings.prevalence / (1 - settings.prevalence) * ratio.value
        shifted = odds / (1 + odds)
    above, below = edges
    below = None if below is not None and below >= ABOVE_ALL else below
    return Stratum(name, above, below, n, events, risk_interval(events, n), ratio, shifted)


def _likelihood_ratio(events: int, all_events: int, others: int, all_others: int) -> Interval | None:
    """P(stratum | event) / P(stratum | no event), Miettinen and Nurminen's score interval; None where others are none.

    The bound that lies at infinity, or that the search for it does not reach, is None too.
    """
    if not all_events or not others:
        return None
    low, high = confint_proportions_2indep(events, all_events, others, all_others, compare="ratio", method="score")
    return Interval((events / all_events) / (others / all_others), float(low), float(high))


def _operating_point(sample: Sample, name: str, at: float, settings: EvaluationSettings) -> OperatingPoint:
    positive = Metric("ppv", "Positive predictive value", _share(lambda s: s.predicted >= at, lambda s: s.is_event))
    negative = Metric("npv", "Negative predictive value", _share(lambda s: s.predicted < at, lambda s: ~s.is_event))
    metrics = (sensitivity_at(at), specificity_at(at), positive, negative)
    scores: tuple[Score, ...] = scores_of(sample, metrics, settings)
    return OperatingPoint(name, at, *scores)


def _share(among: Callable[[Sample], Bools], of: Callable[[Sample], Bools]) -> Callable[[Sample], float]:
    """The share of the records with one property among those with another; NaN where there is none."""

    def share(sample: Sample) -> float:
        chosen = among(sample)
        return float(of(sample)[chosen].mean()) if chosen.any() else float("nan")

    return share
