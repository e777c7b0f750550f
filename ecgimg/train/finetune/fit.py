"""Fits heads on stored features, or whole networks; validation chooses the settings and when to stop."""

from __future__ import annotations

import copy
import hashlib
import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ecgimg.networks.finetuned import ModelInput, ModelTarget
from ecgimg.train.common.fit import Fit, FitOptions, Progress
from ecgimg.train.finetune.batches import PAPER_SHARE, Batch, epoch, paper_inputs, plain_inputs, truths
from ecgimg.train.finetune.cohort import Cohort
from ecgimg.train.finetune.losses import masked_loss
from ecgimg.train.finetune.model import FinetuneModel, Mean, head_of
from ecgimg.train.finetune.recipe import FitRecipe

logger = logging.getLogger(__name__)
HEAD_RATE = 2e-3
"""Learning rate of the head that whole training starts with."""
HEAD_EPOCHS = 15
CHUNK = 128
"""Recordings whose features are computed at once."""


@dataclass(frozen=True)
class Settings:
    """One combination of the recipe's grid: hidden units of the head (0: linear), learning rate, weight decay."""

    hidden: int
    rate: float
    decay: float


@dataclass(frozen=True)
class TreeSettings:
    """One combination of the grid of gradient boosting."""

    trees: int
    depth: int
    rate: float


AnySettings = Settings | TreeSettings


@dataclass(frozen=True)
class Choice:
    """The validation loss of a combination, and the epoch that had it, for one seed; of boosting its last tree."""

    settings: AnySettings
    seed: int
    loss: float
    epoch: int


@dataclass(frozen=True, eq=False)
class Fitted:
    """The network to use, mean of the seeds' networks, and every combination that was tried."""

    model: nn.Module
    settings: AnySettings
    choices: tuple[Choice, ...]


@dataclass(frozen=True, eq=False)
class Training:
    """What a training works on: recordings, what the network is shown of them, their targets, and the recipe."""

    cohort: Cohort
    shown: ModelInput
    targets: tuple[ModelTarget, ...]
    recipe: FitRecipe
    out: Path

    @property
    def outputs(self) -> int:
        """Number of logits."""
        return sum(target.count for target in self.targets)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """The loss of a batch."""
        return masked_loss(model(*batch.inputs), batch.values, batch.events, self.targets)


def grid_of(recipe: FitRecipe) -> tuple[Settings, ...]:
    """All combinations of a recipe; a frozen encoder has a linear head."""
    hidden = (0,) if recipe.mode == "frozen" else recipe.hidden
    return tuple(Settings(*one) for one in product(hidden, recipe.rates, recipe.decays))


def fit(encoder: nn.Module, training: Training) -> Fitted:
    """Tries the grid, chooses by the mean validation loss over the seeds, and gives the mean of the seeds' networks.

    A training resumes in its folder; features are stored there.
    """
    whole = training.recipe.mode == "whole"
    stored = None if whole and not encoder.is_pretrained else Features.of(encoder, training)
    make = _fit_whole if whole else _fit_head
    tried = [
        make(encoder, stored, training, settings, seed)
        for settings in grid_of(training.recipe)
        for seed in training.recipe.seeds
    ]
    fitted = best_of(tried)
    return fitted if whole else replace(fitted, model=FinetuneModel(encoder, fitted.model).eval())


def best_of(tried: Sequence[tuple[Choice, nn.Module]]) -> Fitted:
    """The mean of the seeds' networks of the combination whose mean validation loss is least."""
    found: dict[AnySettings, list[tuple[Choice, nn.Module]]] = {}
    for choice, model in tried:
        found.setdefault(choice.settings, []).append((choice, model))
    best = min(found, key=lambda one: float(np.mean([choice.loss for choice, _ in found[one]])))
    members = [model for _, model in found[best]]
    together = members[0] if len(members) == 1 else Mean(members)
    return Fitted(together.eval(), best, tuple(choice for choice, _ in tried))


@dataclass(frozen=True, eq=False)
class Features:
    """Features of training views [V, N, D] and of validation [M, D]; half of the latter as paper shows them."""

    train: Tensor
    validation: Tensor

    @classmethod
    def of(cls, encoder: nn.Module, training: Training) -> Features:
        """Computes them, or takes them from OUT/features.pt, where the same encoder and recordings made them."""
        path, key = training.out / "features.pt", _key(encoder, training)
        if path.is_file():
            stored = torch.load(path, weights_only=True)
            if stored["key"] == key:
                return cls(stored["train"], stored["validation"])
        encoder.eval()
        rng = np.random.default_rng(0)
        index = training.cohort.indices("train")
        shares = [0.0, *([1.0] * training.recipe.views if training.recipe.paper else [])]
        views = [features_of(encoder, training, index, rng, share) for share in shares]
        held = features_of(encoder, training, training.cohort.indices("validation"), rng, _held_share(training))
        made = cls(torch.stack(views), held)
        torch.save({"key": key, "train": made.train, "validation": made.validation}, path)
        return made


def features_of(
    encoder: nn.Module, training: Training, index: np.ndarray, rng: np.random.Generator, share: float
) -> Tensor:
    """Features [N, D] of recordings, a share of which is shown as paper does."""
    parts = []
    for start in range(0, len(index), CHUNK):
        chosen = index[start : start + CHUNK]
        inputs = paper_inputs(training.cohort, chosen, training.shown, rng, share)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            parts.append(encoder(*inputs).float())
    return torch.cat(parts)


@torch.no_grad()
def logits_of(model: nn.Module, cohort: Cohort, index: np.ndarray) -> np.ndarray:
    """Logits [N, K] of recordings as they are."""
    model.eval()
    chunks = (index[start : start + CHUNK] for start in range(0, len(index), CHUNK))
    return torch.cat([model(*plain_inputs(cohort, chunk)) for chunk in chunks]).numpy()


def _fit_head(
    encoder: nn.Module, stored: Features | None, training: Training, settings: Settings, seed: int
) -> tuple[Choice, nn.Module]:
    """A head on stored features."""
    assert stored is not None
    options = _options(training, settings, training.recipe.epochs, training.recipe.batch, half=False)
    return _head(encoder, stored, training, settings, seed, options)


def _head(
    encoder: nn.Module, stored: Features, training: Training, settings: Settings, seed: int, options: FitOptions
) -> tuple[Choice, nn.Module]:
    torch.manual_seed(seed)
    head = head_of(encoder, settings.hidden, training.outputs)
    head.adapt(stored.train.flatten(0, 1))
    values, events = truths(training.cohort, training.cohort.indices("train"))
    held = Batch((stored.validation,), *truths(training.cohort, training.cohort.indices("validation")))

    def draw(number: int) -> Iterator[Batch]:
        rng = np.random.default_rng([seed, number])
        view = torch.from_numpy(rng.integers(0, len(stored.train), len(values)))
        for chosen in torch.from_numpy(rng.permutation(len(values))).split(training.recipe.batch):
            yield Batch((stored.train[view[chosen], chosen],), values[chosen], events[chosen])

    return _best(head, training, settings, seed, options, draw, (held,), "head")


def _fit_whole(
    encoder: nn.Module, stored: Features | None, training: Training, settings: Settings, seed: int
) -> tuple[Choice, nn.Module]:
    """The encoder with its head; where the encoder has learned before, the head has first."""
    torch.manual_seed(seed)
    head: nn.Module = head_of(encoder, settings.hidden, training.outputs)
    if stored is not None:
        start = Settings(settings.hidden, HEAD_RATE, settings.decay)
        options = _options(training, start, HEAD_EPOCHS, training.recipe.batch, half=False)
        _, head = _head(encoder, stored, training, start, seed, options)
    model = FinetuneModel(copy.deepcopy(encoder), head).requires_grad_(True)
    cohort, shown, recipe = training.cohort, training.shown, training.recipe
    held = tuple(_held_batches(training))
    index = cohort.indices("train")

    def draw(number: int) -> Iterator[Batch]:
        return epoch(cohort, index, shown, recipe.batch, np.random.default_rng([seed, number, 1]), recipe.paper)

    options = _options(training, settings, recipe.epochs, recipe.batch, half=True)
    return _best(model, training, settings, seed, options, draw, held, "whole")


def _held_batches(training: Training) -> Iterator[Batch]:
    rng = np.random.default_rng(0)
    index = training.cohort.indices("validation")
    for start in range(0, len(index), CHUNK):
        chosen = index[start : start + CHUNK]
        inputs = paper_inputs(training.cohort, chosen, training.shown, rng, _held_share(training))
        yield Batch(inputs, *truths(training.cohort, chosen))


def _held_share(training: Training) -> float:
    return PAPER_SHARE if training.recipe.paper else 0.0


def _options(training: Training, settings: Settings, epochs: int, batch: int, half: bool) -> FitOptions:
    steps = math.ceil(len(training.cohort.indices("train")) / batch)
    average = 0.99 if epochs * steps < 2000 else 0.998
    return FitOptions(epochs, steps, settings.rate, settings.decay, average=average, half=half)


def _best(
    model: nn.Module,
    training: Training,
    settings: Settings,
    seed: int,
    options: FitOptions,
    draw: Callable[[int], Iterator[Batch]],
    held: Sequence[Batch],
    kind: str,
) -> tuple[Choice, nn.Module]:
    """Trains until the validation loss has not fallen for `patience` epochs; the network of the best epoch."""
    name = f"{kind}-{settings.hidden}-{settings.rate:g}-{settings.decay:g}-{seed}"
    folder = training.out / "checkpoints"
    best_path = folder / f"{name}.best.pt"
    fit = Fit(model, training.loss, options, folder / f"{name}.pt")
    best: dict[str, Any] = {"loss": math.inf, "epoch": 0}
    if best_path.is_file():
        best = torch.load(best_path, weights_only=True)

    def after(progress: Progress) -> bool:
        loss = _mean_loss(fit.average, held, training)
        if loss < best["loss"]:
            best.update(loss=loss, epoch=progress.epoch, state=copy.deepcopy(fit.average.state_dict()))
            torch.save(best, best_path)
        logger.info("%s: epoch %d, validation loss %.4f", name, progress.epoch, loss)
        return bool(progress.epoch - best["epoch"] >= training.recipe.patience)

    if not fit.epoch or fit.epoch - best["epoch"] < training.recipe.patience:
        fit.run(draw, after)
    result = fit.average
    result.load_state_dict(best["state"])
    logger.info("%s: validation loss %.4f at epoch %d", name, best["loss"], best["epoch"])
    return Choice(settings, seed, float(best["loss"]), int(best["epoch"])), result


@torch.no_grad()
def _mean_loss(model: nn.Module, held: Sequence[Batch], training: Training) -> float:
    """The loss of all validation recordings together."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = torch.cat([model(*batch.inputs).float() for batch in held])
    values, events = (torch.cat([getattr(batch, name) for batch in held]) for name in ("values", "events"))
    return float(masked_loss(logits, values, events, training.targets))


def _key(encoder: nn.Module, training: Training) -> str:
    """What stored features depend on."""
    digest = hashlib.sha256(repr((training.shown, training.recipe.paper, training.recipe.views)).encode())
    for tensor in encoder.state_dict().values():
        digest.update(tensor.numpy().tobytes())
    digest.update(training.cohort.parts.tobytes())
    digest.update(training.cohort.inputs.tobytes())
    digest.update(training.cohort.facts.tobytes())
    return digest.hexdigest()
