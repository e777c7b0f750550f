"""An encoder with a head, and the mean of several."""

from __future__ import annotations

import torch
from torch import Tensor, nn

DROPOUT = 0.3
"""Share of features that the head does not see in a training step."""


class Head(nn.Module):
    """Features, brought to mean 0 and deviation 1, to logits; through one hidden layer where `hidden` is not 0."""

    def __init__(self, width: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))
        layers: list[nn.Module] = [nn.Dropout(DROPOUT)]
        if hidden:
            layers += [nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(DROPOUT)]
        self.layers = nn.Sequential(*layers, nn.Linear(hidden or width, outputs))

    def forward(self, features: Tensor) -> Tensor:
        """[B, width] to [B, outputs]."""
        scaled = (features - self.get_buffer("mean")) / self.get_buffer("scale")
        logits: Tensor = self.layers(scaled)
        return logits

    @torch.no_grad()
    def adapt(self, features: Tensor) -> None:
        """Takes mean and deviation from features [N, width]; those that hardly vary are not blown up."""
        deviation = features.std(0)
        self.get_buffer("mean").copy_(features.mean(0))
        self.get_buffer("scale").copy_(deviation.clamp_min(float(deviation.mean()) * 0.05 + 1e-6))


class FinetuneModel(nn.Module):
    """Input of `ecgimg.networks.finetuned` to logits: the head on the encoder's features."""

    def __init__(self, encoder: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head

    def forward(self, *inputs: Tensor) -> Tensor:
        """Inputs to logits [B, K]."""
        logits: Tensor = self.head(self.encoder(*inputs))
        return logits.float()


class Mean(nn.Module):
    """Mean of the outputs of several networks with the same input."""

    def __init__(self, members: list[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Inputs of each member to its outputs."""
        return torch.stack([member(*inputs) for member in self.members]).mean(0)
