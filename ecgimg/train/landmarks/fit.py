"""Trains the landmark network on shards of pages that another process renders meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.landmarks import NAME, STRIDE
from ecgimg.train.common.export import deployable, export_onnx, package_network
from ecgimg.train.common.fit import Fit, FitOptions, Progress
from ecgimg.train.common.marked_pages import read_shard
from ecgimg.train.landmarks.data import crop
from ecgimg.train.landmarks.model import LandmarkNet, heat_loss
from ecgimg.train.trace.fit import Shards

logger = logging.getLogger(__name__)
Batch = tuple[Tensor, Tensor]

BATCH = 4
EPOCH_STEPS = 32


def epochs(shards: Shards, number: int) -> Iterator[Batch]:
    """EPOCH_STEPS batches of random crops, one a page: planes [4, 2, 512, 512] and targets [4, 16, 128, 128]."""
    rng = np.random.default_rng([shards.seed, number])
    steps = 0
    while steps < EPOCH_STEPS:
        pages = read_shard(shards.next(rng))
        order = rng.permutation(len(pages))
        for k in range(0, len(order) - BATCH + 1, BATCH):
            crops = [crop(pages[int(i)], rng) for i in order[k : k + BATCH]]
            yield _to_batch(np.stack([c[0] for c in crops]), np.stack([c[1] for c in crops]), rng)
            steps += 1


def _to_batch(planes: Floats, targets: Floats, rng: np.random.Generator) -> Batch:
    """Changes contrast, and mixes the channels at times."""
    planes = planes * np.exp(rng.normal(0, 0.2, (len(planes), 1, 1, 1))).astype(np.float32)
    grey = rng.random(len(planes)) < 0.1
    planes[grey] = planes[grey].mean(axis=1, keepdims=True)
    return torch.from_numpy(planes).to(memory_format=torch.channels_last), torch.from_numpy(targets)


def landmark_loss(model: nn.Module, batch: Batch) -> Tensor:
    """The heat's weighted cross-entropy."""
    return heat_loss(model(batch[0]), batch[1])


def train(folder: Path, checkpoint: Path, steps: int, rate: float = 3e-3) -> nn.Module:
    """Trains on the shards of a folder, or goes on from the checkpoint; returns the averaged network.

    Args:
        folder: shards as `landmarks_data.write_shard` stores them; more may come while training runs.
        checkpoint: state of this training.
        steps: optimizer steps, rounded up to whole epochs of EPOCH_STEPS.
        rate: highest learning rate.
    """
    model = LandmarkNet()
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # the stubs lack it
    shards = Shards(folder)
    options = FitOptions(epochs=-(-steps // EPOCH_STEPS), steps=EPOCH_STEPS, rate=rate, decay=0.01, average=0.99)
    return Fit(model, landmark_loss, options, checkpoint).run(lambda number: epochs(shards, number), _log)


def _log(progress: Progress) -> None:
    logger.info("epoch %d: loss %.4f, %.0f s", progress.epoch, progress.loss, progress.seconds)


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
