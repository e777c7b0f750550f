"""Losses shared by the trainings."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def weighted_bce(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Mean binary cross-entropy [B, K] over the targets that have weight, each target counting alike."""
    losses = F.binary_cross_entropy_with_logits(logits.float(), targets, reduction="none")
    return (losses * weights).sum() / weights.sum().clamp_min(1)
