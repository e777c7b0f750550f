"""The trace network in torch; its inputs and outputs are described in `ecgimg.networks.trace`."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.networks.trace import BAND_ROWS, CHANNELS, REACH_ROWS, SMOOTH_ROWS
from ecgimg.train.common.blocks import Block, halved

WIDTHS = (32, 48, 64, 96, 128, 160)
SUB_ROWS = 2
"""Output rows of one cell of the finest level."""
SUB_COLUMNS = 4
"""Output columns of one cell of the finest level."""


class TraceNet(nn.Module):
    """U-Net over bands; each cell of its finest level (0.5 x 0.25 mm) gives 2 rows and 4 columns of the output."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(CHANNELS, widths[0], 5, 2, 2, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()
        )
        self.down = nn.ModuleList(halved(a, b) for a, b in pairwise(widths))
        self.encode = nn.ModuleList(Block(w) for w in widths[1:])
        self.deepest = Block(widths[-1])
        self.up = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(widths))
        self.decode = nn.ModuleList(Block(w) for w in widths[:-1])
        self.head = nn.Conv2d(widths[0], (SUB_ROWS + 1) * SUB_COLUMNS, 3, padding=1)

    def forward(self, band: Tensor) -> tuple[Tensor, Tensor]:
        """Bands [N, 3, 240, W] to logits [N, 240, 2 W] and presence [N, 2 W]."""
        levels = [self.stem(band)]
        for down, encode in zip(self.down, self.encode, strict=True):
            levels.append(encode(down(levels[-1])))
        x = self.deepest(levels.pop())
        for up, decode in zip(reversed(self.up), reversed(self.decode), strict=True):
            skip = levels.pop()
            x = decode(skip + _enlarge(up(x), skip))
        return _split(self.head(x))


def _enlarge(x: Tensor, like: Tensor) -> Tensor:
    """Doubles both axes; an odd height of the finer level drops the last row."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")[:, :, : like.shape[2]]


def _split(cells: Tensor) -> tuple[Tensor, Tensor]:
    """Head [N, 12, 120, W / 2] to logits over y, and presence averaged over y by the curve's probability."""
    n, _, h, w = cells.shape
    cells = cells.float()
    fine = cells[:, : SUB_ROWS * SUB_COLUMNS].reshape(n, SUB_ROWS, SUB_COLUMNS, h, w)
    logits = fine.permute(0, 3, 1, 4, 2).reshape(n, h * SUB_ROWS, w * SUB_COLUMNS)
    printed = cells[:, SUB_ROWS * SUB_COLUMNS :].permute(0, 2, 3, 1).reshape(n, h, w * SUB_COLUMNS)
    weight = logits.detach().softmax(1).reshape(n, h, SUB_ROWS, -1).sum(2)
    return logits, (weight * printed).sum(1)


def soft_place(logits: Tensor) -> Tensor:
    """Decoded y [N, T] in band rows, the differentiable twin of `ecgimg.networks.trace.decode`."""
    mass = logits.softmax(1)
    smooth = F.avg_pool1d(mass.detach().transpose(1, 2).reshape(-1, 1, BAND_ROWS), SMOOTH_ROWS, 1, SMOOTH_ROWS // 2)
    mode = smooth.reshape(mass.shape[0], mass.shape[2], BAND_ROWS).argmax(2)
    rows = torch.arange(BAND_ROWS, device=mass.device, dtype=mass.dtype)[None, :, None]
    near = mass * ((rows - mode[:, None]).abs() <= REACH_ROWS)
    return (near * rows).sum(1) / near.sum(1).clamp_min(1e-6)
