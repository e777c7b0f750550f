"""Baselines of the masked-patch network: a plain residual 1-D CNN without the mask as an input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from ecgimg.train.patchecg.model import Conv, Residual, centre

Fill = Literal["zero", "linear"]


@dataclass(frozen=True)
class BaselineConfig:
    """Sizes of a baseline: those of the column stream of PatchEcg, with 12 channels in place of 24."""

    outputs: int
    fill: Fill
    widths: tuple[int, ...] = (48, 64, 128, 224)
    blocks: tuple[int, ...] = (0, 2, 2, 2)
    kernel: int = 7
    dropout: float = 0.2
    drop_path: float = 0.1


class Baseline(nn.Module):
    """Residual CNN on 12 x T samples whose gaps are zero or linearly interpolated; mean and maximum over time."""

    def __init__(self, config: BaselineConfig) -> None:
        super().__init__()
        self.config = config
        layers: list[nn.Module] = [Conv(12, config.widths[0], 15, 2), nn.ReLU()]
        before, done, blocks = config.widths[0], 0, sum(config.blocks)
        for k, (width, count) in enumerate(zip(config.widths, config.blocks, strict=True)):
            for j in range(count):
                stride = 2 if j == 0 and k > 0 else 1
                layers.append(Residual(before, width, config.kernel, stride, config.drop_path * done / blocks))
                before, done = width, done + 1
        self.layers = nn.Sequential(*layers)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(2 * before, config.outputs)

    def forward(self, signals: Tensor, mask: Tensor) -> Tensor:
        """Signals (mV) and mask [B, 12, T] to logits [B, K]; the mask serves only to fill the gaps."""
        values = centre(signals, mask)
        if self.config.fill == "linear":
            values = interpolate(values, mask)
        image = values[:, :, None].contiguous(memory_format=torch.channels_last)
        x = self.layers(image)[:, :, 0]
        logits: Tensor = self.head(self.dropout(torch.cat([x.mean(-1).float(), x.max(-1).values.float()], 1)))
        return logits.float()


def interpolate(values: Tensor, mask: Tensor) -> Tensor:
    """Straight lines through unobserved stretches [B, 12, T], held level at the ends; 0 in a lead never observed."""
    length = values.shape[-1]
    sample = torch.arange(length).expand_as(values)
    observed = mask > 0
    before = torch.where(observed, sample, -1).cummax(-1).values
    after = torch.where(observed, sample, length).flip(-1).cummin(-1).values.flip(-1)
    left, right = before.clamp_min(0), after.clamp_max(length - 1)
    low, high = torch.gather(values, 2, left), torch.gather(values, 2, right)
    low, high = torch.where(before < 0, high, low), torch.where(after == length, low, high)
    share = (sample - left) / (right - left).clamp_min(1)
    filled = torch.where(observed, values, low + (high - low) * share.clamp(0, 1))
    return torch.where(observed.any(-1, keepdim=True), filled, torch.zeros_like(filled))
