"""Losses: unknown truths count for nothing, and each task has its optimum at the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from ecgimg.train.finetune.losses import cox_loss, masked_loss, targets_of
from ecgimg.train.finetune.recipe import TargetRecipe
from ecgimg.train.finetune.targets import Truths

NAN = math.nan
RECIPES = (
    TargetRecipe(name="b", task="binary", column="b"),
    TargetRecipe(name="o", task="ordinal", column="o", levels=3),
    TargetRecipe(name="r", task="regression", column="r"),
    TargetRecipe(name="s", task="survival", column="s", event="e"),
)
VALUES = np.array([[1, 2, 60, 5], [0, 0, 80, 9], [NAN, NAN, NAN, NAN]])
EVENTS = np.array([[NAN, NAN, NAN, 1], [NAN, NAN, NAN, 0], [NAN, NAN, NAN, NAN]])


def loss_of(logits: list[list[float]]) -> float:
    targets = targets_of(RECIPES, Truths(VALUES, EVENTS))
    return float(
        masked_loss(torch.tensor(logits), *(torch.from_numpy(one).float() for one in (VALUES, EVENTS)), targets)
    )


def test_places_and_scales() -> None:
    targets = targets_of(RECIPES, Truths(VALUES, EVENTS))
    assert [(t.first, t.count) for t in targets] == [(0, 1), (1, 2), (3, 1), (4, 1)]
    assert (targets[2].offset, targets[2].slope) == (70, 10)


def test_unknown_truths_count_for_nothing() -> None:
    right = [[9.0, 9, 9, -1, 9], [-9, -9, -9, 1, -9]]
    assert loss_of([*right, [0.0] * 5]) == pytest.approx(loss_of([*right, [99.0] * 5]))
    assert loss_of([*right, [0.0] * 5]) < 0.01


@pytest.mark.parametrize("column", range(5))
def test_each_logit_has_its_share(column: int) -> None:
    right = [[9.0, 9, 9, -1, 9], [-9, -9, -9, 1, -9], [0.0] * 5]
    wrong = [list(row) for row in right]
    for row in wrong[:2]:
        row[column] = -row[column]
    assert loss_of(wrong) > loss_of(right) + 0.5


def test_the_partial_likelihood_is_coxs() -> None:
    risk, time, event = torch.tensor([0.5, -0.2, 0.1, 0.3]), torch.tensor([2.0, 1, 3, 2]), torch.tensor([1.0, 1, 0, 1])
    powers = risk.exp()
    ties = powers[0] + powers[2] + powers[3]  # at risk at time 2, both with an event then (Breslow)
    expected = -(risk[1] - powers.sum().log() + risk[0] - ties.log() + risk[3] - ties.log()) / 3
    assert float(cox_loss(risk, time, event)) == pytest.approx(float(expected), abs=1e-6)
    assert float(cox_loss(risk, time, torch.zeros(4))) == 0
