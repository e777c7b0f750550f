"""Time to event, by lifelines: Kaplan-Meier curves of strata, log-rank test, hazard ratios, slope of a Cox model.

Strata are cut at quantiles of the validation's log hazards, which are frozen there.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.exceptions import ConvergenceError
from lifelines.statistics import multivariate_logrank_test
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles
from ecgimg.train.common.classifier_metrics import Interval
from ecgimg.train.evaluation.result import Score, Survival, SurvivalCurve
from ecgimg.train.evaluation.sample import Sample, too_few
from ecgimg.train.evaluation.settings import EvaluationSettings

STRATA = ("low", "intermediate", "high")


def hazard_slope(sample: Sample, settings: EvaluationSettings) -> Score:
    """Coefficient of a Cox model on the predicted log hazard; below 1 the predictions are too extreme.

    The interval is a robust one, with the records of a patient as one cluster.
    """
    name, label = "calibration_slope", "Calibration slope (Cox)"
    reason = too_few(sample, settings)
    found = None if reason else _coefficients(sample, sample.predicted[:, None])
    if found is None:
        return Score(name, label, len(sample), sample.events, None, reason or "not defined for these records")
    return Score(name, label, len(sample), sample.events, found[0])


def set_bounds(validation: Sample, settings: EvaluationSettings) -> tuple[float, ...]:
    """The log hazards between strata: quantiles of the validation split, once each."""
    quantiles = np.quantile(validation.predicted, settings.survival_shares)
    return tuple(map(float, np.unique(quantiles)))


def survival_of(sample: Sample, bounds: tuple[float, ...]) -> Survival:
    """Curves of the strata that have a record, their hazard ratios to the lowest one, and the log-rank test."""
    member = np.searchsorted(bounds, sample.predicted, side="right")
    names = STRATA if len(bounds) == 2 else (STRATA[0], STRATA[-1])
    there = [k for k in range(len(names)) if (member == k).any()]
    ratios = _hazard_ratios(sample, member, there)
    curves = tuple(_curve(sample.take(member == k), names[k], ratios.get(k)) for k in there)
    if len(there) < 2:
        return Survival(bounds, curves, float("nan"), float("nan"))
    test = multivariate_logrank_test(sample.time, member, sample.truth)
    return Survival(bounds, curves, float(test.test_statistic), float(test.p_value))


def _hazard_ratios(sample: Sample, member: NDArray[np.integer], there: list[int]) -> dict[int, Interval]:
    """Hazard ratios to the lowest stratum, by stratum; none where the model does not converge."""
    upper = there[1:]
    if not upper:
        return {}
    found = _coefficients(sample, np.stack([member == k for k in upper], axis=1).astype(np.float64))
    if found is None:
        return {}
    return {k: Interval(*np.exp([one.value, one.low, one.high])) for k, one in zip(upper, found, strict=True)}


def _coefficients(sample: Sample, design: Doubles) -> list[Interval] | None:
    """Coefficients of a Cox model on K columns [N, K], with robust intervals; None where it does not converge."""
    columns = [f"x{k}" for k in range(design.shape[1])]
    table = pd.DataFrame(design, columns=columns)
    table = table.assign(time=sample.time, event=sample.truth, patient=sample.patient)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = CoxPHFitter().fit(table, "time", "event", cluster_col="patient")
        except (ConvergenceError, ValueError, ZeroDivisionError, np.linalg.LinAlgError):
            return None
    bounds = model.confidence_intervals_.to_numpy()
    values = model.params_.to_numpy()
    if not np.isfinite(bounds).all():
        return None
    return [Interval(float(v), float(low), float(high)) for v, (low, high) in zip(values, bounds, strict=True)]


def _curve(sample: Sample, stratum: str, ratio: Interval | None) -> SurvivalCurve:
    fitted = KaplanMeierFitter().fit(sample.time, sample.truth)
    bounds = fitted.confidence_interval_survival_function_
    at_risk = fitted.event_table["at_risk"].to_numpy()
    changes = fitted.event_table["observed"].to_numpy() > 0
    keep = np.flatnonzero(changes | (np.arange(len(changes)) == 0) | (np.arange(len(changes)) == len(changes) - 1))
    columns = (fitted.survival_function_.to_numpy()[:, 0], *bounds.to_numpy().T)
    survival, low, high = (tuple(map(float, column[keep])) for column in columns)
    times = tuple(map(float, fitted.survival_function_.index.to_numpy()[keep]))
    counts = len(sample), int(sample.truth.sum())
    return SurvivalCurve(stratum, *counts, ratio, times, survival, low, high, tuple(map(int, at_risk[keep])))
