"""What both kinds of waveform are measured with: cohorts with few targets, and facts without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from ecgimg.datamodel.arrays import Doubles
from ecgimg.networks.finetuned import decoded
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.finetune.fit import logits_of
from ecgimg.train.finetune.losses import targets_of
from ecgimg.train.finetune.recipe import Recipe
from ecgimg.train.finetune.waveforms import FactScale

TRAIN_SHARE = 0.75
"""Share of the known targets that train; the others validate."""
LEAST_LABELS = 8
"""Fewest known targets, of which two validate."""
Ways = Callable[[Cohort], Mapping[str, Doubles]]
"""From a cohort with few targets to the answers [N] to its test of each way to train; the first is the one to prove."""


class FactsEncoder(nn.Module):
    """Nothing is learned: the facts alone are features."""

    is_pretrained = True

    def __init__(self, scale: FactScale, facts: int) -> None:
        super().__init__()
        self.scale, self.width = scale, 2 * facts

    def forward(self, signals: Tensor, mask: Tensor, facts: Tensor) -> Tensor:
        """[B, 1, T] twice and [B, F] to [B, 2 F]."""
        scaled: Tensor = self.scale(facts)
        return scaled


def with_few(cohort: Cohort, labels: int, seed: int) -> Cohort:
    """The cohort as if only `labels` targets were known beside those of the test: a quarter of them validate."""
    pool = np.random.default_rng([seed, labels]).permutation(np.flatnonzero(cohort.parts != "test"))
    parts = np.where(cohort.parts == "test", "test", "pretrain").astype("<U10")
    train = round(TRAIN_SHARE * labels)
    parts[pool[:train]], parts[pool[train:labels]] = "train", "validation"
    return replace(cohort, parts=parts)


def facts_encoder(cohort: Cohort) -> FactsEncoder:
    """The encoder of facts alone, scaled by those of train."""
    count = cohort.facts.shape[1]
    scale = FactScale(count)
    scale.adapt(torch.from_numpy(cohort.facts[cohort.indices("train")]))
    return FactsEncoder(scale, count)


def answers_of(model: nn.Module, cohort: Cohort, recipe: Recipe) -> Doubles:
    """The answers [N] of a network to the test, for the recipe's first target."""
    targets = targets_of(recipe.targets, cohort.truths.at(cohort.indices("train")))
    return decoded(logits_of(model, cohort, cohort.indices("test")), targets)[:, 0]
