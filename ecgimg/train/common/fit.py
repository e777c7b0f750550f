"""A resumable training loop for any network: one-cycle AdamW, moving average of weights, bfloat16 where it helps."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

logger = logging.getLogger(__name__)
BatchT = TypeVar("BatchT")


@dataclass(frozen=True)
class FitOptions:
    """Length and strength of a training.

    Attributes:
        epochs: number of epochs; a checkpoint is written after each.
        steps: optimizer steps an epoch.
        rate: highest learning rate of the cycle.
        decay: weight decay of AdamW, on weights of two axes and more.
        warmup: share of the steps in which the learning rate rises.
        average: decay of the moving average of weights per step.
        clip: largest norm of the gradient.
        half: whether the loss is computed in bfloat16 where that helps.
    """

    epochs: int
    steps: int
    rate: float = 2e-3
    decay: float = 0.05
    warmup: float = 0.15
    average: float = 0.998
    clip: float = 1.0
    half: bool = True


@dataclass(frozen=True)
class Progress:
    """State of a training after an epoch: how many are done, the epoch's mean loss, seconds of all epochs."""

    epoch: int
    loss: float
    seconds: float


class Fit(Generic[BatchT]):
    """Trains ``model`` in place; ``average`` is the averaged twin, which is the one to evaluate and export.

    ``loss`` maps (model, batch) to a scalar. Where ``checkpoint`` is a file, the training goes on from it; ValueError
    where that file was written with other options.
    """

    def __init__(
        self, model: nn.Module, loss: Callable[[nn.Module, BatchT], Tensor], options: FitOptions, checkpoint: Path
    ) -> None:
        self.model, self.loss, self.options, self.checkpoint = model, loss, options, checkpoint
        self.average = copy.deepcopy(model).eval().requires_grad_(False)
        vectors = [p for p in model.parameters() if p.ndim < 2]
        matrices = [p for p in model.parameters() if p.ndim >= 2]
        groups: list[dict[str, Any]] = [
            {"params": matrices, "weight_decay": options.decay},
            {"params": vectors, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=options.rate, fused=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, options.rate, options.epochs * options.steps, pct_start=options.warmup, final_div_factor=1e3
        )
        self.epoch = 0
        self.seconds = 0.0
        if checkpoint.is_file():
            self._resume()

    def run(
        self, epoch_of: Callable[[int], Iterable[BatchT]], after: Callable[[Progress], bool | None] | None = None
    ) -> nn.Module:
        """Trains to the end and logs a line an epoch; returns the averaged model.

        Args:
            epoch_of: gives the batches of an epoch by its number, from 0.
            after: is called after each epoch; where it returns True, the training ends early.
        """
        while self.epoch < self.options.epochs:
            started = time.monotonic()
            self.model.train()
            total, count = 0.0, 0
            for count, batch in enumerate(epoch_of(self.epoch), 1):  # noqa: B007
                total += self.step(batch)
            self.epoch += 1
            self.seconds += time.monotonic() - started
            self._save()
            progress = Progress(self.epoch, total / max(count, 1), self.seconds)
            logger.info("epoch %d loss %.4f after %.0f s", progress.epoch, progress.loss, progress.seconds)
            if after is not None and after(progress):
                break
        return self.average

    def step(self, batch: BatchT) -> float:
        """One learning step; returns the loss."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options.half):
            loss = self.loss(self.model, batch)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.model.parameters(), self.options.clip)
        self.optimizer.step()
        self.schedule.step()
        self._average()
        return float(loss.detach())

    @torch.no_grad()
    def _average(self) -> None:
        step = self.schedule.last_epoch
        decay = min(self.options.average, (1 + step) / (10 + step))
        ours = [*self.average.parameters(), *(b for b in self.average.buffers() if b.is_floating_point())]
        theirs = [*self.model.parameters(), *(b for b in self.model.buffers() if b.is_floating_point())]
        torch._foreach_lerp_(ours, [t.detach() for t in theirs], 1 - decay)

    def _save(self) -> None:
        state = {
            "options": asdict(self.options), "epoch": self.epoch, "seconds": self.seconds,
            "model": self.model.state_dict(), "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(), "schedule": self.schedule.state_dict(),
        }  # fmt: skip
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        partial = self.checkpoint.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        stored = {"warmup" if name == "warm" else name: value for name, value in state["options"].items()}
        if FitOptions(**stored) != self.options:  # "warm" is the name in checkpoints of earlier versions
            raise ValueError(f"{self.checkpoint} was trained with other options; choose another folder")
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.epoch, self.seconds = state["epoch"], state["seconds"]


def fit_head(head: nn.Module, loss: Callable[[], Tensor], steps: int, rate: float, decay: float) -> float:
    """Trains a small network by one cycle of AdamW; ``loss`` draws its own inputs. Returns the last loss."""
    optimizer = torch.optim.AdamW(head.parameters(), rate, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps)
    value = 0.0
    for _ in range(steps):
        current = loss()
        optimizer.zero_grad()
        torch.autograd.backward(current)
        optimizer.step()
        schedule.step()
        value = float(current.detach())
    return value
