"""PatchECG's targets are blended with the probabilities of the members before; each name builds its network."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from ecgimg.train.common.ptbxl_targets import TARGETS, EcgSet
from ecgimg.train.patchecg.baselines import Baseline
from ecgimg.train.patchecg.fit import BASELINES, OUTPUTS, build, distilled
from ecgimg.train.patchecg.model import PatchEcg


class Constant(nn.Module):
    """Gives every record the same logit."""

    def __init__(self, logit: float) -> None:
        super().__init__()
        self.logit = logit

    def forward(self, signals: Tensor, mask: Tensor) -> Tensor:
        assert mask.all()
        return torch.full((len(signals), 2), self.logit)


def test_targets_are_blended_with_probabilities() -> None:
    data = EcgSet(np.zeros((3, 12, 8), np.float16), np.eye(3, 2, dtype=np.float32), np.ones((3, 2)), np.arange(3))
    soft = distilled([Constant(1.0), Constant(-1.0)], data, 0.5)  # the mean logit is 0
    np.testing.assert_allclose(soft.targets, 0.5 * data.targets + 0.25, atol=1e-6)
    np.testing.assert_array_equal(soft.weights, data.weights)


def test_networks_are_built_by_name() -> None:
    assert isinstance(build("member-1"), PatchEcg)
    fills = {}
    for name in BASELINES:
        model = build(name)
        assert isinstance(model, Baseline)
        fills[name] = model.config.fill
    assert fills == {"resnet-zero": "zero", "resnet-linear": "linear"}
    assert [code for code, _ in OUTPUTS] == list(TARGETS[: len(OUTPUTS)])
