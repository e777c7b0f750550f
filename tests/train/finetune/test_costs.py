"""What paper costs is a paired difference; a target with one class, or of survival, has none."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ecgimg.networks.finetuned import ModelTarget
from ecgimg.recording.recording import Recording
from ecgimg.train.finetune.case import Case
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.finetune.costs import costs_of
from ecgimg.train.finetune.targets import Truths

COUNT = 400
TARGETS = (
    ModelTarget("b", "B", "binary", "", 0),
    ModelTarget("v", "V", "regression", "", 1),
    ModelTarget("one", "One class", "binary", "", 2),
    ModelTarget("s", "S", "survival", "", 3),
)


def load() -> Recording:
    raise AssertionError("costs need no signal")


def test_costs_are_paired_differences_with_intervals() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, COUNT).astype(float)
    value = rng.normal(60, 10, COUNT)
    value[:30] = np.nan
    values = np.stack([truth, value, np.zeros(COUNT), np.ones(COUNT)], axis=1)
    cases = tuple(Case(str(k), str(k // 2), load) for k in range(COUNT))
    cohort = Cohort(cases, ({},) * COUNT, Truths(values, np.full_like(values, np.nan)), np.full(COUNT, "test"),
                    np.zeros((COUNT, 1, 1), np.float16), np.zeros((COUNT, 0), np.float32), {})  # fmt: skip
    score = truth + rng.normal(0, 1, COUNT)
    signal = np.stack([score, np.nan_to_num(value) + 5, score, score], axis=1)
    paper = signal + np.stack([rng.normal(0, 1, COUNT), np.full(COUNT, 2.0), np.zeros(COUNT), np.zeros(COUNT)], axis=1)
    first, second = costs_of(cohort, signal, paper, TARGETS)
    assert (first.target, first.score, first.n) == ("b", "AUROC", COUNT)
    assert first.signal.value == pytest.approx(roc_auc_score(truth, score))
    assert first.difference.value == pytest.approx(first.paper.value - first.signal.value)
    assert first.difference.low < first.difference.value < first.difference.high < 0
    assert (second.score, second.n) == ("MAE", COUNT - 30)
    assert (second.signal.value, second.paper.value) == (pytest.approx(5), pytest.approx(7))
    assert second.difference.low == pytest.approx(2)  # 2 years worse in every draw
    assert "AUROC" in first.line
