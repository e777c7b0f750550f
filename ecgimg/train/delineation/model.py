"""The delineation network in torch; its inputs and outputs are described in `ecgimg.networks.delineation`.

    lead, known [N, 2, T] at 250 Hz
      -> stem at 250 Hz, whose features are joined again before the output
      -> five levels of half the rate each, two convolutions a level
      -> dilated convolutions at 8 Hz: about 2 s to each side are seen, the beats before and after among them
      -> the same levels back, each joined with its twin on the way down
      -> logits [N, 4, T]

Convolutions are written with two axes, the first of length 1, as `train.common.export` folds their batch norms.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.networks.delineation import CLASSES

STEM = 12
WIDTHS = (24, 32, 48, 64, 96)
"""Features of the levels at 125, 63, 31, 16 and 8 Hz."""
KERNEL = 5
DILATIONS = (1, 2, 4, 8)


class Conv(nn.Sequential):
    """Convolution along time, batch norm, ReLU."""

    def __init__(self, before: int, after: int, kernel: int = KERNEL, stride: int = 1, dilation: int = 1) -> None:
        padding = dilation * (kernel // 2)
        super().__init__(
            nn.Conv2d(before, after, (1, kernel), (1, stride), (0, padding), (1, dilation), bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(inplace=True),
        )


class Delineation(nn.Module):
    """Leads and where they are known [N, 2, T] to logits [N, 4, T] of none, P, QRS, T."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Conv(2, STEM, 9)
        befores = (STEM, *WIDTHS[:-1])
        self.down = nn.ModuleList(
            nn.Sequential(Conv(before, after, KERNEL, 2), Conv(after, after))
            for before, after in zip(befores, WIDTHS, strict=True)
        )
        self.context = nn.ModuleList(Conv(WIDTHS[-1], WIDTHS[-1], 3, dilation=dilation) for dilation in DILATIONS)
        self.drop = nn.Dropout(0.1)
        self.up = nn.ModuleList(
            Conv(deep + skip, skip) for deep, skip in zip(WIDTHS[:0:-1], WIDTHS[-2::-1], strict=True)
        )
        self.join = Conv(WIDTHS[0] + STEM, 16)
        self.head = nn.Conv2d(16, len(CLASSES), (1, 1))

    def forward(self, lead: Tensor) -> Tensor:
        """[N, 2, T] to [N, 4, T]; T is a multiple of 32."""
        features = self.stem(lead[:, :, None])
        skips = [features]
        for level in self.down:
            features = level(features)
            skips.append(features)
        for layer in self.context:
            features = features + layer(features)
        features = self.drop(features)
        for layer, skip in zip(self.up, skips[-2:0:-1], strict=True):
            features = layer(torch.cat([_doubled(features), skip], 1))
        features = self.join(torch.cat([_doubled(features), skips[0]], 1))
        logits: Tensor = self.head(features)[:, :, 0]
        return logits


def _doubled(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=(1.0, 2.0), mode="nearest")
