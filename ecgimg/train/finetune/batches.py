"""Batches of a cohort: recordings as they are, or as paper shows and a digitizer reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.finetuned import ModelInput
from ecgimg.networks.patchecg import split_mask
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.patchecg.data import DamageRecipe, distort
from ecgimg.train.patchecg.masks import draw_masks

PAPER_SHARE = 0.6
"""Share of a training batch's recordings that are shown as paper does."""


@dataclass(frozen=True)
class Batch:
    """Inputs of the network, and truths `values` and `events` [B, targets], NaN where unknown."""

    inputs: tuple[Tensor, ...]
    values: Tensor
    events: Tensor


def truths(cohort: Cohort, index: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
    """Values and events of some recordings."""
    chosen = cohort.truths.at(index)
    return torch.from_numpy(chosen.values).float(), torch.from_numpy(chosen.events).float()


def plain_inputs(cohort: Cohort, index: NDArray[np.int64]) -> tuple[Tensor, ...]:
    """Inputs of some recordings as they are."""
    if cohort.inputs.dtype == np.uint8:
        return (torch.from_numpy(cohort.inputs[index])[:, None].float() / 255,)
    values, mask = map(torch.from_numpy, split_mask(cohort.inputs[index].astype(np.float32)))
    return (values, mask, torch.from_numpy(cohort.facts[index])) if cohort.facts.shape[1] else (values, mask)


def paper_inputs(
    cohort: Cohort, index: NDArray[np.int64], shown: ModelInput, rng: np.random.Generator, share: float
) -> tuple[Tensor, ...]:
    """Inputs of some recordings, a share of them in the masks of printed layouts and with a digitizer's errors."""
    inputs = plain_inputs(cohort, index)
    if len(inputs) != 2 or share == 0:
        return inputs
    values, seen = inputs
    shown_rows = [LEADS.index(lead) for lead in shown.rows]
    masks = draw_masks(rng, len(index), values.shape[-1])[:, shown_rows]
    masks[rng.random(len(index)) >= share] = True
    worn, inside = distort(values, rng, DamageRecipe())
    mask = seen * torch.from_numpy(masks).float() * inside
    hidden = mask.sum((1, 2)) == 0
    mask[hidden], worn[hidden] = seen[hidden], values[hidden]
    return worn, mask


def epoch(
    cohort: Cohort, index: NDArray[np.int64], shown: ModelInput, size: int, rng: np.random.Generator, paper: bool
) -> Iterator[Batch]:
    """The recordings in random order; a last batch of one is left out, which has no statistics."""
    order = rng.permutation(index)
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        if len(chosen) > 1:
            inputs = paper_inputs(cohort, chosen, shown, rng, PAPER_SHARE if paper else 0.0)
            yield Batch(inputs, *truths(cohort, chosen))
