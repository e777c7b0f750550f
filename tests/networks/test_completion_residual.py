"""The residual network: its input, and what it adds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks.base import NetworkTests, Values

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks import completion_residual
from ecgimg.networks.completion_residual import NAME, STRIDE, load_residual, network_input


def noise(length: int) -> Floats:
    return np.random.default_rng(0).normal(0, 0.3, (12, length)).astype(np.float32)


@pytest.mark.parametrize(
    ("length", "fs", "patches"), [(1000, 100.0, 125), (5000, 500.0, 125), (3, 500.0, 1), (1, 40.0, 1)]
)
def test_the_input_is_at_100_hz_and_ends_with_a_patch(length: int, fs: float, patches: int) -> None:
    seen = np.zeros((12, length), bool)
    seen[1] = True
    inputs = network_input(noise(length), seen, noise(length), fs)
    assert inputs.shape == (36, patches * STRIDE)
    assert not inputs[[0, *range(2, 12)]].any()
    assert inputs[13].sum() == round(np.ceil(length * 100 / fs))
    assert not np.delete(inputs[12:24], 1, axis=0).any()


@pytest.mark.parametrize(("length", "fs"), [(1000, 100.0), (2571, 257.1), (3, 500.0), (6000, 40.0)])
def test_the_residual_has_the_shape_of_the_recording_and_obeys_the_limb_laws(length: int, fs: float) -> None:
    seen = np.zeros((12, length), bool)
    seen[6] = True
    added = load_residual().residual(noise(length), seen, noise(length), fs)
    assert added.shape == (12, length)
    assert np.isfinite(added).all()
    np.testing.assert_allclose(added[0] + added[2], added[1], atol=1e-4)


def test_long_recordings_are_run_in_parts_without_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = np.zeros((12, 3000), bool)
    seen[[0, 7]] = True
    whole = load_residual().residual(noise(3000), seen, noise(3000), 100.0)
    monkeypatch.setattr(completion_residual, "CHUNK", 800)
    np.testing.assert_allclose(load_residual().residual(noise(3000), seen, noise(3000), 100.0), whole, atol=1e-4)


class TestCompletionResidual(NetworkTests):
    name = NAME
    inputs_and_outputs = ("leads", "residual")

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        return {"leads": rng.normal(0, 0.3, (count, 36, 10 * STRIDE)).astype(np.float32)}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        count, _, length = inputs["leads"].shape
        return {"residual": (count, 8, length)}

    @classmethod
    def export_twin(cls, path: Path) -> Any:
        from ecgimg.train.common.export import deployable
        from ecgimg.train.completion.fit import export
        from ecgimg.train.completion.model import CompletionResidual

        model = CompletionResidual()
        export(model, path)
        return deployable(model)
