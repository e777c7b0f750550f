"""The landmark network in torch; its inputs and outputs are described in `ecgimg.networks.landmarks`."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.networks.landmarks import CHANNELS
from ecgimg.train.common.blocks import Block, halved

STEM = 24
WIDTHS = (40, 56, 72, 96)
RARE = -4.0
"""Bias of the heatmaps at the start of training: landmarks are rare."""
SPOT_WEIGHT = 12.0
"""Extra weight of a pixel at the centre of a landmark."""


class LandmarkNet(nn.Module):
    """U-Net over sheets; its finest level has the output's scale, the block before it the scale of letters."""

    def __init__(self, stem: int = STEM, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(2, stem, 5, 2, 2, bias=False), nn.BatchNorm2d(stem), nn.ReLU(), Block(stem))
        self.down = nn.ModuleList(halved(a, b) for a, b in pairwise((stem, *widths)))
        self.encode = nn.ModuleList(Block(w) for w in widths)
        self.up = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(widths))
        self.decode = nn.ModuleList(Block(w) for w in widths[:-1])
        self.head = nn.Conv2d(widths[0], CHANNELS, 1)
        nn.init.constant_(self.head.bias, RARE)  # type: ignore[arg-type]

    def forward(self, sheet: Tensor) -> Tensor:
        """Planes [N, 2, H, W] to heatmap logits [N, 16, H / 4, W / 4]."""
        x, levels = self.stem(sheet), []
        for down, encode in zip(self.down, self.encode, strict=True):
            x = encode(down(x))
            levels.append(x)
        x = levels.pop()
        for up, decode in zip(reversed(self.up), reversed(self.decode), strict=True):
            x = decode(levels.pop() + F.interpolate(up(x), scale_factor=2.0, mode="nearest"))
        logits: Tensor = self.head(x)
        return logits


def heatmap_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Weighted cross-entropy of heatmaps; landmarks weigh more, since almost all of a page is empty."""
    entropy = F.binary_cross_entropy_with_logits(logits.float(), target, reduction="none")
    weight = 1 + SPOT_WEIGHT * target
    return (entropy * weight).sum() / weight.sum() * torch.tensor(float(CHANNELS))
