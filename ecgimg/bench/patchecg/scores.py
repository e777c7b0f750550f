"""Scores of PatchECG and its baselines under every condition: AUROC, average precision and calibration.

Intervals are 95 % bootstrap intervals over patients; differences to a baseline are paired, draw by draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.bench.common.statistics import N_DRAWS, UNKNOWN, drawn_interval, find_score
from ecgimg.bench.patchecg.conditions import Condition
from ecgimg.bench.patchecg.records import Fold
from ecgimg.bench.patchecg.verdicts import VerdictScore, score_verdicts
from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datasets.ptbxl import SUBCLASSES
from ecgimg.networks.outputs import Output
from ecgimg.train.common.classifier_metrics import (
    Interval,
    auroc,
    average_precision,
    calibration_error,
    once,
    patient_draws,
)

PUBLISHED: Mapping[str, tuple[float, ...]] = {
    "PatchECG (published)": (0.832, 0.829, 0.830, 0.833, 0.832, 0.829, 0.824),
    "PatchECG + ECGFounder encoder (published)": (0.867, 0.872, 0.875, 0.879, 0.881, 0.883, 0.872),
    "TimeXer (published)": (0.759, 0.751, 0.746, 0.796, 0.779, 0.796, 0.754),
}
"""Mean AUROC over 23 subclasses in layouts 0-6, as published in arXiv 2508.09165 (five folds, other records)."""


@dataclass(frozen=True)
class ClassScore:
    """Scores of one output under one condition."""

    code: str
    group: str
    positives: int
    auroc: Interval
    auprc: Interval
    calibration_error: Interval


@dataclass(frozen=True)
class ConditionScore:
    """Scores under one condition.

    Macro scores are means over the 23 subclasses. ``baselines`` holds each baseline's macro AUROC, ``differences`` the
    paired gain over it, `verdicts` what is called possible with several least probabilities.
    """

    condition: str
    kind: str
    macro_auroc: Interval
    macro_auprc: Interval
    classes: tuple[ClassScore, ...]
    baselines: dict[str, Interval]
    differences: dict[str, Interval]
    verdicts: tuple[VerdictScore, ...] = ()

    def of(self, code: str, group: str) -> ClassScore:
        """The score of one output; KeyError where there is none."""
        return find_score(self.classes, code, group)


@dataclass(frozen=True)
class PatchBench:
    """A whole benchmark: what was scored, the time of one prediction, and the scores of every condition."""

    fold: int
    records: int
    patients: int
    diagnosed: int
    calibration: str
    milliseconds: float
    conditions: tuple[ConditionScore, ...]
    mean_complete: Interval
    """Macro AUROC averaged over the layouts 0-5 that were run."""
    mean_differences: dict[str, Interval]


@dataclass(frozen=True, eq=False)
class View:
    """What the networks give for the records of a fold under one condition, all [N, K].

    `baselines` holds the logits of each baseline, for the 23 subclasses only.
    """

    condition: Condition
    logits: Floats
    probabilities: Doubles
    baselines: Mapping[str, Floats]


@dataclass(frozen=True)
class PatchScores:
    """Scores of every condition, and over the complete layouts the mean macro AUROC and gain over each baseline."""

    conditions: tuple[ConditionScore, ...]
    mean_complete: Interval
    mean_differences: dict[str, Interval]


@dataclass(frozen=True, eq=False)
class _Macro:
    """Macro AUROC of one condition for the network and each baseline [1 + D]: the value, then the bootstrap draws."""

    network: Doubles
    baselines: dict[str, Doubles]

    @property
    def gains(self) -> dict[str, Interval]:
        """The paired gain over each baseline."""
        return {name: drawn_interval(self.network - draws) for name, draws in self.baselines.items()}


def score_views(views: Sequence[View], outputs: Sequence[Output], fold: Fold, n_draws: int = N_DRAWS) -> PatchScores:
    """All scores of a benchmark; `outputs` are the columns of the views."""
    draws = patient_draws(fold.patients, n_draws)
    weights = np.concatenate([once(draws.shape[1]), draws])
    scored = [_score(view, outputs, fold, weights) for view in views]
    complete = [macro for view, (_, macro) in zip(views, scored, strict=True) if view.condition.complete]
    mean = _mean(complete) if complete else None
    return PatchScores(
        conditions=tuple(score for score, _ in scored),
        mean_complete=drawn_interval(mean.network) if mean else UNKNOWN,
        mean_differences=mean.gains if mean else {},
    )


def _score(view: View, outputs: Sequence[Output], fold: Fold, weights: Doubles) -> tuple[ConditionScore, _Macro]:
    """Scores under one condition; `weights` [1 + D, N] are those of the records as they are, then of the draws."""
    areas, precisions, classes = [], [], []
    for k, output in enumerate(outputs):
        rows = fold.known[:, k]
        labels, counts, probabilities = fold.labels[rows, k], weights[:, rows], view.probabilities[rows, k]
        areas.append(auroc(labels, view.logits[rows, k].astype(np.float64), counts))
        precisions.append(average_precision(labels, probabilities, counts))
        errors = calibration_error(labels, probabilities, counts)
        intervals = map(drawn_interval, (areas[-1], precisions[-1], errors))
        classes.append(ClassScore(output.code, output.group, int(labels.sum()), *intervals))
    n_subclasses = len(SUBCLASSES)
    baselines = {name: _baseline_macro(logits, fold, weights) for name, logits in view.baselines.items()}
    macro = _Macro(_macro(areas[:n_subclasses]), baselines)
    score = ConditionScore(
        condition=view.condition.name,
        kind=view.condition.kind,
        macro_auroc=drawn_interval(macro.network),
        macro_auprc=drawn_interval(_macro(precisions[:n_subclasses])),
        classes=tuple(classes),
        baselines={name: drawn_interval(draws) for name, draws in macro.baselines.items()},
        differences=macro.gains,
        verdicts=score_verdicts(view.probabilities, outputs, fold),
    )
    return score, macro


def _baseline_macro(logits: Floats, fold: Fold, weights: Doubles) -> Doubles:
    """Macro AUROC [1 + D] of the logits [N, 23] of a baseline."""
    rows = fold.known[:, 0]
    labels, scores, counts = fold.labels[rows], logits[rows].astype(np.float64), weights[:, rows]
    return _macro([auroc(labels[:, k], scores[:, k], counts) for k in range(len(SUBCLASSES))])


def _macro(columns: Sequence[Doubles]) -> Doubles:
    """Mean over classes; a draw without positives of a class leaves that class out, for every model alike."""
    return np.asarray(np.nanmean(np.stack(columns), axis=0))


def _mean(macros: Sequence[_Macro]) -> _Macro:
    """Mean over conditions, draw by draw."""
    names = macros[0].baselines
    baselines = {name: np.mean([m.baselines[name] for m in macros], axis=0) for name in names}
    return _Macro(np.asarray(np.mean([m.network for m in macros], axis=0)), baselines)
