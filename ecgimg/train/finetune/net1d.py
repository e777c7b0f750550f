"""Net1D: residual 1-D convolutions in groups with squeeze and excitation, without pooling between stages.

    [B, C, T] -> first convolution, stride 2 -> stages, stride 2 each -> mean over time [B, widths[-1]]

The sizes and names of `FOUNDER` are those of ECGFounder (Li et al., NEJM AI 2025; code MIT), whose checkpoint fits;
`SMALL` is a network of 0.5 M parameters for training from scratch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.errors import DependencyError, UnreadableInputError

FOUNDER_OUTPUTS = 150
"""Labels of the published checkpoint; its last layer is checked and not used."""


@dataclass(frozen=True)
class Net1dConfig:
    """Sizes: `first` channels of the first convolution, then `widths` and `blocks` of each stage."""

    first: int
    widths: tuple[int, ...]
    blocks: tuple[int, ...]
    kernel: int = 16
    group: int = 16
    squeeze: int = 2
    norm: bool = False
    dropout: float = 0.0


FOUNDER = Net1dConfig(64, (64, 160, 160, 400, 400, 1024, 1024), (2, 2, 2, 3, 3, 4, 4))
SMALL = Net1dConfig(32, (32, 48, 64, 96, 128), (1, 2, 2, 2, 2), norm=True, dropout=0.1)


class SameConv(nn.Module):
    """A convolution whose output has ceil(T / stride) samples."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride
        self.conv = nn.Conv1d(inputs, outputs, kernel, stride, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, T] to [B, C', ceil(T / stride)]."""
        length = int(x.shape[-1])  # a constant of the exported graph, whose division rounds in another way
        padding = max(0, (-(-length // self.stride) - 1) * self.stride + self.kernel - length)
        padded: Tensor = self.conv(F.pad(x, (padding // 2, padding - padding // 2)))
        return padded


class Block(nn.Module):
    """Bottleneck of three convolutions before whose each the signal is activated, and a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int, config: Net1dConfig, is_first: bool) -> None:
        super().__init__()
        self.is_first, self.stride, self.norm, self.dropout = is_first, stride, config.norm, config.dropout
        self.widening = outputs - inputs
        self.bn1, self.bn2, self.bn3 = (nn.BatchNorm1d(n) for n in (inputs, outputs, outputs))
        self.conv1 = SameConv(inputs, outputs, 1)
        self.conv2 = SameConv(outputs, outputs, config.kernel, stride, outputs // config.group)
        self.conv3 = SameConv(outputs, outputs, 1)
        self.se_fc1 = nn.Linear(outputs, outputs // config.squeeze)
        self.se_fc2 = nn.Linear(outputs // config.squeeze, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, T] to [B, C', ceil(T / stride)]."""
        y = self.conv1(x if self.is_first else self._active(x, self.bn1))
        y = self.conv3(self._active(self.conv2(self._active(y, self.bn2)), self.bn3))
        weight = torch.sigmoid(self.se_fc2(F.silu(self.se_fc1(y.mean(-1)))))
        joined: Tensor = y * weight[..., None] + self._shortcut(x)
        return joined

    def _active(self, x: Tensor, norm: nn.Module) -> Tensor:
        return F.dropout(F.silu(norm(x) if self.norm else x), self.dropout, self.training)

    def _shortcut(self, x: Tensor) -> Tensor:
        if self.stride > 1:
            x = F.max_pool1d(F.pad(x, (0, self.stride - 1)), self.stride)
        before = self.widening // 2
        return F.pad(x, (0, 0, before, self.widening - before)) if self.widening else x


class Stage(nn.Module):
    """Blocks of one width, the first of which halves the rate."""

    def __init__(self, inputs: int, outputs: int, count: int, config: Net1dConfig, is_first: bool) -> None:
        super().__init__()
        sizes = [(inputs if k == 0 else outputs, 2 if k == 0 else 1) for k in range(count)]
        blocks = [Block(n, outputs, s, config, is_first and k == 0) for k, (n, s) in enumerate(sizes)]
        self.block_list = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, T] to [B, C', ceil(T / 2)]."""
        for block in self.block_list:
            x = block(x)
        return x


class Net1d(nn.Module):
    """The network described at the head of the file; `outputs` is the size of its last layer, which no feature uses."""

    def __init__(self, channels: int, config: Net1dConfig, outputs: int) -> None:
        super().__init__()
        self.norm = config.norm
        self.first_conv = SameConv(channels, config.first, config.kernel, 2)
        self.first_bn = nn.BatchNorm1d(config.first)
        sizes = zip((config.first, *config.widths), config.widths, config.blocks, strict=False)
        self.stage_list = nn.ModuleList(Stage(a, b, n, config, k == 0) for k, (a, b, n) in enumerate(sizes))
        self.dense = nn.Linear(config.widths[-1], outputs)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, T] to logits [B, outputs]."""
        logits: Tensor = self.dense(self.features(x))
        return logits

    def features(self, x: Tensor) -> Tensor:
        """[B, C, T] to features [B, widths[-1]]."""
        x = self.first_conv(x)
        x = F.silu(self.first_bn(x) if self.norm else x)
        for stage in self.stage_list:
            x = stage(x)
        return x.mean(-1)


def load_founder(path: Path, leads: int) -> Net1d:
    """ECGFounder with the weights of its published checkpoint; nothing but tensors is unpickled.

    Args:
        path: 12_lead_ECGFounder.pth or 1_lead_ECGFounder.pth.
        leads: 12 or 1.

    Raises:
        UnreadableInputError: no such file, no checkpoint, or tensors of another network; the first one is named.
    """
    net = Net1d(leads, FOUNDER, FOUNDER_OUTPUTS)
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except Exception as error:  # pickle, zip and torch each have errors of their own
        raise _unreadable(path, "it is no checkpoint of tensors alone") from error
    weights = stored.get("state_dict", stored) if isinstance(stored, dict) else {}
    _check(path, weights, net.state_dict())
    net.load_state_dict(weights)
    return net


def founder_path(path: Path | None) -> Path:
    """The checkpoint that a user named; DependencyError where none was."""
    if path is None:
        what = "ECGFounder needs its published checkpoint"
        raise DependencyError(
            what, where="finetune", remedy="give the file with --checkpoint, or use encoder: patchecg"
        )
    return path


def _check(path: Path, weights: Mapping[str, object], wanted: Mapping[str, Tensor]) -> None:
    for name, tensor in wanted.items():
        found = weights.get(name)
        if not isinstance(found, Tensor):
            raise _unreadable(path, f"it has no tensor {name}")
        if found.shape != tensor.shape:
            raise _unreadable(path, f"{name} is {list(found.shape)}, not {list(tensor.shape)}")
    extra = next((name for name in weights if name not in wanted), None)
    if extra is not None:
        raise _unreadable(path, f"it has a tensor {extra} that ECGFounder has not")


def _unreadable(path: Path, what: str) -> UnreadableInputError:
    remedy = "give 12_lead_ECGFounder.pth or 1_lead_ECGFounder.pth, for as many leads as the recipe has"
    return UnreadableInputError(f"{path}: {what}", where="--checkpoint", remedy=remedy)
