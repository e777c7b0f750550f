"""Decision curves: the net benefit of treating by the model, against treating everyone and no one.

Net benefit at the probability t of treatment, with prevalence p: sensitivity * p - (1 - specificity) * (1 - p) *
t / (1 - t) (Vickers and Elkin 2006). With the table's own prevalence that is TP / n - FP / n * t / (1 - t); a stated
prevalence re-weights a table in which cases were sampled.
"""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.train.evaluation.result import DecisionPoint
from ecgimg.train.evaluation.sample import Sample, intervals_of
from ecgimg.train.evaluation.settings import EvaluationSettings


def net_benefit(sample: Sample, predicted: Doubles, thresholds: Doubles, prevalence: float | None) -> Doubles:
    """Net benefit [T] of treating whom a prediction [N] puts at or above each threshold."""
    share = float(sample.is_event.mean()) if prevalence is None else prevalence
    sensitivity = _share_at_or_above(predicted[sample.is_event], thresholds)
    false_share = _share_at_or_above(predicted[~sample.is_event], thresholds)
    return np.asarray(sensitivity * share - false_share * (1 - share) * thresholds / (1 - thresholds))


def treat_all_benefit(sample: Sample, thresholds: Doubles, prevalence: float | None) -> Doubles:
    """Net benefit [T] of treating everyone."""
    return net_benefit(sample, np.ones(len(sample)), thresholds, prevalence)


def decision_curve(sample: Sample, settings: EvaluationSettings) -> tuple[DecisionPoint, ...]:
    """Net benefit at each threshold with intervals over patients, of the model and of the baseline where all have one.

    The gain is paired: model and alternatives are computed on the same draws.
    """
    at, prevalence = settings.decision_thresholds(), settings.prevalence
    has_baseline = not np.isnan(sample.baseline).any()

    def curves(drawn: Sample) -> Doubles:
        model = net_benefit(drawn, drawn.predicted, at, prevalence)
        gain = model - np.maximum(treat_all_benefit(drawn, at, prevalence), 0)
        rest = [net_benefit(drawn, drawn.baseline, at, prevalence)] if has_baseline else []
        return np.concatenate([model, gain, *rest])

    found = np.array(intervals_of(sample, curves, settings), dtype=object).reshape(-1, len(at))
    everyone = treat_all_benefit(sample, at, prevalence)
    baseline = found[2] if has_baseline else [None] * len(at)
    return tuple(
        DecisionPoint(float(at[k]), found[0][k], float(everyone[k]), baseline[k], found[1][k]) for k in range(len(at))
    )


def useful_range(curve: tuple[DecisionPoint, ...]) -> tuple[float, float] | None:
    """The longest run of thresholds at which the whole interval of the gain is above 0; None where there is none."""
    best: list[float] = []
    run: list[float] = []
    for point in curve:
        run = [*run, point.threshold] if point.gain.low > 0 else []
        best = max(best, run, key=len)
    return (best[0], best[-1]) if best else None


def _share_at_or_above(predicted: Doubles, thresholds: Doubles) -> Doubles:
    """[T] the share of predictions that are at or above each threshold."""
    below = np.searchsorted(np.sort(predicted), thresholds, side="left")
    return np.asarray(1 - below / len(predicted))
