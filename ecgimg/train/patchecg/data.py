"""Training batches: PTB-XL recordings with the errors of a digitizer and masks, their targets and weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecgimg.train.common.mixup import larger_share
from ecgimg.train.common.ptbxl_targets import EcgSet
from ecgimg.train.patchecg.masks import MaskRecipe, draw_masks


@dataclass(frozen=True)
class DamageRecipe:
    """How far a training signal is distorted.

    Attributes:
        shift: largest shift of a record, in samples at 100 Hz.
        gain: standard deviation of the logarithm of a record's gain.
        lead_gain: the same of each lead's gain.
        wander_mv: standard deviation of each amplitude of baseline wander.
        noise_mv: largest standard deviation of white noise.
        jitter: largest shift of a lead against its record, in samples at 100 Hz.
        clip: probability that a lead is clipped.
        mixup: Beta parameter of mixing pairs of records, 0 for none.
    """

    shift: int = 150
    gain: float = 0.1
    lead_gain: float = 0.06
    wander_mv: float = 0.08
    noise_mv: float = 0.04
    jitter: int = 2
    clip: float = 0.1
    mixup: float = 0.0


@dataclass(frozen=True)
class Batch:
    """``signals`` [B, 12, T] in mV, ``mask`` [B, 12, T] of 0 and 1, ``targets`` and ``weights`` [B, K]."""

    signals: Tensor
    mask: Tensor
    targets: Tensor
    weights: Tensor


def batches(
    data: EcgSet, size: int, rng: np.random.Generator, masks: MaskRecipe, damage: DamageRecipe
) -> Iterator[Batch]:
    """One epoch in random order, damaged and masked anew; the last short batch is dropped."""
    order = rng.permutation(len(data))
    for start in range(0, len(order) - size + 1, size):
        yield draw_batch(data, order[start : start + size], rng, masks, damage)


def draw_batch(
    data: EcgSet, index: NDArray[np.int_], rng: np.random.Generator, masks: MaskRecipe, damage: DamageRecipe
) -> Batch:
    """The records of numbers ``index`` with fresh damage and masks."""
    signals = torch.from_numpy(data.signals[index].astype(np.float32))
    targets, weights = torch.from_numpy(data.targets[index]), torch.from_numpy(data.weights[index])
    if damage.mixup and rng.random() < 0.5:
        share = larger_share(rng, damage.mixup)
        signals = share * signals + (1 - share) * signals.flip(0)
        targets = share * targets + (1 - share) * targets.flip(0)
        weights = weights * weights.flip(0)
    mask = torch.from_numpy(draw_masks(rng, len(index), signals.shape[-1], masks)).float()
    distorted, inside = distort(signals, rng, damage)
    return Batch(distorted, mask * inside, targets, weights)


def distort(signals: Tensor, rng: np.random.Generator, damage: DamageRecipe) -> tuple[Tensor, Tensor]:
    """Signals [B, 12, T] with a digitizer's errors, and 1 where they lie inside the record, else 0 [B, 12, T]."""
    count, leads, length = signals.shape
    out, inside = _shift(signals, rng, damage)
    gain = np.exp(rng.normal(0, damage.gain, (count, 1, 1)) + rng.normal(0, damage.lead_gain, (count, leads, 1)))
    out = out * torch.from_numpy(gain.astype(np.float32))
    time = torch.arange(length, dtype=torch.float32) / 100
    for low, high in ((0.05, 0.2), (0.2, 0.6)):
        size = np.abs(rng.normal(0, damage.wander_mv, (count, leads, 1))) * (rng.random((count, 1, 1)) < 0.5)
        start = rng.uniform(0, 2 * np.pi, (count, leads, 1))
        hertz = rng.uniform(low, high, (count, leads, 1))
        phase = torch.from_numpy((2 * np.pi * hertz).astype(np.float32)) * time + torch.from_numpy(start).float()
        out = out + torch.from_numpy(size.astype(np.float32)) * torch.sin(phase)
    sigma = rng.uniform(0, damage.noise_mv, (count, leads, 1)) * (rng.random((count, 1, 1)) < 0.5)
    noise = rng.standard_normal((count, leads, length), dtype=np.float32) * sigma.astype(np.float32)
    out = out + torch.from_numpy(noise)
    ceiling = torch.from_numpy(rng.uniform(0.7, 1, (count, leads, 1)).astype(np.float32))
    clipped = torch.from_numpy(rng.random((count, leads, 1)) < damage.clip)
    limit = torch.where(clipped, ceiling, 2.0) * out.abs().amax(-1, keepdim=True)
    return out.clamp(-limit, limit), inside


def _shift(signals: Tensor, rng: np.random.Generator, damage: DamageRecipe) -> tuple[Tensor, Tensor]:
    """Shifts half of the records in time, and some leads by a few samples more."""
    count, leads, length = signals.shape
    whole = rng.integers(-damage.shift, damage.shift + 1, (count, 1)) * (rng.random((count, 1)) < 0.5)
    each = rng.integers(-damage.jitter, damage.jitter + 1, (count, leads)) * (rng.random((count, 1)) < 0.3)
    source = torch.arange(length) + torch.from_numpy(whole + each)[:, :, None]
    inside = (source >= 0) & (source < length)
    return torch.gather(signals, 2, source.clamp(0, length - 1)), inside.float()
