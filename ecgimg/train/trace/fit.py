"""Trains the trace network on shards of crops, and exports it."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.networks.trace import BAND_ROWS, CHANNELS, NAME, REACH_ROWS, TOLERANCE_MM, Spec
from ecgimg.train.common.export import deployable, export_onnx
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.common.package import package_network
from ecgimg.train.common.shards import Shards
from ecgimg.train.trace.data import EPOCH_STEPS, Batch, epoch
from ecgimg.train.trace.model import TraceNet, soft_place

SIGMA_ROWS = 1.25
"""Spread of the target around the true centre line."""
SIGMA_COLUMNS = 0.5
"""Spread along time: it widens the target on a steep stroke. Steep columns, which hold the beats, weigh 1 + slope."""
MAX_SLOPE = 6.0
"""Largest slope that counts, in rows a column."""
PRESENCE_WEIGHT = 0.3
"""Weight of the presence's cross-entropy in the loss."""
PLACE_WEIGHT = 0.15
"""Weight of the decoded curve's mean error in rows, against nats of cross-entropy."""
PLACE_STEP = 3
"""The decoded row is compared in every third column, for speed."""


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
    presence_loss = F.binary_cross_entropy_with_logits(presence, printed.float())
    total = weight.sum().clamp_min(1)
    place = PLACE_STEP * (error * near).sum() / total
    curve_loss = (entropy * weight).sum() / total + PLACE_WEIGHT * place
    loss: Tensor = curve_loss + PRESENCE_WEIGHT * presence_loss
    return loss


def _slope(truth: Tensor) -> Tensor:
    """Absolute slope of the curve in rows a column [N, T], at most MAX_SLOPE; 0 beside unprinted columns."""
    step = (truth[:, 2:] - truth[:, :-2]).abs() / 2
    return F.pad(step.nan_to_num(0.0), (1, 1)).clamp_max(MAX_SLOPE)


def train(folder: Path, checkpoint: Path, steps: int, rate: float = 3e-3, start: Path | None = None) -> nn.Module:
    """Trains on the shards of a folder; returns the averaged network.

    Args:
        folder: shards of `trace.data.write_shard`; more may come while the training runs.
        checkpoint: state of this training, which goes on from it.
        steps: optimizer steps, rounded up to whole epochs of EPOCH_STEPS.
        rate: highest learning rate.
        start: checkpoint of an earlier training whose averaged weights to begin with.
    """
    model = TraceNet()
    if start is not None:
        model.load_state_dict(torch.load(start, map_location="cpu", weights_only=True)["average"])
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # the stubs lack it
    options = FitOptions(epochs=-(-steps // EPOCH_STEPS), steps=EPOCH_STEPS, rate=rate, decay=0.01, average=0.995)
    shards = Shards(folder)
    return Fit(model, trace_loss, options, checkpoint).run(lambda number: epoch(shards, number))


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
