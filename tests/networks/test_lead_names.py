"""Patches around lead names, and what becomes of their logits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks.base import NetworkTests, Values

from ecgimg.datamodel.leads import LEADS, OTHER_LEADS
from ecgimg.networks.lead_names import CLASSES, HEIGHT, NAME, NAMES, WIDTH, cut_words, read_names


def test_a_patch_is_cut_around_its_place_in_millimetres() -> None:
    planes = np.zeros((2, 200, 300), np.float32)
    planes[:, 80, 120] = 1.0
    (patch,) = cut_words(planes, [(30.0, 20.0)])
    assert patch.shape == (2, HEIGHT, WIDTH)
    assert tuple(np.argwhere(patch[0])[0]) == (HEIGHT // 2, WIDTH // 2)


def test_the_likeliest_name_is_read_with_its_probability() -> None:
    logits = np.zeros((3, CLASSES), np.float32)
    logits[0, NAMES.index("V3")] = logits[1, NAMES.index("V3R")] = logits[2, -1] = 4.0
    (name, probability), (other, _), (none, _) = read_names(logits)
    assert (name, other, none) == ("V3", "V3R", None)
    assert probability == pytest.approx(np.exp(4) / (np.exp(4) + CLASSES - 1), rel=1e-5)


def test_names_are_the_twelve_and_some_of_the_other_leads() -> None:
    assert NAMES[: len(LEADS)] == LEADS
    assert set(NAMES[len(LEADS) :]) < set(OTHER_LEADS)


class TestLeadNames(NetworkTests):
    name = NAME
    inputs_and_outputs = ("cut", "logits")

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        return {"cut": rng.uniform(0, 1, (count, 2, HEIGHT, WIDTH)).astype(np.float32)}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        return {"logits": (len(inputs["cut"]), CLASSES)}

    @classmethod
    def export_twin(cls, path: Path) -> Any:
        from ecgimg.train.common.export import deployable
        from ecgimg.train.common.text_patch_net import TextPatchNet
        from ecgimg.train.lead_names.fit import export

        model = TextPatchNet(HEIGHT, CLASSES).eval()
        export(model, path)
        return deployable(model)
