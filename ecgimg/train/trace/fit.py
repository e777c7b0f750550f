"""Trains the trace network on shards of crops that another process renders meanwhile."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.trace import BAND_ROWS, CHANNELS, NAME, REACH_ROWS, TOLERANCE_MM, Spec, place_in_band
from ecgimg.train.common.export import deployable, export_onnx, package_network
from ecgimg.train.common.fit import Fit, FitOptions, Progress
from ecgimg.train.common.shards import from_bytes
from ecgimg.train.trace.data import read_shard
from ecgimg.train.trace.model import TraceNet, soft_place

logger = logging.getLogger(__name__)
Batch = tuple[Tensor, Tensor]

BATCH = 4
SIGMA_ROWS = 1.25
"""Spread of the target around the true centre line."""
SIGMA_COLUMNS = 0.5
"""Spread along time: on a steep stroke it widens the target. Steep columns, which hold the beats, weigh 1 + slope."""
MAX_SLOPE = 6.0
PRESENCE_WEIGHT = 0.3
PLACE_WEIGHT = 0.15
"""Weight of the decoded curve's mean error in rows, against nats of cross-entropy."""
PLACE_STEP = 3
"""The decoded row is judged in every third column, for speed."""
EPOCH_STEPS = 64
POLL_SECONDS = 5.0


class Shards:
    """Batches out of a growing folder of shards, the least used first; `seed` makes order and changes repeatable."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.folder = folder
        self.seed = seed
        self.used: Counter[str] = Counter()

    def epoch(self, number: int) -> Iterator[Batch]:
        """EPOCH_STEPS batches: bands [4, 3, 240, W] and true rows [4, 2 W], NaN where nothing is printed."""
        rng = np.random.default_rng([self.seed, number])
        steps = 0
        while steps < EPOCH_STEPS:
            crops = read_shard(self.next(rng))
            order = rng.permutation(len(crops.rows))
            for k in range(0, len(order) - BATCH + 1, BATCH):
                if steps == EPOCH_STEPS:
                    break
                chosen = order[k : k + BATCH]
                yield _to_batch(from_bytes(crops.bands[chosen]), crops.rows[chosen], rng)
                steps += 1

    def next(self, rng: np.random.Generator) -> Path:
        """The path of one of the shards used least; waits for the first."""
        paths = sorted(self.folder.glob("*.npz"))
        while not paths:
            time.sleep(POLL_SECONDS)
            paths = sorted(self.folder.glob("*.npz"))
        fewest = min(self.used[p.name] for p in paths)
        fresh = [p for p in paths if self.used[p.name] == fewest]
        path = fresh[int(rng.integers(len(fresh)))]
        self.used[path.name] += 1
        return path


def _to_batch(bands: Floats, rows: Floats, rng: np.random.Generator) -> Batch:
    """Changes contrast, mixes the channels at times, adds the place channel."""
    n, _, _, width = bands.shape
    bands = bands * np.exp(rng.normal(0, 0.2, (n, 1, 1, 1))).astype(np.float32)
    grey = rng.random(n) < 0.1
    bands[grey] = bands[grey].mean(axis=1, keepdims=True)
    place = np.broadcast_to(place_in_band()[None, None, :, None], (n, 1, BAND_ROWS, width))
    full = torch.from_numpy(np.concatenate([bands, place], axis=1)).to(memory_format=torch.channels_last)
    return full, torch.from_numpy(rows)


def trace_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy against a Gaussian around the true row, error of the decoded row, and presence."""
    bands, truth = batch
    logits, presence = model(bands)
    printed = truth.isfinite()
    rows = torch.arange(BAND_ROWS, dtype=logits.dtype)[None, :, None]
    safe = truth.nan_to_num(0.0)
    slope = _slope(truth)
    spread = (SIGMA_ROWS**2 + (SIGMA_COLUMNS * slope) ** 2).sqrt()
    target = torch.exp(-0.5 * ((rows - safe[:, None]) / spread[:, None]) ** 2)
    entropy = logits.logsumexp(1) - (target * logits).sum(1) / target.sum(1)
    weight = printed * (1 + slope)
    some = slice(None, None, PLACE_STEP)
    error = (soft_place(logits[..., some]) - safe[:, some]).abs()
    near = weight[:, some] * (error.detach() < REACH_ROWS)
    seen = F.binary_cross_entropy_with_logits(presence, printed.float())
    total = weight.sum().clamp_min(1)
    place = PLACE_STEP * (error * near).sum() / total
    loss: Tensor = (entropy * weight).sum() / total + PLACE_WEIGHT * place + PRESENCE_WEIGHT * seen
    return loss


def _slope(truth: Tensor) -> Tensor:
    """Rows that the curve climbs or falls a column [N, T], at most MAX_SLOPE; 0 beside unprinted columns."""
    step = (truth[:, 2:] - truth[:, :-2]).abs() / 2
    return F.pad(step.nan_to_num(0.0), (1, 1)).clamp_max(MAX_SLOPE)


def train(folder: Path, checkpoint: Path, steps: int, rate: float = 3e-3, start: Path | None = None) -> nn.Module:
    """Trains on the shards of a folder, or goes on from the checkpoint; returns the averaged network.

    Args:
        folder: shards as `trace_data.write_shard` stores them; more may come while training runs.
        checkpoint: state of this training.
        steps: optimizer steps, rounded up to whole epochs of EPOCH_STEPS.
        rate: highest learning rate.
        start: checkpoint of an earlier training whose averaged weights to begin with.
    """
    model = TraceNet()
    if start is not None:
        model.load_state_dict(torch.load(start, map_location="cpu", weights_only=True)["average"])
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # the stubs lack it
    options = FitOptions(epochs=-(-steps // EPOCH_STEPS), steps=EPOCH_STEPS, rate=rate, decay=0.01, average=0.995)
    fit = Fit(model, trace_loss, options, checkpoint)
    return fit.run(Shards(folder).epoch, _log)


def _log(progress: Progress) -> None:
    logger.info("epoch %d: loss %.4f, %.0f s", progress.epoch, progress.loss, progress.seconds)


def export(model: nn.Module, spec: Spec, path: Path) -> Path:
    """Writes a trained network with its specification as ONNX, for bands of any width."""
    stored = {
        "network": NAME, "presence": spec.presence, "confidence": spec.confidence, "licence": "Apache-2.0",
        "data": "synthetic pages of PTB-XL 1.0.3 (CC BY 4.0), folds 1-8, and of simulated signals",
        "calibration": f"share of samples within {TOLERANCE_MM} mm of the truth on synthetic pages of fold 9",
    }  # fmt: skip
    free = {"band": {3: "width"}, "logits": {2: "columns"}, "presence": {1: "columns"}}
    band = torch.zeros(1, CHANNELS, BAND_ROWS, 256)
    export_onnx(deployable(model), {"band": band}, ["logits", "presence"], path, stored, free)
    return path


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    purpose = "place of a printed curve in every 1/16 mm of a row of leads, and whether it is printed there"
    return package_network(NAME, path, purpose)
