"""The loss of the generator, and a training of two steps that resumes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from train.generation.test_data import KNOWN

from ecgimg.networks.generation import CHANNELS, HOP, HOPS
from ecgimg.train.generation.data import GenerationSet, draw_batch
from ecgimg.train.generation.fit import TrainingPlan, train, velocity_loss
from ecgimg.train.generation.model import Generation
from ecgimg.train.generation.transform import Transform

KERNELS = np.random.default_rng(0).normal(size=(CHANNELS, 8, 2 * HOP)).astype(np.float32)
DATA = GenerationSet(np.random.default_rng(1).normal(size=(8, CHANNELS, HOPS)).astype(np.float16), (KNOWN,) * 8)


class Right(Generation):
    """A network that finds the velocity of a batch."""

    def __init__(self, velocity: torch.Tensor) -> None:
        super().__init__(torch.from_numpy(KERNELS))
        self.known = velocity

    def velocity(self, *_: torch.Tensor) -> torch.Tensor:
        return self.known


def test_the_right_velocity_costs_nothing() -> None:
    batch = draw_batch(DATA, np.arange(4), np.random.default_rng(0))
    cos, sin = batch.angle.cos()[:, :, None], batch.angle.sin()[:, :, None]
    right = cos * batch.noise - sin * batch.clean
    assert float(velocity_loss(Right(right), batch)) == pytest.approx(0, abs=1e-9)
    assert float(velocity_loss(Right(right + 1), batch)) == pytest.approx(1, abs=1e-4)


@pytest.mark.slow
def test_a_training_goes_on_where_it_stopped_and_leaves_the_transform_alone(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    plan = TrainingPlan(2, 1, 4)
    transform = Transform(KERNELS, KERNELS)
    model = train(DATA, transform, tmp_path / "a.pt", plan)
    np.testing.assert_array_equal(model.inverse.weight.numpy(), KERNELS)
    again = train(DATA, transform, tmp_path / "a.pt", plan)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))
    with pytest.raises(ValueError, match="other options"):
        train(DATA, transform, tmp_path / "a.pt", replace(plan, epochs=3))
