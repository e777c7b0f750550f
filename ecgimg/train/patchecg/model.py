"""Torch twin of `ecgimg.networks.patchecg`: convolutions over leads visible together, attention over their patches.

    signals, mask [B, 12, T]
      -> column stream: the 12 masked leads and their masks as 24 channels, residual convolutions to T/16
         (early mixing of the leads that are visible at the same time)
      -> lead stream: the same small convolution for each lead with its mask, fed with the column stream at T/8
      -> tokens: lead x 64-sample patch = own shape + column + lead embedding + absolute time embedding;
         a patch without an observed sample is no token (its key is masked, it is never pooled)
      -> CLS and tokens through pre-norm attention blocks
      -> CLS, mean of tokens, mean and maximum of observed columns -> logits [B, K]

After PatchECG (arXiv 2508.09165), whose patches are linear in effect and whose published attention mask is inverted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

STEP = 16
"""Samples in a step of the column stream."""


@dataclass(frozen=True)
class PatchConfig:
    """Sizes of the default network. ``patch`` in samples; the column stream runs at a sixteenth of the rate."""

    outputs: int
    patch: int = 128
    patches: int = 8
    column_widths: tuple[int, ...] = (48, 64, 128, 224)
    column_blocks: tuple[int, ...] = (0, 2, 2, 2)
    kernel: int = 7
    lead_width: int = 48
    dim: int = 128
    depth: int = 2
    heads: int = 4
    dropout: float = 0.2
    drop_path: float = 0.1
    attention: bool = True


def centre(signals: Tensor, mask: Tensor) -> Tensor:
    """Leads less their observed mean, in units of 0.25 mV; 0 where unobserved."""
    observed = torch.where(mask > 0, signals, torch.zeros_like(signals))
    mean = observed.sum(-1, keepdim=True) / mask.sum(-1, keepdim=True).clamp_min(1)
    return ((observed - mean) * mask * 4).clamp(-20, 20)


class Conv(nn.Sequential):
    """Convolution along time with batch norm; the lead axis is the image's height."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, height: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, (height, kernel), (1, stride), (0, kernel // 2), bias=False),
            nn.BatchNorm2d(outputs),
        )


class Residual(nn.Module):
    """Two convolutions with squeeze-and-excitation around a shortcut."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, drop: float) -> None:
        super().__init__()
        self.first = Conv(inputs, outputs, kernel, stride)
        self.second = Conv(outputs, outputs, kernel)
        self.squeeze = nn.Sequential(
            nn.Linear(outputs, outputs // 8), nn.ReLU(inplace=True), nn.Linear(outputs // 8, outputs), nn.Sigmoid()
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.AvgPool2d((1, stride), ceil_mode=True), Conv(inputs, outputs, 1))
        self.drop = drop

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, T] to [B, C', H, T / stride]."""
        y = self.second(F.relu(self.first(x)))
        y = y * self.squeeze(y.mean((2, 3)))[:, :, None, None]
        if self.training and self.drop:
            keep = (torch.rand(len(y), 1, 1, 1, device=y.device) >= self.drop).to(y.dtype) / (1 - self.drop)
            y = y * keep
        return F.relu(self.shortcut(x) + y)


class Block(nn.Module):
    """Pre-norm attention and MLP."""

    def __init__(self, dim: int, heads: int, drop: float, widen: int = 2) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, widen * dim), nn.ReLU(), nn.Linear(widen * dim, dim))
        self.drop = drop

    def forward(self, x: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens [B, N, D] and bias of keys [B, 1, 1, N], very negative at masked ones, to tokens and weights."""
        count, size, dim = x.shape
        q, k, v = self.qkv(self.norm(x)).view(count, size, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-1, -2) * (dim // self.heads) ** -0.5 + bias).softmax(-1)
        x = x + self._skip(self.out((weights.to(v.dtype) @ v).transpose(1, 2).reshape(count, size, dim)))
        return x + self._skip(self.mlp(x)), weights

    def _skip(self, x: Tensor) -> Tensor:
        """Stochastic depth: drops the whole branch of some records."""
        if not self.training or not self.drop:
            return x
        return x * (torch.rand(len(x), 1, 1) >= self.drop).to(x.dtype) / (1 - self.drop)


class PatchEcg(nn.Module):
    """The network described at the head of the file."""

    def __init__(self, config: PatchConfig) -> None:
        super().__init__()
        c = config
        self.config = c
        widths = c.column_widths
        self.stem = Conv(24, widths[0], 15, 2)
        stages: list[nn.Module] = []
        blocks = sum(c.column_blocks)
        before, done = widths[0], 0
        for k, (width, count) in enumerate(zip(widths, c.column_blocks, strict=True)):
            layers = []
            for j in range(count):
                stride = 2 if j == 0 and k > 0 else 1
                layers.append(Residual(before, width, c.kernel, stride, c.drop_path * done / blocks))
                before, done = width, done + 1
            stages.append(nn.Sequential(*layers))
        self.stages = nn.ModuleList(stages)
        pooled = 2 * widths[-1]
        if c.attention:
            self.lead_stem = nn.Linear(2 * STEP, c.lead_width, bias=False)
            self.lead_mix = nn.Linear(widths[-1], c.lead_width)
            self.lead_bias = nn.Parameter(torch.zeros(12, 1, c.lead_width))
            self.lead_norm = nn.LayerNorm(c.lead_width)
            self.from_lead = nn.Linear(c.lead_width * (c.patch // STEP), c.dim)
            self.from_column = nn.Linear(widths[-1], c.dim)
            self.lead_embedding = nn.Parameter(torch.randn(12, 1, c.dim) * 0.02)
            self.time_embedding = nn.Parameter(torch.randn(1, c.patches, c.dim) * 0.02)
            self.cls = nn.Parameter(torch.randn(1, 1, c.dim) * 0.02)
            self.blocks = nn.ModuleList(Block(c.dim, c.heads, 0.1) for _ in range(c.depth))
            self.norm = nn.LayerNorm(c.dim)
            pooled += 2 * c.dim
        self.dropout = nn.Dropout(c.dropout)
        self.head = nn.Linear(pooled, c.outputs)

    def forward(self, signals: Tensor, mask: Tensor) -> Tensor:
        """Signals (mV, any number where unobserved) and mask [B, 12, T] to logits [B, K]."""
        logits: Tensor = self.head(self.dropout(self.features(signals, mask)))
        return logits.float()

    def features(self, signals: Tensor, mask: Tensor) -> Tensor:
        """Inputs of `forward` to what the head sees [B, `head.in_features`]."""
        c = self.config
        values = F.pad(centre(signals, mask), (0, c.patch * c.patches - signals.shape[-1]))
        observed = F.pad(mask, (0, c.patch * c.patches - mask.shape[-1]))
        image = torch.cat([values, observed], 1)[:, :, None].contiguous(memory_format=torch.channels_last)
        x = F.relu(self.stem(image))
        for stage in self.stages:
            x = stage(x)
        column = x[:, :, 0]
        steps = column.shape[-1]
        visible = observed.amax(1).view(observed.shape[0], 1, steps, -1).amax(-1)
        count = visible.sum(-1).clamp_min(1)
        mean = (column * visible).sum(-1) / count
        peak = (column * visible).amax(-1)  # column is not negative, so an unobserved step does not count
        pooled = [mean.float(), peak.float()]
        if c.attention:
            pooled += self._attend(values, observed, column)
        return torch.cat(pooled, 1)

    def _attend(self, values: Tensor, observed: Tensor, column: Tensor) -> list[Tensor]:
        c = self.config
        count = observed.shape[0]
        column = column.transpose(1, 2)
        steps = column.shape[1]
        pieces = torch.cat([values.view(count, 12, steps, STEP), observed.view(count, 12, steps, STEP)], -1)
        own = self.lead_stem(pieces) + self.lead_mix(column)[:, None] + self.lead_bias
        own = F.relu(self.lead_norm(own)) * observed.view(count, 12, steps, STEP).amax(-1, keepdim=True)
        own = self.from_lead(own.to(column.dtype).view(count, 12, c.patches, -1))
        shared = column.view(count, c.patches, -1, column.shape[-1]).mean(2)
        tokens = own + self.from_column(shared)[:, None]
        tokens = (tokens + self.lead_embedding + self.time_embedding).reshape(count, 12 * c.patches, c.dim)
        alive = observed.view(count, 12 * c.patches, c.patch).amax(-1)
        x = torch.cat([self.cls.expand(count, -1, -1).to(tokens.dtype), tokens], 1)
        bias = (F.pad(alive, (1, 0), value=1.0) - 1)[:, None, None] * 1e4
        for block in self.blocks:
            x, _ = block(x, bias)
        x = self.norm(x)
        mean = (x[:, 1:] * alive[:, :, None]).sum(1) / alive.sum(1, keepdim=True).clamp_min(1)
        return [x[:, 0].float(), mean.float()]


@torch.no_grad()
def logits_of(
    model: nn.Module, signals: NDArray[np.floating], mask: NDArray[np.bool_], size: int = 128
) -> NDArray[np.float32]:
    """Logits [N, K] in evaluation mode, in the precision of the training, of signals in mV and mask [N, 12, T]."""
    model.eval()
    parts = []
    for start in range(0, len(signals), size):
        piece = torch.from_numpy(signals[start : start + size].astype(np.float32))
        observed = torch.from_numpy(mask[start : start + size].astype(np.float32))
        with torch.autocast("cpu", torch.bfloat16):
            parts.append(model(piece, observed).float())
    return np.asarray(torch.cat(parts).numpy(), np.float32)
