"""Losses shared by the trainings."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def weighted_bce(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Mean binary cross-entropy [B, K] over the targets that have weight, each target counting alike."""
    losses = F.binary_cross_entropy_with_logits(logits.float(), targets, reduction="none")
    return (losses * weights).sum() / weights.sum().clamp_min(1)


def focal_loss(logits: Tensor, targets: Tensor, weights: Tensor, gamma: float = 2.0) -> Tensor:
    """Focal loss of Lin et al. 2017 (arXiv 1708.02002) without class balance, averaged like weighted_bce."""
    losses = F.binary_cross_entropy_with_logits(logits.float(), targets, reduction="none")
    miss = torch.where(targets > 0.5, 1 - logits.float().sigmoid(), logits.float().sigmoid())
    return (losses * miss**gamma * weights).sum() / weights.sum().clamp_min(1)
