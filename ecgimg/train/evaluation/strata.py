"""Thresholds that are set on the validation split, and what they do on the test split: operating points and strata."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve
from statsmodels.stats.proportion import confint_proportions_2indep

from ecgimg.datamodel.arrays import Bools
from ecgimg.train.common.classifier_metrics import Interval, best_threshold
from ecgimg.train.evaluation.result import OperatingPoint, Score, Stratum, Thresholds
from ecgimg.train.evaluation.sample import Sample, share_interval, too_few
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


def sensitivity_at(sample: Sample, threshold: float, settings: EvaluationSettings, at: str = "") -> Score:
    """The share of events at or above a threshold; `at` names the threshold."""
    label = f"Sensitivity{at}"
    return _share("sensitivity", label, sample, sample.is_event, sample.predicted >= threshold, settings)


def specificity_at(sample: Sample, threshold: float, settings: EvaluationSettings, at: str = "") -> Score:
    """The share of the others below a threshold; `at` names the threshold."""
    label = f"Specificity{at}"
    return _share("specificity", label, sample, ~sample.is_event, sample.predicted < threshold, settings)


def strata_of(sample: Sample, thresholds: Thresholds, settings: EvaluationSettings) -> tuple[Stratum, ...]:
    """Observed risk and likelihood ratio of each stratum that is not empty by rule."""
    member = stratum_of(sample, thresholds)
    edges = (None, thresholds.rule_out, thresholds.rule_in, None)
    wanted = [k for k in range(3) if k != 1 or thresholds.rule_out < thresholds.rule_in]
    wanted = [k for k in wanted if k != 2 or thresholds.rule_in < ABOVE_ALL]
    return tuple(_stratum(sample, member == k, STRATA[k], (edges[k], edges[k + 1]), settings) for k in wanted)


def _stratum(
    sample: Sample, inside: Bools, name: str, edges: tuple[float | None, float | None], settings: EvaluationSettings
) -> Stratum:
    events, n = int(sample.is_event[inside].sum()), int(inside.sum())
    ratio = _likelihood_ratio(sample, inside)
    risk = share_interval(sample.is_event[inside], sample.patient[inside])
    above, below = edges
    below = None if below is not None and below >= ABOVE_ALL else below
    return Stratum(name, above, below, n, events, risk, ratio, _risk_at(settings.prevalence, ratio))


def _risk_at(prevalence: float | None, ratio: Interval | None) -> float | None:
    """The risk that a likelihood ratio makes of another prevalence (Bayes)."""
    if prevalence is None or ratio is None:
        return None
    odds = prevalence / (1 - prevalence) * ratio.value
    return odds / (1 + odds)


def _likelihood_ratio(sample: Sample, inside: Bools) -> Interval | None:
    """P(stratum | event) / P(stratum | no event) with Miettinen and Nurminen's score interval; n are the patients.

    None where the stratum has none without the event: the ratio is infinite.
    """
    of_events, of_others = inside[sample.is_event].mean(), inside[~sample.is_event].mean()
    if not of_others:
        return None
    if of_events == of_others == 1:  # everyone is in the stratum, and the score interval has no solution
        return Interval(1.0, 1.0, 1.0)
    n_events, n_others = (len(np.unique(sample.patient[one])) for one in (sample.is_event, ~sample.is_event))
    counts = (of_events * n_events, n_events, of_others * n_others, n_others)
    low, high = confint_proportions_2indep(*counts, compare="ratio", method="score")
    return Interval(float(of_events / of_others), float(low), float(high))


def _operating_point(sample: Sample, name: str, at: float, settings: EvaluationSettings) -> OperatingPoint:
    positive = sample.predicted >= at
    return OperatingPoint(
        name,
        at,
        sensitivity_at(sample, at, settings),
        specificity_at(sample, at, settings),
        _share("ppv", "Positive predictive value", sample, positive, sample.is_event, settings),
        _share("npv", "Negative predictive value", sample, ~positive, ~sample.is_event, settings),
    )


def _share(name: str, label: str, sample: Sample, among: Bools, counted: Bools, settings: EvaluationSettings) -> Score:
    """The share of the records with one property among those with another, as a score."""
    reason = too_few(sample, settings)
    found = None if reason else share_interval(counted[among], sample.patient[among])
    reason = "" if found else reason or "no record is on this side of the threshold"
    return Score(name, label, len(sample), sample.events, found, reason)
