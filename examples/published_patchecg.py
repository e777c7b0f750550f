"""The masked-patch network as PatchECG describes it (arXiv 2508.09165), with the attention mask the right way round.

    signals, mask [B, 12, T] -> 12 x 15 patches of 64 samples, each with its inner mask as second channel
      -> Net1D patch encoder, 0.3 M parameters (groups of 16 channels) -> tokens of 768 + lead + time embeddings, CLS
      -> 3 pre-norm blocks of 8 heads over the patches with an observed sample -> CLS -> logits [B, K]

Differences to the published code: keys without an observed sample are masked (there the mask is inverted), the same
patches are dropped in training and evaluation, and the inner mask is never all ones. Its shuffle layer is left out.
About 21 M parameters; not trained here for want of an accelerator.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.train.patchecg.model import Block


@dataclass(frozen=True)
class PublishedConfig:
    """The published sizes. ``widths`` are the stages of the patch encoder, two blocks each."""

    outputs: int = 23
    patch: int = 64
    patches: int = 15
    dim: int = 768
    depth: int = 3
    heads: int = 8
    widths: tuple[int, ...] = (16, 32, 32, 40, 40, 64, 64)
    kernel: int = 16


class Bottleneck(nn.Module):
    """Net1D block (Hong et al. 2020): 1, k, 1 convolutions, squeeze-and-excitation, shortcut; Swish before each."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            nn.BatchNorm1d(inputs), nn.SiLU(), nn.Conv1d(inputs, outputs, 1),
            nn.BatchNorm1d(outputs), nn.SiLU(), nn.ZeroPad1d(((kernel - 1) // 2, kernel // 2)),
            nn.Conv1d(outputs, outputs, kernel, stride, groups=max(1, outputs // 16)),
            nn.BatchNorm1d(outputs), nn.SiLU(), nn.Conv1d(outputs, outputs, 1),
        )  # fmt: skip
        self.squeeze = nn.Sequential(
            nn.Linear(outputs, outputs // 2), nn.SiLU(), nn.Linear(outputs // 2, outputs), nn.Sigmoid()
        )
        self.stride = stride
        self.shortcut = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, L] -> [N, C', ceil(L / stride)]"""
        y = self.convs(x)
        y = y * self.squeeze(y.mean(-1))[:, :, None]
        short = F.max_pool1d(x, self.stride, ceil_mode=True) if self.stride > 1 else x
        total: Tensor = y + self.shortcut(short)
        return total


class PublishedPatchEcg(nn.Module):
    """See the head of the file."""

    def __init__(self, config: PublishedConfig | None = None) -> None:
        super().__init__()
        c = self.config = config or PublishedConfig()
        before = c.widths[0]
        layers: list[nn.Module] = [nn.ZeroPad1d((7, 8)), nn.Conv1d(2, before, c.kernel, 2)]
        for width in c.widths:
            layers += [Bottleneck(before, width, c.kernel, 2), Bottleneck(width, width, c.kernel, 1)]
            before = width
        self.encoder = nn.Sequential(*layers, nn.BatchNorm1d(before), nn.SiLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten())
        self.project = nn.Linear(before, c.dim)
        self.lead_embedding = nn.Parameter(torch.randn(12, 1, c.dim) * 0.02)
        self.time_embedding = nn.Parameter(torch.randn(1, c.patches, c.dim) * 0.02)
        self.cls = nn.Parameter(torch.randn(1, 1, c.dim) * 0.02)
        self.blocks = nn.ModuleList(Block(c.dim, c.heads, 0.0, widen=4) for _ in range(c.depth))
        self.norm = nn.LayerNorm(c.dim)
        self.head = nn.Linear(c.dim, c.outputs)

    def forward(self, signals: Tensor, mask: Tensor) -> Tensor:
        """signals (mV, any number where unobserved) and mask [B, 12, T >= 960] -> logits [B, K]"""
        c = self.config
        shape = (len(signals), 12 * c.patches, c.patch)
        seen = mask[..., : c.patch * c.patches].reshape(shape)
        values = standardised(signals, mask)[..., : c.patch * c.patches].reshape(shape)
        alive = seen.amax(-1) > 0
        # Only patches with an observed sample are encoded, so that the others can't touch the batch statistics.
        encoded = self.project(self.encoder(torch.stack([values[alive], seen[alive]], 1)))
        embedding = (self.lead_embedding + self.time_embedding).flatten(0, 1).expand(*shape[:2], -1)
        tokens = torch.zeros(*shape[:2], c.dim, dtype=encoded.dtype).masked_scatter(alive[:, :, None], encoded)
        x = torch.cat([self.cls.expand(len(tokens), -1, -1), tokens + embedding * alive[:, :, None]], 1)
        bias = (F.pad(alive.float(), (1, 0), value=1.0) - 1)[:, None, None] * 1e4
        for block in self.blocks:
            x, _ = block(x, bias)
        logits: Tensor = self.head(self.norm(x[:, 0]))
        return logits


def standardised(signals: Tensor, mask: Tensor) -> Tensor:
    """One z-score per record over its observed samples; 0 where unobserved."""
    seen = torch.where(mask > 0, signals, torch.zeros_like(signals))
    count = mask.sum((1, 2), keepdim=True).clamp_min(1)
    mean = seen.sum((1, 2), keepdim=True) / count
    spread = (((seen - mean) * mask) ** 2).sum((1, 2), keepdim=True) / count
    return (seen - mean) * mask / spread.sqrt().clamp_min(1e-4)


def focal_loss(logits: Tensor, targets: Tensor, weights: Tensor, gamma: float = 2.0) -> Tensor:
    """Focal loss of Lin et al. 2017 (arXiv 1708.02002) without class balance, averaged like weighted_bce."""
    losses = F.binary_cross_entropy_with_logits(logits.float(), targets, reduction="none")
    miss = torch.where(targets > 0.5, 1 - logits.float().sigmoid(), logits.float().sigmoid())
    return (losses * miss**gamma * weights).sum() / weights.sum().clamp_min(1)
