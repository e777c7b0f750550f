"""Trains the landmark network on shards of pages, and exports it."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ecgimg.networks.landmarks import NAME, STRIDE
from ecgimg.train.common.export import deployable, export_onnx, load_exported
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.common.package import package_network
from ecgimg.train.common.shards import Shards
from ecgimg.train.landmarks.data import EPOCH_STEPS, Batch, epoch
from ecgimg.train.landmarks.model import LandmarkNet, heatmap_loss


def landmark_loss(model: nn.Module, batch: Batch) -> Tensor:
    """The weighted cross-entropy of the heatmaps of a batch."""
    return heatmap_loss(model(batch[0]), batch[1])


NEW_RATE = 3e-3
"""Highest learning rate of a new network."""
WARM_RATE = 1e-3
"""Highest learning rate of a training that starts from a trained network; a new one takes three times as much."""


def train(folder: Path, checkpoint: Path, steps: int, start: Path | None = None) -> nn.Module:
    """Trains on the shards of a folder; returns the averaged network.

    Args:
        folder: shards of `common.marked_pages.write_shard`; more may come while the training runs.
        checkpoint: state of this training, which goes on from it.
        steps: optimizer steps, rounded up to whole epochs of EPOCH_STEPS.
        start: an exported network of this kind, from which the training starts; by default a new one.
    """
    model = LandmarkNet()
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # the stubs lack it
    shards = Shards(folder)
    if start is not None and not checkpoint.is_file():
        load_exported(model, start, next(epoch(Shards(folder), 0))[0])
    rate = NEW_RATE if start is None else WARM_RATE
    options = FitOptions(epochs=-(-steps // EPOCH_STEPS), steps=EPOCH_STEPS, rate=rate, decay=0.01, average=0.99)
    return Fit(model, landmark_loss, options, checkpoint).run(lambda number: epoch(shards, number))


def export(model: nn.Module, path: Path) -> Path:
    """Writes a trained network as ONNX, for sheets of any size."""
    stored = {
        "network": NAME, "licence": "Apache-2.0",
        "data": "synthetic pages of PTB-XL 1.0.3 (CC BY 4.0), folds 1-8, and of simulated signals",
    }  # fmt: skip
    free = {"sheet": {2: "height", 3: "width"}, "heat": {2: "rows", 3: "columns"}}
    export_onnx(deployable(model), {"sheet": torch.zeros(1, 2, 8 * STRIDE, 9 * STRIDE)}, ["heat"], path, stored, free)
    return path


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    purpose = (
        "rows of curves, starts of stretches, lead names, calibration pulses and texts of speed and gain on a sheet"
    )
    return package_network(NAME, path, purpose)
