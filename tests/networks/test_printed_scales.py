"""Patches along printed texts, and the speed and gain that several texts give together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks.base import NetworkTests, Values

from ecgimg.networks.printed_scales import HEIGHT, NAME, SCALES, STEP_MM, WIDTH, cut_texts, read_texts
from ecgimg.networks.trace import PX_PER_MM

NONE = len(SCALES)


def sure_of(*classes: int) -> np.ndarray:
    """Logits [N, 8] that are sure of a class each."""
    return np.float32(12) * np.eye(NONE + 1, dtype=np.float32)[list(classes)]


def test_a_patch_is_cut_around_the_middle_of_its_text() -> None:
    planes = np.zeros((2, 150, 600), np.float32)
    planes[:, 50, 300] = 1.0
    (patch,) = cut_texts(planes, [(280.0, 90.0, 320.0, 110.0)])
    assert tuple(np.argwhere(patch[0])[0]) == (HEIGHT // 2, WIDTH // 2)


@pytest.mark.parametrize(("spare", "count"), [(-100, 1), (0, 1), (10, 2), (48, 2), (49, 3), (480, 11)])
def test_a_wide_text_is_covered_by_patches(spare: float, count: int) -> None:
    width = WIDTH + spare
    assert len(cut_texts(np.zeros((2, 60, 900), np.float32), [(0.0, 0.0, width, 20.0)])) == count
    assert count >= 1 + max(spare, 0) / (STEP_MM * PX_PER_MM)


def test_speed_and_gain_come_from_different_texts() -> None:
    assert read_texts(sure_of(SCALES.index(("speed", 25.0)), SCALES.index(("gain", 5.0)), NONE)) == {
        "speed": 25.0,
        "gain": 5.0,
    }


def test_texts_that_contradict_each_other_give_nothing() -> None:
    speeds = [k for k, (kind, _) in enumerate(SCALES) if kind == "speed"]
    assert read_texts(sure_of(speeds[0], speeds[1])) == {}


def test_an_unsure_text_gives_nothing() -> None:
    assert read_texts(0.1 * sure_of(0)) == {}


class TestPrintedScales(NetworkTests):
    name = NAME
    inputs_and_outputs = ("cut", "logits")

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        return {"cut": rng.uniform(0, 1, (count, 2, HEIGHT, WIDTH)).astype(np.float32)}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        return {"logits": (len(inputs["cut"]), 8)}

    @classmethod
    def export_twin(cls, path: Path) -> Any:
        from ecgimg.train.common.export import deployable
        from ecgimg.train.common.text_patch_net import TextPatchNet
        from ecgimg.train.printed_scales.fit import export

        model = TextPatchNet(HEIGHT, NONE + 1).eval()
        export(model, path)
        return deployable(model)
