"""Spirograms (`slse`): an autoencoder learns their shape without targets; its embedding is features beside covariates.

volume, mask [B, 1, T] and facts [B, F] -> features [B, 5 + 1 + 2 F]: shape; expired litres; covariates, which are known

An autoencoder was used on spirograms before (Yun et al. 2024, doi:10.1038/s41588-024-01831-6). Here it sees the share
of the vital capacity over time, so that what it learns is the shape, and size stands beside it. The embedding is turned
to its principal axes: trees, which split one feature at a time, need them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecgimg.networks.spirogram import RATE, SECONDS
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.finetune.batches import Batch, plain_inputs
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.finetune.recipe import PretrainRecipe
from ecgimg.train.finetune.waveforms import FactScale

LENGTH = RATE * SECONDS
SIZES = ((16, 9, 4), (32, 7, 4), (32, 5, 2))
"""Channels, kernel and stride of each convolution."""
EMBEDDING = 5
"""Numbers that hold a spirogram's shape; few, so that few targets can weigh them."""


class ShapeNet(nn.Module):
    """Convolutions over time, and a linear layer over all that they find: [B, 2, 500] to [B, 5]; 12,000 weights."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels, length = 2, LENGTH
        for width, kernel, stride in SIZES:
            layers += [nn.Conv1d(channels, width, kernel, stride, kernel // 2), nn.SiLU()]
            channels, length = width, math.ceil(length / stride)
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * length, EMBEDDING))

    def forward(self, x: Tensor) -> Tensor:
        """[B, 2, 500] to [B, 5]."""
        found: Tensor = self.layers(x)
        return found


class SpirogramEncoder(nn.Module):
    """Spirograms: their shape as the autoencoder holds it, expired litres, and covariates."""

    is_pretrained = False

    def __init__(self, covariates: int) -> None:
        super().__init__()
        self.net = ShapeNet()
        self.axes = nn.Linear(EMBEDDING, EMBEDDING)
        self.scale = FactScale(covariates)
        self.register_buffer("mean", torch.zeros(LENGTH))
        self.register_buffer("spread", torch.ones(1))
        self.width = EMBEDDING + 1 + 2 * covariates

    def forward(self, signals: Tensor, mask: Tensor, facts: Tensor | None = None) -> Tensor:
        """[B, 1, 500] twice and [B, F] to features."""
        litres = signals.amax(-1)
        shape = self.axes(self.net(torch.cat([self.shape(signals, mask), mask], 1)))
        return torch.cat([shape, litres, *([] if facts is None else [self.scale(facts)])], 1)

    def shape(self, signals: Tensor, mask: Tensor) -> Tensor:
        """The share of all expired litres [B, 1, 500] about the mean of spirograms, in deviations; 0 where unknown."""
        share = signals / signals.amax(-1, keepdim=True)
        return mask * (share - self.get_buffer("mean")) / self.get_buffer("spread")

    @torch.no_grad()
    def adapt(self, signals: Tensor, mask: Tensor) -> None:
        """Takes the mean over spirograms [N, 1, 500] at each time, and their mean deviation from it."""
        share = signals / signals.amax(-1, keepdim=True)
        count = mask.sum(0).clamp_min(1)
        mean = (share * mask).sum(0) / count
        self.get_buffer("mean").copy_(mean[0])
        squares = ((share - mean).square() * mask).sum() / mask.sum()
        self.get_buffer("spread").copy_(squares.sqrt().clamp_min(1e-3))

    @torch.no_grad()
    def turn(self, signals: Tensor, mask: Tensor) -> None:
        """Turns the embedding to the principal axes of spirograms [N, 1, 500], with mean 0 and deviation 1 in each."""
        found = self.net(torch.cat([self.shape(signals, mask), mask], 1))
        centred = found - found.mean(0)
        _, sizes, axes = torch.linalg.svd(centred, full_matrices=False)
        deviation = sizes / math.sqrt(len(found))
        count = len(axes)  # fewer than 5 where there are fewer spirograms
        weight = torch.zeros_like(self.axes.weight)
        weight[:count] = axes / deviation.clamp_min(1e-6 * float(deviation.max()) + 1e-9)[:, None]
        self.axes.weight.copy_(weight)
        self.axes.bias.copy_(-weight @ found.mean(0))


class Autoencoder(nn.Module):
    """The encoder's network, and the way back from its embedding to the shape."""

    def __init__(self, encoder: SpirogramEncoder) -> None:
        super().__init__()
        self.net = encoder.net
        sizes = (EMBEDDING, 64, 128)
        layers = [layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b), nn.SiLU())]
        self.back = nn.Sequential(*layers, nn.Linear(sizes[-1], LENGTH))

    def forward(self, shape: Tensor, mask: Tensor) -> Tensor:
        """[B, 1, 500] twice to [B, 500]."""
        found: Tensor = self.back(self.net(torch.cat([shape, mask], 1)))
        return found


def learn_spirograms(encoder: SpirogramEncoder, cohort: Cohort, recipe: PretrainRecipe, out: Path) -> None:
    """Trains the encoder in place as an autoencoder, on recordings of train and pretrain; resumes in OUT.

    With no epochs it stays random, but scaled and turned.
    """
    index = np.concatenate([cohort.indices("train"), cohort.indices("pretrain")])
    signals, mask, *facts = plain_inputs(cohort, index)
    encoder.adapt(signals, mask)
    if facts:
        encoder.scale.adapt(facts[0])
    if recipe.epochs:
        torch.manual_seed(recipe.seed)
        options = FitOptions(recipe.epochs, math.ceil(len(index) / recipe.batch), recipe.rate, average=0.99, half=False)
        model = Autoencoder(encoder)
        fit = Fit(model, shape_loss, options, out / "checkpoints" / f"pretrain-{recipe.seed}.pt")
        average = fit.run(lambda number: _epoch(encoder.shape(signals, mask), mask, recipe, number))
        encoder.net.load_state_dict(average.get_submodule("net").state_dict())
        encoder.is_pretrained = True
    encoder.turn(signals, mask)


def shape_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Mean square of what the way back gets wrong, where the spirogram is known."""
    wrong = (model(*batch.inputs) - batch.values).square() * batch.events
    loss: Tensor = wrong.sum() / batch.events.sum()
    return loss


def _epoch(shapes: Tensor, mask: Tensor, recipe: PretrainRecipe, number: int) -> Iterator[Batch]:
    order = torch.from_numpy(np.random.default_rng([recipe.seed, number]).permutation(len(shapes)))
    for chosen in order.split(recipe.batch):
        yield Batch((shapes[chosen], mask[chosen]), shapes[chosen, 0], mask[chosen, 0])
