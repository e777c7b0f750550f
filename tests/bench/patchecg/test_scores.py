"""Scores under each condition, for a perfect network and a baseline of chance."""

from __future__ import annotations

import numpy as np
import pytest
from made_benches import loudest_sample_net, patch_fold

from ecgimg.bench.patchecg.conditions import conditions
from ecgimg.bench.patchecg.scores import View, score_views
from ecgimg.datasets.ptbxl import SUBCLASSES


def views(kinds: tuple[str, ...]) -> list[View]:
    fold = patch_fold()
    logits = fold.labels.astype(np.float32)
    chance = np.random.default_rng(1).normal(size=(len(logits), len(SUBCLASSES))).astype(np.float32)
    chosen = [condition for condition in conditions([0, 5, 6]) if condition.kind in kinds]
    return [View(condition, logits, logits.astype(np.float64), {"chance": chance}) for condition in chosen]


def test_perfect_and_random_predictors_are_separated() -> None:
    scores = score_views(views(("layout",)), loudest_sample_net(9).outputs, patch_fold(), 50)
    assert [score.condition for score in scores.conditions] == [
        "layout 0 (3x4)",
        "layout 5 (12x1)",
        "layout 6 (random)",
    ]
    assert scores.mean_complete.value == pytest.approx(1)
    assert scores.mean_differences["chance"].low > 0
    first = scores.conditions[0]
    assert first.of("AFIB", "rhythm").auroc.value == pytest.approx(1)
    assert first.macro_auroc.value - first.baselines["chance"].value == pytest.approx(first.differences["chance"].value)
    with pytest.raises(KeyError):
        first.of("AFIB", "subclass")


def test_without_a_complete_layout_there_is_no_mean() -> None:
    scores = score_views(views(("single",)), loudest_sample_net(9).outputs, patch_fold(), 5)
    assert np.isnan(scores.mean_complete.value)
    assert scores.mean_differences == {}
    assert {score.kind for score in scores.conditions} == {"single"}
