"""A resumable training loop for any network: one-cycle AdamW, moving average of weights, bfloat16 where it helps."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

logger = logging.getLogger(__name__)
BatchT = TypeVar("BatchT")


@dataclass(frozen=True)
class FitOptions:
    """Length and strength of a training. ``average`` is the decay of the moving average per step."""

    epochs: int
    steps: int
    rate: float = 2e-3
    decay: float = 0.05
    warm: float = 0.15
    average: float = 0.998
    clip: float = 1.0
    half: bool = True


@dataclass(frozen=True)
class Progress:
    """State of a training after an epoch."""

    epoch: int
    loss: float
    seconds: float


class Fit(Generic[BatchT]):
    """Trains ``model`` in place; ``average`` holds the averaged twin, which is the one to evaluate and export.

    ``loss`` maps (model, batch) to a scalar. With a ``checkpoint`` path a training goes on where it stopped.
    """

    def __init__(
        self, model: nn.Module, loss: Callable[[nn.Module, BatchT], Tensor], options: FitOptions, checkpoint: Path
    ) -> None:
        self.model, self.loss, self.options, self.checkpoint = model, loss, options, checkpoint
        self.average = copy.deepcopy(model).eval().requires_grad_(False)
        plain = [p for p in model.parameters() if p.ndim < 2]
        weighty = [p for p in model.parameters() if p.ndim >= 2]
        groups: list[dict[str, Any]] = [
            {"params": weighty, "weight_decay": options.decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=options.rate, fused=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, options.rate, options.epochs * options.steps, pct_start=options.warm, final_div_factor=1e3
        )
        self.epoch = 0
        self.seconds = 0.0
        if checkpoint.is_file():
            self._resume()

    def run(
        self, epoch_of: Callable[[int], Iterable[BatchT]], after: Callable[[Progress], None] | None = None
    ) -> nn.Module:
        """Train to the end; ``epoch_of(k)`` gives the batches of epoch k. Returns the averaged model."""
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
            if after is not None:
                after(progress)
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
        if replace(FitOptions(**state["options"])) != self.options:
            raise ValueError(f"{self.checkpoint} was trained with other options; choose another folder")
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.epoch, self.seconds = state["epoch"], state["seconds"]


def fit_head(head: nn.Module, loss: Callable[[], Tensor], steps: int, rate: float, pull: float) -> float:
    """Trains a small network whose input is drawn by ``loss``, by one cycle of AdamW; returns the last loss.

    ``pull`` is the strength of the weights' decay.
    """
    solver = torch.optim.AdamW(head.parameters(), rate, weight_decay=pull)
    schedule = torch.optim.lr_scheduler.OneCycleLR(solver, rate, steps)
    value = 0.0
    for _ in range(steps):
        missed = loss()
        solver.zero_grad()
        torch.autograd.backward(missed)
        solver.step()
        schedule.step()
        value = float(missed.detach())
    return value
