"""Losses of the tasks, each over the recordings whose truth is known, and where each target's logits are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ecgimg.networks.finetuned import ModelTarget
from ecgimg.train.finetune.recipe import TargetRecipe
from ecgimg.train.finetune.targets import Truths


def targets_of(recipes: Sequence[TargetRecipe], train: Truths) -> tuple[ModelTarget, ...]:
    """Places and scales of the targets; values of a regression are learned as deviations from the training's mean."""
    starts = accumulate((t.outputs for t in recipes), initial=0)
    found = []
    for k, (target, first) in enumerate(zip(recipes, starts, strict=False)):
        slope, offset = 1.0, 0.0
        if target.task == "regression":
            slope = float(np.nanstd(train.values[:, k])) or 1.0
            offset = float(np.nanmean(train.values[:, k]))
        found.append(
            ModelTarget(target.name, target.shown_title, target.task, target.unit, first, target.outputs, slope, offset)
        )
    return tuple(found)


def masked_loss(logits: Tensor, values: Tensor, events: Tensor, targets: Sequence[ModelTarget]) -> Tensor:
    """Sum over the targets of the mean loss of the known ones: logits [B, K], values and events [B, targets]."""
    total = logits.sum() * 0.0
    for k, target in enumerate(targets):
        known = torch.isfinite(values[:, k])
        if known.any():
            own = logits[known, target.first : target.first + target.count].float()
            total = total + _loss(own, values[known, k], events[known, k], target)
    return total


def cox_loss(risk: Tensor, time: Tensor, event: Tensor) -> Tensor:
    """Negative log partial likelihood per event (Cox 1972, ties after Breslow) of log hazards [B]; 0 without events."""
    if not bool((event > 0).any()):
        return risk.sum() * 0.0
    order = torch.argsort(time, descending=True)
    risk, time, event = risk[order], time[order], event[order]
    at_risk = torch.logcumsumexp(risk, 0)
    last = torch.searchsorted(-time, -time, right=True) - 1  # of those with the same time
    return -((risk - at_risk[last]) * event).sum() / event.sum()


def _loss(logits: Tensor, values: Tensor, events: Tensor, target: ModelTarget) -> Tensor:
    if target.task == "binary":
        return F.binary_cross_entropy_with_logits(logits[:, 0], values)
    if target.task == "ordinal":
        reached = (values[:, None] > torch.arange(target.count)).float()
        return F.binary_cross_entropy_with_logits(logits, reached)
    if target.task == "survival":
        return cox_loss(logits[:, 0], values, events)
    return F.smooth_l1_loss(logits[:, 0], (values - target.offset) / target.slope)
