"""The evaluation of a table of predictions, target by target.

Thresholds are set on the rows of the validation split. Everything is measured on those of the test split; a target
that has none is measured on validation, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from sklearn.metrics import roc_curve
from statsmodels.stats.weightstats import DescrStatsW

from ecgimg.train.common.classifier_metrics import Interval
from ecgimg.train.evaluation.checklist import filled_checklist
from ecgimg.train.evaluation.decision import decision_curve
from ecgimg.train.evaluation.metrics import group_of, metrics_of
from ecgimg.train.evaluation.reclassification import has_baseline, reclassification
from ecgimg.train.evaluation.result import CalibrationGroup, Evaluation, TargetEvaluation
from ecgimg.train.evaluation.sample import Sample, counts_of, sample_of, scores_of, share_interval, too_few
from ecgimg.train.evaluation.settings import DEFAULTS, EvaluationSettings
from ecgimg.train.evaluation.strata import operating_points_of, set_thresholds, strata_of
from ecgimg.train.evaluation.subgroups import columns_of, subgroups_of
from ecgimg.train.evaluation.survival import hazard_slope, set_bounds, survival_of
from ecgimg.train.evaluation.table import Prediction, Predictions, Split, Task

MOST_ROC_POINTS = 200
"""Points of an ROC curve; more are no finer to the eye."""


def evaluate(
    predictions: Predictions,
    settings: EvaluationSettings = DEFAULTS,
    checklist: Mapping[str, str] = MappingProxyType({}),
) -> Evaluation:
    """Evaluates every target of a table.

    Args:
        predictions: the table.
        settings: presets.
        checklist: what the authors report of items of TRIPOD+AI, by name ("Ethics") or number ("17").

    Raises:
        UsageError: the checklist has an item that there is not.
        UnreadableInputError: a word in a column that is cut at bounds.
    """
    filled_checklist(checklist, {})  # a wrong item is an error before the work
    targets = tuple(_target(predictions, target, settings) for target in predictions.targets)
    columns = tuple(dict.fromkeys(group.column for target in targets for group in target.subgroups))
    items = filled_checklist(checklist, _found_items(targets, columns, settings))
    return Evaluation(settings, targets, items, tuple(_warnings(targets, settings)))


def _target(predictions: Predictions, target: str, settings: EvaluationSettings) -> TargetEvaluation:
    test, validation = (predictions.of(target, split) for split in (Split.TEST, Split.VALIDATION))
    rows, split = (test, Split.TEST) if test else (validation, Split.VALIDATION)
    sample = sample_of(rows)
    task = rows[0].task
    scores = scores_of(sample, metrics_of(task, settings.bins), settings)
    found = TargetEvaluation(target, task, split, counts_of(rows, sample), scores)
    few = too_few(sample, settings)
    if few:
        return replace(found, notes=(f"No figures: {few}.",))
    frozen_on, why_not = _frozen_on(test, validation, settings)
    if task == Task.BINARY:
        found = _with_binary(found, sample, frozen_on, settings)
    elif task == Task.SURVIVAL:
        found = _with_survival(found, sample, frozen_on, settings)
    else:
        found = replace(found, calibration=_calibration_groups(sample, settings))
    if why_not and sample.has_events:
        found = replace(found, notes=(*found.notes, why_not))
    return _with_subgroups(found, rows, settings)


def _frozen_on(
    test: Sequence[Prediction], validation: Sequence[Prediction], settings: EvaluationSettings
) -> tuple[Sample | None, str]:
    """The sample on which thresholds are set, or None and why there is none."""
    if not validation:
        return None, "No strata: the table has no validation rows of this target, on which thresholds could be set."
    if not test:
        return None, "No strata: without test rows, thresholds would be measured where they were set."
    sample = sample_of(validation)
    few = too_few(sample, settings)
    return (None, f"No strata: validation has {few}.") if few else (sample, "")


def _with_binary(
    found: TargetEvaluation, sample: Sample, validation: Sample | None, settings: EvaluationSettings
) -> TargetEvaluation:
    """Calibration, ROC and decision curves; thresholds and strata; the comparison with a baseline."""
    found = replace(
        found,
        calibration=_calibration_groups(sample, settings),
        roc=_roc(sample),
        decision=decision_curve(sample, settings),
    )
    thresholds = None
    if validation is not None:
        thresholds = set_thresholds(validation, settings)
        points = operating_points_of(sample, thresholds, settings)
        strata = strata_of(sample, thresholds, settings)
        found = replace(found, thresholds=thresholds, operating_points=points, strata=strata)
    if has_baseline(sample):
        fit_for = validation if validation is not None and has_baseline(validation) else None
        compared = reclassification(sample, fit_for, thresholds if fit_for is not None else None, settings)
        return replace(found, reclassification=compared)
    lacking = int(np.isnan(sample.baseline).sum())
    if lacking < len(sample):
        return replace(found, notes=(f"No net reclassification: {lacking} records have no baseline.",))
    return found


def _with_survival(
    found: TargetEvaluation, sample: Sample, validation: Sample | None, settings: EvaluationSettings
) -> TargetEvaluation:
    """The slope of a Cox model; curves of strata."""
    found = replace(found, scores=(*found.scores, hazard_slope(sample, settings)))
    if validation is None:
        return found
    return replace(found, survival=survival_of(sample, set_bounds(validation, settings)))


def _with_subgroups(
    found: TargetEvaluation, rows: Sequence[Prediction], settings: EvaluationSettings
) -> TargetEvaluation:
    columns = list(columns_of(rows, settings))
    groups = [subgroups_of(rows, column, found.thresholds, settings) for column, reason in columns if not reason]
    notes = [f"No subgroups: {reason}." for _, reason in columns if reason]
    return replace(found, subgroups=tuple(one for group in groups for one in group), notes=(*found.notes, *notes))


def _calibration_groups(sample: Sample, settings: EvaluationSettings) -> tuple[CalibrationGroup, ...]:
    """Groups of equal count by prediction, in its order."""
    member = group_of(sample.predicted, settings.bins)
    return tuple(_calibration_group(sample.take(member == k)) for k in np.unique(member))


def _calibration_group(sample: Sample) -> CalibrationGroup:
    n, predicted = len(sample), float(sample.predicted.mean())
    if sample.task == Task.BINARY:
        return CalibrationGroup(n, sample.events, predicted, share_interval(sample.is_event, sample.patient))
    low, high = DescrStatsW(sample.truth).tconfint_mean() if n > 1 else (np.nan, np.nan)
    return CalibrationGroup(n, None, predicted, Interval(float(sample.truth.mean()), float(low), float(high)))


def _roc(sample: Sample) -> tuple[tuple[float, float], ...]:
    """(1 - specificity, sensitivity) along the ROC curve."""
    false_share, found_share, _ = roc_curve(sample.truth, sample.predicted)
    kept = np.unique(np.linspace(0, len(false_share) - 1, MOST_ROC_POINTS).astype(int))
    return tuple(zip(false_share[kept].tolist(), found_share[kept].tolist(), strict=True))


def _warnings(targets: Sequence[TargetEvaluation], settings: EvaluationSettings) -> Iterator[str]:
    for one in targets:
        if one.split == Split.VALIDATION:
            yield f"{one.target} has no test rows and is measured on validation, where it may have been chosen."
    if settings.prevalence is not None:
        yield (
            f"Decision curves and the last column of strata are those of a prevalence of {settings.prevalence:g}. All "
            "other figures, calibration too, are those of the table as it is. Predictions are not recalibrated to it."
        )


def _found_items(
    targets: Sequence[TargetEvaluation], columns: Sequence[str], settings: EvaluationSettings
) -> dict[str, str]:
    """What the evaluation itself can report of the checklist."""
    left_out = "; ".join(f"{one.target} {one.counts.left_out} of {one.counts.rows}" for one in targets)
    sizes = "; ".join(_size(one) for one in targets)
    groups = ", ".join(columns)
    found = {
        "Missing data": f"Rows without a known outcome are left out: {left_out}.",
        "Methods of analysis": (
            f"Intervals are 95 % percentile intervals of {settings.draws} draws of whole patients. Measures: "
            "discrimination, calibration, decision curves, strata, as below."
        ),
        "Results: participants": f"Evaluated: {sizes}.",
        "Results: performance": "See the tables and figures of each target.",
    }
    if groups:
        found["Fairness"] = f"Performance is reported by {groups}."
    if any(one.thresholds for one in targets):
        found["Output of the model"] = (
            f"Thresholds were set on validation and frozen: sensitivity {settings.sensitivity:.0%} (rule-out), "
            f"specificity {settings.specificity:.0%} (rule-in), best balanced accuracy."
        )
    return found


def _size(one: TargetEvaluation) -> str:
    events = "" if one.counts.events is None else f", {one.counts.events} events"
    return f"{one.target} {one.counts.records} records of {one.counts.patients} patients{events} ({one.split})"
