"""The generator in torch; its inputs and outputs are described in `ecgimg.networks.generation`.

    state [B, 48, 64] and beats [B, 16, 64], angle, condition, text
      -> one vector of angle, condition and text, which scales and shifts the features of every block
      -> three levels of 64, 32 and 16 hops; attention over all hops at the two lower ones, for the rhythm
      -> the same levels back, each joined with its twin on the way down
      -> velocity [B, 48, 64], and the leads that it stands for by the inverse of the transform

Convolutions are written with two axes, the first of length 1, which are faster on processors.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.networks.generation import BEFORE, CHANNELS, CONDITIONS, HOP, HOPS, LEADS_MADE, LENGTH, TEXT_BINS

WIDTHS = (96, 144, 208)
"""Features of the levels at 64, 32 and 16 hops."""
EMBEDDING = 256
"""Length of the vector of angle, condition and text."""
GROUPS = 16
HEADS = 4
FREQUENCIES = 32
"""Sines and cosines of the angle."""


class Modulated(nn.Module):
    """Residual pair of convolutions along the hops, whose second is scaled and shifted by the embedding."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.first_norm, self.second_norm = nn.GroupNorm(GROUPS, before), nn.GroupNorm(GROUPS, after)
        self.first = nn.Conv2d(before, after, (1, 3), padding=(0, 1))
        self.second = nn.Conv2d(after, after, (1, 3), padding=(0, 1))
        self.modulation = nn.Linear(EMBEDDING, 2 * after)
        self.skip = nn.Conv2d(before, after, 1) if before != after else nn.Identity()
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        """[B, before, 1, H] to [B, after, 1, H]."""
        y = self.first(F.silu(self.first_norm(x)))
        scale, shift = self.modulation(embedding)[:, :, None, None].chunk(2, 1)
        y = self.second(F.silu(self.second_norm(y) * (1 + scale) + shift))
        summed: Tensor = self.skip(x) + y
        return summed


class Attention(nn.Module):
    """Every hop looks at all others; the place of a hop is a trained vector."""

    def __init__(self, width: int, hops: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, width)
        self.place = nn.Parameter(0.02 * torch.randn(1, width, 1, hops))
        self.inputs, self.output = nn.Conv2d(width, 3 * width, 1), nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.output.weight)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, 1, H] to the same."""
        batch, width, _, hops = x.shape
        parts = self.inputs(self.norm(x) + self.place).reshape(batch, 3, HEADS, width // HEADS, hops)
        query, key, value = (part.transpose(2, 3) for part in parts.unbind(1))
        weights = (query @ key.transpose(2, 3) * (width // HEADS) ** -0.5).softmax(-1)
        found: Tensor = self.output((weights @ value).transpose(2, 3).reshape(batch, width, 1, hops))
        return x + found


class Generation(nn.Module):
    """State, angle, condition and text to velocity and leads."""

    def __init__(self, synthesis: Tensor) -> None:
        super().__init__()
        self.embed_text = nn.Linear(TEXT_BINS, 64, bias=False)
        self.read_text = nn.Sequential(nn.Linear(64, 128), nn.SiLU(), nn.Linear(128, EMBEDDING))
        self.read_condition = nn.Linear(CONDITIONS, EMBEDDING)
        self.read_angle = nn.Sequential(nn.Linear(2 * FREQUENCIES, EMBEDDING), nn.SiLU())
        self.embed = nn.Sequential(nn.Linear(EMBEDDING, EMBEDDING), nn.SiLU(), nn.Linear(EMBEDDING, EMBEDDING))
        low, middle, high = WIDTHS
        self.stem = nn.Conv2d(CHANNELS + HOP, low, (1, 3), padding=(0, 1))
        self.down = nn.ModuleList([Modulated(low, low), Modulated(low, middle), Modulated(middle, high)])
        self.up = nn.ModuleList([Modulated(2 * high, middle), Modulated(2 * middle, low), Modulated(2 * low, low)])
        self.down_attention = nn.ModuleList([Attention(middle, HOPS // 2), Attention(high, HOPS // 4)])
        self.up_attention = Attention(middle, HOPS // 4)
        self.middle = Modulated(high, high)
        self.head = nn.Sequential(
            nn.GroupNorm(GROUPS, low), nn.SiLU(), nn.Conv2d(low, CHANNELS, (1, 3), padding=(0, 1))
        )
        self.inverse = nn.ConvTranspose1d(CHANNELS, len(LEADS_MADE), 2 * HOP, HOP, bias=False)
        self.inverse.weight.requires_grad_(False).copy_(synthesis)
        self.register_buffer("frequencies", 2.0 ** torch.linspace(0, 6, FREQUENCIES), persistent=False)

    def forward(
        self, state: Tensor, angle: Tensor, beats: Tensor, condition: Tensor, text: Tensor
    ) -> tuple[Tensor, Tensor]:
        """[B, 48, 64], [B, 1], [B, 16, 64], [B, 74], [B, 2048] to velocity [B, 48, 64] and leads [B, 8, 1000]."""
        velocity = self.velocity(state, angle, beats, condition, text)
        clean = angle.cos()[:, :, None] * state - angle.sin()[:, :, None] * velocity
        return velocity, self.inverse(clean)[:, :, BEFORE : BEFORE + LENGTH]

    def velocity(self, state: Tensor, angle: Tensor, beats: Tensor, condition: Tensor, text: Tensor) -> Tensor:
        """The velocity [B, 48, 64] alone, for the training."""
        embedding = self._embedding(angle, condition, text)
        x = self.stem(torch.cat([state, beats], 1)[:, :, None].contiguous(memory_format=torch.channels_last))
        first = self.down[0](x, embedding)
        second = self.down_attention[0](self.down[1](F.avg_pool2d(first, (1, 2)), embedding))
        third = self.down_attention[1](self.down[2](F.avg_pool2d(second, (1, 2)), embedding))
        x = self.middle(third, embedding)
        x = self.up_attention(self.up[0](torch.cat([x, third], 1), embedding))
        x = self.up[1](torch.cat([_doubled(x), second], 1), embedding)
        x = self.up[2](torch.cat([_doubled(x), first], 1), embedding)
        velocity: Tensor = self.head(x)[:, :, 0]
        return velocity.float()

    def _embedding(self, angle: Tensor, condition: Tensor, text: Tensor) -> Tensor:
        assert isinstance(self.frequencies, Tensor)
        phases = angle * self.frequencies
        x = self.read_angle(torch.cat([phases.sin(), phases.cos()], 1))
        x = x + self.read_condition(condition) + self.read_text(self.embed_text(text))
        return F.silu(self.embed(F.silu(x)))


def _doubled(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=(1.0, 2.0), mode="nearest")
