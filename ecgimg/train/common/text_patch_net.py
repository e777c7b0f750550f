"""A small CNN that classifies cut-outs of printed texts, shared by the networks of lead names and of printed scales."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.datamodel.arrays import Floats
from ecgimg.train.common.export import deployable, export_onnx
from ecgimg.train.common.fit import Fit, FitOptions

Batch = tuple[Tensor, Tensor]
"""Cut-outs [N, 2, H, W] and classes [N]."""

WIDTHS = (24, 48, 96, 128)
BATCH = 64
EPOCH_STEPS = 60
CONTRAST_SPREAD = 0.25
"""Standard deviation of the logarithm of a cut-out's contrast factor."""
GREY_SHARE = 0.15
"""Share of cut-outs without colour."""
MAX_SHIFT_PX = 3
"""Largest shift of a batch along each axis."""
NOISE = 0.04
"""Mean, over batches, of the noise's standard deviation in contrast."""
SMOOTHING = 0.02
"""Label smoothing, against probabilities that are too sure."""


class TextPatchNet(nn.Module):
    """Convolutions at three scales, then the mean and the maximum over columns; cut-outs are `height` rows high."""

    def __init__(self, height: int, classes: int, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in zip((2, *widths[:-1]), widths, strict=True):
            layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if after != widths[-1] else []
        self.body = nn.Sequential(*layers)
        self.columns = nn.Conv2d(widths[-1], widths[-1], (height // 8, 3), padding=(0, 1))
        self.head = nn.Linear(2 * widths[-1], classes)

    def forward(self, cut: Tensor) -> Tensor:
        """Cut-outs [N, 2, height, W] to logits [N, classes]."""
        features = F.relu(self.columns(self.body(cut)))
        logits: Tensor = self.head(torch.cat([features.mean((2, 3)), features.amax((2, 3))], 1))
        return logits


def batches(cuts: Floats, classes: np.ndarray, seed: int) -> Iterator[Batch]:
    """EPOCH_STEPS batches with changed contrast, place and noise, and at times without colour."""
    rng = np.random.default_rng(seed)
    for _ in range(EPOCH_STEPS):
        chosen = rng.integers(0, len(classes), BATCH)
        factor = np.exp(rng.normal(0, CONTRAST_SPREAD, (BATCH, 1, 1, 1))).astype(np.float32)
        cut = cuts[chosen].astype(np.float32) * factor
        grey = rng.random(BATCH) < GREY_SHARE
        cut[grey] = cut[grey].mean(axis=1, keepdims=True)
        cut = np.roll(cut, tuple(int(v) for v in rng.integers(-MAX_SHIFT_PX, MAX_SHIFT_PX + 1, 2)), (2, 3))
        cut += rng.exponential(NOISE) * rng.standard_normal(cut.shape, np.float32)
        yield torch.from_numpy(cut), torch.from_numpy(classes[chosen])


def text_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy with a little label smoothing."""
    return F.cross_entropy(model(batch[0]).float(), batch[1], label_smoothing=SMOOTHING)


def train_text_net(
    model: TextPatchNet, cuts: Floats, classes: np.ndarray, checkpoint: Path, epochs: int, rate: float
) -> nn.Module:
    """Trains on cut-outs [N, 2, H, W] of classes [N], or resumes from the checkpoint; returns the averaged network."""
    options = FitOptions(epochs=epochs, steps=EPOCH_STEPS, rate=rate, average=0.99)
    return Fit(model, text_loss, options, checkpoint).run(lambda number: batches(cuts, classes, number))


def export_text_net(model: nn.Module, path: Path, name: str, classes: Sequence[str], size: tuple[int, int]) -> Path:
    """Writes a trained network as ONNX, for any number of cut-outs of a size (rows, columns)."""
    stored = {
        "network": name, "licence": "Apache-2.0", "classes": list(classes),
        "data": "words on synthetic pages; signals of PTB-XL 1.0.3 (CC BY 4.0), folds 1-8, and simulated ones",
    }  # fmt: skip
    free = {"cut": {0: "words"}, "logits": {0: "words"}}
    export_onnx(deployable(model), {"cut": torch.zeros(3, 2, *size)}, ["logits"], path, stored, free)
    return path
