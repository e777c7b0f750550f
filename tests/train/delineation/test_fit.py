"""The loss of the delineation network, a training of two steps, and its export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from train.delineation.test_data import lead_set

from ecgimg.networks.runtime import open_network
from ecgimg.train.delineation.data import NO_P, SOME_P
from ecgimg.train.delineation.fit import TrainingPlan, delineation_loss, export, train
from ecgimg.train.delineation.model import Delineation
from ecgimg.train.delineation.wear import UNMARKED


class Constant(nn.Module):
    """Gives the same logits everywhere."""

    def __init__(self, *logits: float) -> None:
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, lead: Tensor) -> Tensor:
        return self.logits[None, :, None].expand(len(lead), 4, lead.shape[2])


def loss_of(model: nn.Module, label: int, kind: int) -> float:
    inputs = torch.ones(2, 2, 64)
    labels = torch.full((2, 64), label)
    labels[0, 0] = 0
    return float(delineation_loss(model, (inputs, labels, torch.full((2,), kind))))


def test_what_is_marked_is_learned_and_what_is_not_costs_nothing() -> None:
    sure_p = Constant(0.0, 9.0, 0.0, 0.0)
    assert loss_of(sure_p, 1, 0) < loss_of(sure_p, 2, 0)
    none = Constant(9.0, 0.0, 0.0, 0.0)
    assert loss_of(none, UNMARKED, 0) < 0.01


def test_p_waves_cost_in_fibrillation_and_their_lack_costs_in_sinus_rhythm() -> None:
    sure_p, none = Constant(0.0, 3.0, 0.0, 0.0), Constant(3.0, 0.0, 0.0, 0.0)
    assert loss_of(sure_p, UNMARKED, NO_P) - loss_of(sure_p, UNMARKED, 0) > 0.5
    assert loss_of(none, UNMARKED, SOME_P) - loss_of(none, UNMARKED, 0) > 0.1
    assert loss_of(none, UNMARKED, NO_P) - loss_of(none, UNMARKED, 0) < 0.05


@pytest.mark.slow
def test_a_training_is_exported_and_computes_the_same(tmp_path: Path) -> None:
    plan = TrainingPlan(epochs=1, steps=2)
    model = train(lead_set(0), lead_set(NO_P), tmp_path / "x.pt", plan, 0)
    network = open_network(export(model, tmp_path / "x.onnx"))
    assert network.spec["classes"] == ["none", "P", "QRS", "T"]
    lead = np.random.default_rng(0).normal(0, 1, (2, 2, 320)).astype(np.float32)
    with torch.no_grad():
        ours = model(torch.from_numpy(lead)).numpy()
    np.testing.assert_allclose(network.run(lead=lead)[0], ours, atol=0.02)


def test_the_network_sees_almost_two_seconds_to_each_side() -> None:
    torch.manual_seed(0)
    model = Delineation().eval()
    lead = torch.randn(1, 2, 2560)
    other = lead.clone()
    other[..., :64] = 3.0
    with torch.no_grad():
        change = (model(lead) - model(other)).abs()[0].amax(0)
    assert float(change[500]) > 0
