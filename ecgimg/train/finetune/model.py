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


class GatedHead(nn.Module):
    """Two branches to logits, what was learned and what was measured; a gate weighs them, unit by unit.

    With a = tanh(A learned) and b = tanh(B facts), the logits are linear in g a + (1 - g) b, g = sigmoid(G [a, b]).
    """

    def __init__(self, branches: tuple[int, int], hidden: int, outputs: int) -> None:
        super().__init__()
        self.branches = branches
        self.register_buffer("mean", torch.zeros(branches[0]))
        self.register_buffer("scale", torch.ones(branches[0]))
        self.dropout = nn.Dropout(DROPOUT)
        self.learned, self.facts = (nn.Linear(width, hidden) for width in branches)
        self.gates = nn.Linear(2 * hidden, hidden)
        self.out = nn.Linear(hidden, outputs)

    def forward(self, features: Tensor) -> Tensor:
        """[B, sum of branches] to [B, outputs]."""
        learned, facts, gate = self._parts(features)
        logits: Tensor = self.out(self.dropout(gate * learned + (1 - gate) * facts))
        return logits

    def gate(self, features: Tensor) -> Tensor:
        """The weight [B, hidden] of what was learned, in 0..1; the rest is that of the facts."""
        return self._parts(features)[2]

    @torch.no_grad()
    def adapt(self, features: Tensor) -> None:
        """Takes mean and deviation of what was learned from features [N, width]; facts are scaled already."""
        learned = features[:, : self.branches[0]]
        self.get_buffer("mean").copy_(learned.mean(0))
        self.get_buffer("scale").copy_(learned.std(0).clamp_min(1e-3))

    def _parts(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        learned, facts = features.split(self.branches, 1)
        scaled = (learned - self.get_buffer("mean")) / self.get_buffer("scale")
        a, b = torch.tanh(self.learned(self.dropout(scaled))), torch.tanh(self.facts(facts))
        return a, b, torch.sigmoid(self.gates(torch.cat([a, b], 1)))


def head_of(encoder: nn.Module, hidden: int, outputs: int) -> Head | GatedHead:
    """The head for the features of an encoder: gated where they come of two branches, and it is not to be linear."""
    branches = getattr(encoder, "branches", None)
    if hidden and branches is not None:
        return GatedHead(branches, hidden, outputs)
    return Head(int(encoder.width), hidden, outputs)  # type: ignore[arg-type]


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
