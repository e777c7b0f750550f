"""Deployable twins: norms folded, weights in half precision, and a file that computes what the twin computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from ecgimg.networks.runtime import open_network
from ecgimg.train.common.blocks import Block, halved
from ecgimg.train.common.export import Ensemble, deployable, export_onnx


def network() -> nn.Module:
    """A small network whose batch norms have statistics."""
    torch.manual_seed(0)
    model = nn.Sequential(halved(2, 24), Block(24), nn.Conv2d(24, 3, 1))
    with torch.no_grad():
        model(torch.randn(8, 2, 16, 16))
    return model.eval()


def test_norms_are_folded_and_weights_are_half_precision() -> None:
    model = network()
    twin = deployable(model)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in twin.modules())
    assert any(isinstance(module, nn.BatchNorm2d) for module in model.modules())  # the model itself is unchanged
    for parameter in twin.parameters():
        if parameter.ndim > 1:
            assert torch.equal(parameter, parameter.half().float())
    inputs = torch.randn(2, 2, 16, 16)
    torch.testing.assert_close(twin(inputs), model(inputs), atol=0.02, rtol=0.02)


def test_the_file_is_the_twin_at_any_size_and_half_as_large(tmp_path: Path) -> None:
    twin = deployable(network())
    path = tmp_path / "net.onnx"
    free = {"image": {2: "h", 3: "w"}, "out": {2: "rows", 3: "columns"}}
    export_onnx(twin, {"image": torch.zeros(1, 2, 16, 16)}, ["out"], path, {"network": "test"}, free)
    opened = open_network(path, threads=1)
    inputs = torch.randn(3, 2, 8, 24)
    np.testing.assert_allclose(opened.run(image=inputs.numpy())[0], twin(inputs).numpy(), atol=1e-4)
    assert opened.spec == {"network": "test"}
    assert path.stat().st_size < 3 * sum(p.numel() for p in twin.parameters())


def test_an_ensemble_is_the_mean_of_the_first_outputs() -> None:
    members = [nn.Linear(4, 3), nn.Linear(4, 5)]
    inputs = torch.randn(2, 4)
    mean = (members[0](inputs)[:, :2] + members[1](inputs)[:, :2]) / 2
    torch.testing.assert_close(Ensemble(members, 2)(inputs), mean)
