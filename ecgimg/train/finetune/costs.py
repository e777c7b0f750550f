"""What paper costs: the scores of signals and of their pages, and the paired difference, with intervals by patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.networks.finetuned import ModelTarget
from ecgimg.train.common.classifier_metrics import Interval, auroc, interval, sample_and_draws
from ecgimg.train.finetune.cohort import Cohort

DRAWS = 1000
"""Bootstrap draws of patients."""


@dataclass(frozen=True)
class Cost:
    """What paper costs for a target: the score of the signals and of their pages, and the paired difference.

    The score is AUROC, or the mean absolute error where the target is a value.
    """

    target: str
    score: str
    n: int
    signal: Interval
    paper: Interval
    difference: Interval

    @property
    def line(self) -> str:
        """Both scores and the difference in one line."""
        return (
            f"{self.target}, paper, n = {self.n}: {self.score} {self.paper}, signal {self.signal}, "
            f"difference {self.difference}"
        )


def costs_of(cohort: Cohort, signal: Doubles, paper: Doubles, targets: Sequence[ModelTarget]) -> Iterator[Cost]:
    """What paper costs on the same N recordings, for targets with both classes: answers [N, targets] of each medium."""
    patients = np.unique([case.patient for case in cohort.cases], return_inverse=True)[1]
    for k, target in enumerate(targets):
        truth = cohort.truths.values[:, k]
        known = np.isfinite(truth)
        if target.task not in ("binary", "regression") or known.sum() < 2:
            continue
        draws = sample_and_draws(patients[known], DRAWS)
        score = _error if target.task == "regression" else _auroc
        of_signal, of_paper = (score(truth[known], found[known, k], draws) for found in (signal, paper))
        if np.isnan(of_signal[0]):
            continue
        named = "MAE" if target.task == "regression" else "AUROC"
        each = (interval(float(v[0]), v[1:]) for v in (of_signal, of_paper, of_paper - of_signal))
        yield Cost(target.name, named, int(known.sum()), *each)


def _auroc(truth: Doubles, found: Doubles, weights: Doubles) -> Doubles:
    return auroc(truth > 0.5, found, weights)


def _error(truth: Doubles, found: Doubles, weights: Doubles) -> Doubles:
    return np.asarray((weights @ np.abs(found - truth)) / weights.sum(1))
