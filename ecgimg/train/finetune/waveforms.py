"""Encoders of waveforms of one channel: a small network over time, beside facts of the recording.

signals, mask [B, R, T] and facts [B, F] -> features [B, 16 + 2 F]: learned; facts about their mean; which are known
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

SIZES = ((16, 15, 4), (32, 9, 2), (64, 7, 2), (64, 5, 2))
"""Channels, kernel and stride of each convolution: 42,000 weights, a feature sees 1.4 s of a pulse."""
WIDTH = 16
"""What was learned of a waveform; few, so that few targets can weigh it."""


class WaveNet(nn.Module):
    """Convolutions over time and the mean of what they find: [B, C, T] to [B, 16]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width, kernel, stride in SIZES:
            layers += [nn.Conv1d(channels, width, kernel, stride, kernel // 2), nn.BatchNorm1d(width), nn.SiLU()]
            channels = width
        self.layers = nn.Sequential(*layers)
        self.out = nn.Linear(channels, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, T] to [B, 16]."""
        found: Tensor = self.out(self.layers(x).mean(-1))
        return found


class FactScale(nn.Module):
    """Facts about their mean, in deviations, 0 where unknown; and whether each is known: [B, F] to [B, 2 F]."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(count))
        self.register_buffer("scale", torch.ones(count))

    def forward(self, facts: Tensor) -> Tensor:
        """[B, F], NaN where unknown, to [B, 2 F]."""
        known = ~torch.isnan(facts)
        scaled = (facts - self.get_buffer("mean")) / self.get_buffer("scale")
        return torch.cat([torch.where(known, scaled, 0.0), known.float()], 1)

    @torch.no_grad()
    def adapt(self, facts: Tensor) -> None:
        """Takes mean and deviation from the known ones of facts [N, F]; one that is never known stays as it is."""
        known = ~torch.isnan(facts)
        count = known.sum(0).clamp_min(1)
        mean = torch.where(known, facts, 0.0).sum(0) / count
        spread = (torch.where(known, facts - mean, 0.0).square().sum(0) / count).sqrt()
        self.get_buffer("mean").copy_(mean)
        self.get_buffer("scale").copy_(torch.where(spread > 0, spread, 1.0))


class PulseEncoder(nn.Module):
    """Pulses: what the network learned beside the phenotypes that were measured by rule."""

    def __init__(self, facts: int) -> None:
        super().__init__()
        self.net = WaveNet(2)
        self.scale = FactScale(facts)
        self.branches = (WIDTH, 2 * facts)
        self.width = sum(self.branches)
        self.is_pretrained = False

    def forward(self, signals: Tensor, mask: Tensor, facts: Tensor) -> Tensor:
        """[B, 1, 1000] twice and [B, F] to features."""
        learned = self.net(torch.cat([signals, mask], 1))
        return torch.cat([learned.float(), self.scale(facts)], 1)
