"""A small CNN that tells what a cut-out of a sheet says, shared by the name classifier and the scale reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.datamodel.arrays import Floats
from ecgimg.train.common.export import deployable, export_onnx

Batch = tuple[Tensor, Tensor]

WIDTHS = (24, 48, 96, 128)
BATCH = 64
EPOCH_STEPS = 60


class TextPatchNet(nn.Module):
    """Convolutions at three scales, and the mean and the maximum of what they see; cut-outs are `height` rows high."""

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
        seen = F.relu(self.columns(self.body(cut)))
        logits: Tensor = self.head(torch.cat([seen.mean((2, 3)), seen.amax((2, 3))], 1))
        return logits


def batches(cuts: Floats, classes: np.ndarray, seed: int) -> Iterator[Batch]:
    """EPOCH_STEPS batches with other contrast, place and noise, and at times without colour."""
    rng = np.random.default_rng(seed)
    for _ in range(EPOCH_STEPS):
        chosen = rng.integers(0, len(classes), BATCH)
        cut = cuts[chosen].astype(np.float32) * np.exp(rng.normal(0, 0.25, (BATCH, 1, 1, 1))).astype(np.float32)
        grey = rng.random(BATCH) < 0.15
        cut[grey] = cut[grey].mean(axis=1, keepdims=True)
        cut = np.roll(cut, tuple(int(v) for v in rng.integers(-3, 4, 2)), (2, 3))
        cut += rng.exponential(0.04) * rng.standard_normal(cut.shape, np.float32)
        yield torch.from_numpy(cut), torch.from_numpy(classes[chosen])


def text_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy with a little smoothing, so that the chances stay honest."""
    return F.cross_entropy(model(batch[0]).float(), batch[1], label_smoothing=0.02)


def export(model: nn.Module, path: Path, name: str, classes: Sequence[str], size: tuple[int, int]) -> Path:
    """Writes a trained network as ONNX, for any number of cut-outs of a size (rows, columns)."""
    stored = {
        "network": name, "licence": "Apache-2.0", "classes": list(classes),
        "data": "words on synthetic pages; signals of PTB-XL 1.0.3 (CC BY 4.0), folds 1-8, and simulated ones",
    }  # fmt: skip
    free = {"cut": {0: "words"}, "logits": {0: "words"}}
    export_onnx(deployable(model), {"cut": torch.zeros(3, 2, *size)}, ["logits"], path, stored, free)
    return path
