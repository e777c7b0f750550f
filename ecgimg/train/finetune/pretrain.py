"""Physiology-guided self-supervision of pulses (`pg-ssl`): the network learns the phenotypes that a rule measures.

The rule sees the recording as it is, the network one with noise and a hidden stretch. A phenotype that the rule does
not find counts for nothing. No target is used.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.errors import UnreadableInputError
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.finetune.batches import Batch, plain_inputs
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.finetune.recipe import PretrainRecipe
from ecgimg.train.finetune.waveforms import WIDTH, PulseEncoder

logger = logging.getLogger(__name__)
NOISE = 0.3
"""Largest deviation of the noise that is added, in deviations of the pulse."""
HIDDEN = 0.3
"""Largest share of a window that is hidden."""


class PhenotypeNet(nn.Module):
    """An encoder's network with a linear layer to the phenotypes."""

    def __init__(self, encoder: PulseEncoder, count: int) -> None:
        super().__init__()
        self.net, self.out = encoder.net, nn.Linear(WIDTH, count)

    def forward(self, signals: Tensor, mask: Tensor) -> Tensor:
        """[B, 1, T] twice to [B, F]."""
        found: Tensor = self.out(self.net(torch.cat([signals, mask], 1)))
        return found


def pretrain(encoder: PulseEncoder, cohort: Cohort, recipe: PretrainRecipe, out: Path) -> None:
    """Scales the facts, and trains the encoder's network in place on recordings of train and pretrain; resumes in OUT.

    Raises:
        UnreadableInputError: the rule found no phenotype in any recording.
    """
    index = np.concatenate([cohort.indices("train"), cohort.indices("pretrain")])
    facts = torch.from_numpy(cohort.facts[index])
    if bool(torch.isnan(facts).all()):
        what = f"no phenotype was found in {len(index)} recordings"
        raise UnreadableInputError(what, where="finetune", remedy="check the channel: is it a pulse?")
    encoder.scale.adapt(facts)
    if not recipe.epochs:
        return
    torch.manual_seed(recipe.seed)
    model = PhenotypeNet(encoder, facts.shape[1])
    steps = math.ceil(len(index) / recipe.batch)
    options = FitOptions(recipe.epochs, steps, recipe.rate, average=0.99, half=False)
    fit = Fit(model, phenotype_loss, options, out / "checkpoints" / f"pretrain-{recipe.seed}.pt")
    fit.run(lambda number: _epoch(encoder, cohort, index, recipe, number))
    encoder.net.load_state_dict({k.removeprefix("net."): v for k, v in fit.average.state_dict().items() if "net." in k})
    encoder.is_pretrained = True


def phenotype_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Mean loss of the phenotypes that are known."""
    found, known = model(*batch.inputs), batch.events > 0
    return F.smooth_l1_loss(found[known], batch.values[known]) if known.any() else found.sum() * 0.0


def worn(signals: Tensor, mask: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Signals and mask [B, 1, T] with noise, and without a stretch."""
    count, length = signals.shape[0], signals.shape[-1]
    size = rng.uniform(0, NOISE, (count, 1, 1)).astype(np.float32)
    noise = torch.from_numpy(size * rng.standard_normal(signals.shape, np.float32))
    first, hidden = rng.uniform(0, length, (count, 1)), rng.uniform(0, HIDDEN * length, (count, 1))
    place = np.arange(length)
    seen = mask * torch.from_numpy((place < first) | (place >= first + hidden))[:, None]
    return (signals + noise) * seen, seen


def _epoch(
    encoder: PulseEncoder, cohort: Cohort, index: np.ndarray, recipe: PretrainRecipe, number: int
) -> Iterator[Batch]:
    rng = np.random.default_rng([recipe.seed, number])
    order = rng.permutation(index)
    for start in range(0, len(order), recipe.batch):
        signals, mask, facts = plain_inputs(cohort, order[start : start + recipe.batch])
        values, known = encoder.scale(facts).chunk(2, 1)
        yield Batch(worn(signals, mask, rng), values, known)
