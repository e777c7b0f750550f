"""The ways to learn a target of spirograms: `slse`, its network with less or nothing learned before, and without it.

All of them boost trees alike, and all but one see the covariates only beside something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ecgimg.bench.waveforms.few import Ways, answers_of, facts_encoder, with_few
from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.networks.spirogram import RATE
from ecgimg.train.finetune.boost import boost
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.finetune.losses import targets_of
from ecgimg.train.finetune.recipe import Recipe
from ecgimg.train.finetune.spirograms import SpirogramEncoder, learn_spirograms

SLSE, LABELLED, UNTRAINED, COVARIATES, SPIROMETRY = (
    "slse", "only with targets", "untrained", "covariates alone", "spirometry",
)  # fmt: skip


def spirogram_ways(cohort: Cohort, recipe: Recipe, seed: int) -> Ways:
    """Learns all spirograms but those of the test; gives the ways to go on."""
    everything = with_few(cohort, 0, seed)
    taught = learned(everything, recipe, seed, recipe.pretrain.epochs)

    def ways(few: Cohort) -> Mapping[str, Doubles]:
        alone = known_only(few)
        epochs = round(recipe.pretrain.epochs * _steps(everything, recipe) / _steps(alone, recipe))
        measured = replace(few, facts=np.hstack([spirometry(few.inputs[:, 0]), few.facts]))
        encoders: dict[str, tuple[nn.Module, Cohort]] = {
            SLSE: (taught, few),
            LABELLED: (learned(alone, recipe, seed, epochs), few),
            UNTRAINED: (learned(alone, recipe, seed, 0), few),
            COVARIATES: (facts_encoder(few), few),
            SPIROMETRY: (facts_encoder(measured), measured),
        }
        return {way: _answers(encoder, own, recipe, seed) for way, (encoder, own) in encoders.items()}

    return ways


def learned(cohort: Cohort, recipe: Recipe, seed: int, epochs: int) -> SpirogramEncoder:
    """An encoder that learned the spirograms of train and pretrain; with no epochs it stays random."""
    torch.manual_seed(seed)
    encoder = SpirogramEncoder(cohort.facts.shape[1])
    with TemporaryDirectory() as work:
        options = recipe.pretrain.model_copy(update={"seed": seed, "epochs": epochs})
        learn_spirograms(encoder, cohort, options, Path(work))
    return encoder


def known_only(few: Cohort) -> Cohort:
    """The cohort with nothing to learn from but the recordings whose target is known, and no targets."""
    known = (few.parts == "train") | (few.parts == "validation")
    return replace(few, parts=np.where(known, "pretrain", np.where(few.parts == "test", "test", "")).astype("<U10"))


def spirometry(volumes: NDArray[np.generic]) -> Floats:
    """FEV1 and FVC in litres, FEV1 / FVC, PEF and FEF25-75 in litres/s [N, 5] of windows [N, T], NaN where unknown.

    The flow in the middle of the expiration (FEF25-75) is half of the FVC over the time from its first quarter to its
    third (Graham et al. 2019, doi:10.1164/rccm.201908-1590ST).
    """
    return np.array([_measured(volume) for volume in volumes.astype(np.float32)], np.float32)


def _measured(volume: Floats) -> tuple[float, ...]:
    seen = np.flatnonzero(np.isfinite(volume))
    time, risen = seen / RATE, np.maximum.accumulate(volume[seen])
    fvc, fev1 = float(risen[-1]), float(np.interp(1.0, time, risen))
    quarter, three = (time[int(np.argmax(risen >= share * fvc))] for share in (0.25, 0.75))
    return fev1, fvc, fev1 / fvc, float(np.gradient(risen, time).max()), fvc / 2 / max(three - quarter, 1 / RATE)


def _steps(cohort: Cohort, recipe: Recipe) -> int:
    """Learning steps of an epoch."""
    return -(-len(cohort.indices("pretrain")) // recipe.pretrain.batch)


def _answers(encoder: nn.Module, cohort: Cohort, recipe: Recipe, seed: int) -> Doubles:
    """The answers [N] to the test of one training; its trees have seeds of their own."""
    targets = targets_of(recipe.targets, cohort.truths.at(cohort.indices("train")))
    options = recipe.boost.model_copy(update={"seeds": tuple(3 * seed + k for k in range(len(recipe.boost.seeds)))})
    return answers_of(boost(encoder, cohort, targets, options).model, cohort, recipe)
