"""The ways to learn a target of pulses: `pg-ssl`, without its pretraining, and from the phenotypes alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

from ecgimg.bench.waveforms.few import FactsEncoder, Ways, answers_of, with_few
from ecgimg.datamodel.arrays import Doubles
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.finetune.encoders import input_of
from ecgimg.train.finetune.fit import Training, fit
from ecgimg.train.finetune.losses import targets_of
from ecgimg.train.finetune.pretrain import pretrain
from ecgimg.train.finetune.recipe import Recipe
from ecgimg.train.finetune.waveforms import PulseEncoder

PRETRAINED, SCRATCH, FACTS = "pg-ssl", "no pretraining", "phenotypes alone"


def pulse_ways(cohort: Cohort, recipe: Recipe, seed: int) -> Ways:
    """Learns the phenotypes of all recordings but those of the test; gives the ways to go on."""
    taught = taught_encoder(cohort, recipe, seed)

    def ways(few: Cohort) -> Mapping[str, Doubles]:
        return {
            way: _answers(encoder, few, recipe, mode, seed) for way, (encoder, mode) in _encoders(taught, seed).items()
        }

    return ways


def taught_encoder(cohort: Cohort, recipe: Recipe, seed: int) -> PulseEncoder:
    """An encoder that learned the phenotypes of all recordings but those of the test."""
    torch.manual_seed(seed)
    encoder = PulseEncoder(cohort.facts.shape[1])
    with TemporaryDirectory() as work:
        options = recipe.pretrain.model_copy(update={"seed": seed})
        pretrain(encoder, with_few(cohort, 0, seed), options, Path(work))
    return encoder


def _encoders(taught: PulseEncoder, seed: int) -> dict[str, tuple[nn.Module, str]]:
    """Encoder and mode of each way to train; the second is the network of the first with its first, random weights."""
    torch.manual_seed(seed)
    facts = taught.branches[1] // 2
    scratch = PulseEncoder(facts)
    scratch.scale.load_state_dict(taught.scale.state_dict())
    return {
        PRETRAINED: (taught, "whole"),
        SCRATCH: (scratch, "whole"),
        FACTS: (FactsEncoder(taught.scale, facts), "head"),
    }


def _answers(encoder: nn.Module, cohort: Cohort, recipe: Recipe, mode: str, seed: int) -> Doubles:
    """The answers [N] to the test of one training."""
    options = recipe.fit.model_copy(update={"mode": mode, "seeds": (seed,)})
    targets = targets_of(recipe.targets, cohort.truths.at(cohort.indices("train")))
    shown = input_of(recipe.encoder, recipe.channels)
    with TemporaryDirectory() as work:
        fitted = fit(encoder, Training(cohort, shown, targets, options, Path(work)))
    return answers_of(fitted.model, cohort, recipe)
