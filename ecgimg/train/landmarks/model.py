"""The landmark network in torch; `ecgimg.networks.landmarks` says what goes in and what comes out."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.networks.landmarks import CHANNELS
from ecgimg.train.common.blocks import Block

STEM = 24
WIDTHS = (40, 56, 72, 96)
RARE = -4.0
"""Bias of the heat at the start of training: landmarks are rare."""


class LandmarkNet(nn.Module):
    """U-Net over sheets, whose finest level lies at the output's scale; letters are read by a block before it."""

    def __init__(self, stem: int = STEM, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(2, stem, 5, 2, 2, bias=False), nn.BatchNorm2d(stem), nn.ReLU(), Block(stem))
        self.down = nn.ModuleList(_down(a, b) for a, b in pairwise((stem, *widths)))
        self.encode = nn.ModuleList(Block(w) for w in widths)
        self.up = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(widths))
        self.decode = nn.ModuleList(Block(w) for w in widths[:-1])
        self.head = nn.Conv2d(widths[0], CHANNELS, 1)
        nn.init.constant_(self.head.bias, RARE)  # type: ignore[arg-type]

    def forward(self, sheet: Tensor) -> Tensor:
        """Planes [N, 2, H, W] to heat [N, 16, H / 4, W / 4]."""
        x, levels = self.stem(sheet), []
        for down, encode in zip(self.down, self.encode, strict=True):
            x = encode(down(x))
            levels.append(x)
        x = levels.pop()
        for up, decode in zip(reversed(self.up), reversed(self.decode), strict=True):
            x = decode(levels.pop() + F.interpolate(up(x), scale_factor=2.0, mode="nearest"))
        heat: Tensor = self.head(x)
        return heat


def _down(width: int, wider: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(width, wider, 3, 2, 1, bias=False), nn.BatchNorm2d(wider), nn.ReLU())


def heat_loss(heat: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of the heat with the spots weighted up, since almost all of a page is empty."""
    entropy = F.binary_cross_entropy_with_logits(heat.float(), target, reduction="none")
    weight = 1 + SPOT_WEIGHT * target
    return (entropy * weight).sum() / weight.sum() * torch.tensor(float(CHANNELS))


SPOT_WEIGHT = 12.0
