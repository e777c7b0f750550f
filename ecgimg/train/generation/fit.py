"""Trains the generator and exports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecgimg.networks.generation import CHANNELS, CODES, CONDITIONS, HOP, HOPS, NAME, TEXT_BINS
from ecgimg.train.common.export import deployable, export_onnx
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.common.package import package_network
from ecgimg.train.generation.data import Batch, GenerationSet, batches
from ecgimg.train.generation.model import Generation
from ecgimg.train.generation.transform import Transform


@dataclass(frozen=True)
class TrainingPlan:
    """Length of the training; a checkpoint is written after each epoch of `steps` batches."""

    epochs: int = 100
    steps: int = 240
    batch: int = 32

    @property
    def options(self) -> FitOptions:
        """Options of the training loop."""
        return FitOptions(self.epochs, self.steps, rate=1.5e-3, decay=0.01, warmup=0.08)


def velocity_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Mean squared error of the velocity."""
    assert isinstance(model, Generation)
    cos, sin = batch.angle.cos()[:, :, None], batch.angle.sin()[:, :, None]
    state = cos * batch.clean + sin * batch.noise
    found = model.velocity(state, batch.angle, batch.beats, batch.condition, batch.text)
    return nn.functional.mse_loss(found, cos * batch.noise - sin * batch.clean)


def train(data: GenerationSet, transform: Transform, checkpoint: Path, plan: TrainingPlan, seed: int = 0) -> nn.Module:
    """Trains on a set, or resumes there; returns the averaged network."""
    torch.manual_seed(seed)
    model = Generation(torch.from_numpy(transform.synthesis))
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # the stubs lack it
    fit = Fit(model, velocity_loss, plan.options, checkpoint)
    return fit.run(lambda epoch: batches(data, plan.batch, plan.steps, np.random.default_rng([seed, epoch])))


def export(model: nn.Module, intervals: Mapping[str, Sequence[Sequence[float]]], path: Path) -> Path:
    """Writes a trained network as ONNX, with RR intervals in seconds by rhythm in its specification."""
    stored = {
        "network": NAME, "licence": "Apache-2.0", "codes": list(CODES), "intervals": dict(intervals),
        "data": "PTB-XL 1.0.3 (CC BY 4.0), folds 1-8",
    }  # fmt: skip
    example = {
        "state": torch.zeros(2, CHANNELS, HOPS), "angle": torch.ones(2, 1), "beats": torch.zeros(2, HOP, HOPS),
        "condition": torch.zeros(2, CONDITIONS), "text": torch.zeros(2, TEXT_BINS),
    }  # fmt: skip
    export_onnx(deployable(model), example, ["velocity", "leads"], path, stored)
    return path


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    return package_network(NAME, path, "12-lead signals from statements, sex, age, heart rate and a text")
