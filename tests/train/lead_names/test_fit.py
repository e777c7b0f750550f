"""The network of lead names is scored by the twelve leads, other names and other places, and exported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from landmark_pages import landmark_page

from ecgimg.networks.landmarks import FIRST_NAME
from ecgimg.networks.lead_names import CLASSES, HEIGHT, NAMES, WIDTH
from ecgimg.networks.runtime import Network, open_network
from ecgimg.train.common.marked_pages import MarkedPage
from ecgimg.train.lead_names.data import NONE
from ecgimg.train.lead_names.fit import export, score
from ecgimg.train.lead_names.model import build


class Constant(Network):
    """Gives every cut-out the same class surely."""

    def __init__(self, answer: int) -> None:
        self.answer = answer

    def run(self, **inputs: np.ndarray) -> list[np.ndarray]:
        return [np.tile(20 * np.eye(CLASSES, dtype=np.float32)[self.answer], (len(inputs["cut"]), 1))]


@pytest.fixture(scope="module")
def pages() -> list[MarkedPage]:
    """A page of the twelve leads, and the same page with V4R in place of V1."""
    page = landmark_page()
    marks = page.marks.copy()
    marks[marks[:, 0] == FIRST_NAME + NAMES.index("V1"), 0] = FIRST_NAME + NAMES.index("V4R")
    return [page, replace(page, marks=marks)]


def test_names_of_the_twelve_other_names_and_places_without_one_are_scored_apart(pages: list[MarkedPage]) -> None:
    names = np.concatenate([page.marks[page.marks[:, 0] >= FIRST_NAME][:, 0] - FIRST_NAME for page in pages])
    none = score(Constant(NONE), pages)
    assert (none.n_usual, none.n_other) == (len(names) - 1, 1)
    assert (none.usual_right, none.usual_wrong, none.other_right, none.other_as_usual, none.invented) == (0,) * 5
    usual = score(Constant(1), pages)
    assert usual.usual_right == pytest.approx((names == 1).sum() / (len(names) - 1))
    assert usual.usual_wrong == pytest.approx(1 - usual.usual_right)
    assert (usual.other_right, usual.other_as_usual, usual.invented) == (0, 1, 1)
    other = score(Constant(NAMES.index("V4R")), pages)
    assert (other.usual_right, other.usual_wrong, other.other_right, other.other_as_usual) == (0, 0, 1, 0)
    assert np.isnan(score(Constant(NONE), pages[:1]).other_right)


def test_the_exported_file_is_the_twin(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = build().eval()
    network = open_network(export(model, tmp_path / "names.onnx"))
    assert network.spec["classes"] == [*NAMES, "none"]
    cut = np.random.default_rng(0).normal(0, 1, (3, 2, HEIGHT, WIDTH)).astype(np.float32)
    with torch.no_grad():
        ours = model(torch.from_numpy(cut)).numpy()
    np.testing.assert_allclose(network.run(cut=cut)[0], ours, atol=0.01)
