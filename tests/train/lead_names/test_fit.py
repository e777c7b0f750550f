"""The network of lead names is scored by names and by cut-outs without one, and exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from landmark_pages import landmark_page
from torch import Tensor, nn

from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.landmarks import FIRST_NAME
from ecgimg.networks.lead_names import CLASSES, HEIGHT, WIDTH
from ecgimg.networks.runtime import open_network
from ecgimg.train.lead_names.data import NONE
from ecgimg.train.lead_names.fit import export, score
from ecgimg.train.lead_names.model import build


class Constant(nn.Module):
    """Gives every cut-out the same class."""

    def __init__(self, answer: int) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, cut: Tensor) -> Tensor:
        return torch.eye(CLASSES)[self.answer].expand(len(cut), -1)


def test_names_and_other_cut_outs_are_scored_apart() -> None:
    page = landmark_page()
    names = page.marks[page.marks[:, 0] >= FIRST_NAME][:, 0] - FIRST_NAME
    assert score(Constant(NONE), [page]) == (0.0, 0.0, len(names))
    right, invented, _ = score(Constant(1), [page])
    assert right == np.mean(names == 1)
    assert invented == 1


def test_the_exported_file_is_the_twin(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = build().eval()
    network = open_network(export(model, tmp_path / "names.onnx"))
    assert network.spec["classes"] == [*LEADS, "none"]
    cut = np.random.default_rng(0).normal(0, 1, (3, 2, HEIGHT, WIDTH)).astype(np.float32)
    with torch.no_grad():
        ours = model(torch.from_numpy(cut)).numpy()
    np.testing.assert_allclose(network.run(cut=cut)[0], ours, atol=0.01)
