"""The landmark network learns a page, and the exported file is the twin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ecgimg.networks.landmarks import ROW, START, find_rows, find_starts
from ecgimg.networks.runtime import open_network
from ecgimg.train.common.export import load_exported
from ecgimg.train.landmarks.data import heatmap
from ecgimg.train.landmarks.fit import export, landmark_loss
from ecgimg.train.landmarks.model import LandmarkNet

TINY = (8, (8, 12, 16, 16))


@pytest.mark.slow
def test_an_overfit_page_is_found() -> None:
    torch.manual_seed(0)
    model = LandmarkNet(*TINY)
    rng = np.random.default_rng(0)
    sheet = torch.from_numpy(rng.normal(0, 0.1, (1, 2, 128, 128)).astype(np.float32))
    sheet[0, :, 60:64] += 1
    sheet[0, :, 20:40, 30:33] += 1
    marks = np.array([(ROW, 0, 15.5, 32, 15.5), (START, 8, 8, 8, 8)], np.float32)
    target = torch.from_numpy(heatmap(marks, 128))[None]
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    losses = []
    for _ in range(60):
        loss = landmark_loss(model, (sheet, target))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]
    with torch.no_grad():
        shown = model(sheet)[0].numpy()
    assert [round(row.y) for row in find_rows(shown)] == [16]
    assert [(round(spot.x), round(spot.y)) for spot in find_starts(shown)] == [(8, 8)]


def test_onnx_is_the_twin_at_any_size(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = LandmarkNet(*TINY).eval()
    network = open_network(export(model, tmp_path / "landmarks.onnx"), threads=1)
    for shape in ((64, 96), (128, 64)):
        sheet = np.random.default_rng(0).normal(0, 1, (1, 2, *shape)).astype(np.float32)
        with torch.no_grad():
            ours = model(torch.from_numpy(sheet)).numpy()
        shown = network.run(sheet=sheet)[0]
        assert shown.shape == (1, 16, shape[0] // 4, shape[1] // 4)
        np.testing.assert_allclose(shown, ours, atol=0.03)


def test_an_exported_network_is_loaded_back(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = LandmarkNet(*TINY)
    sheets = torch.from_numpy(np.random.default_rng(0).normal(0, 1, (4, 2, 64, 96)).astype(np.float32))
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.3)
            assert module.running_mean is not None
            torch.nn.init.normal_(module.running_mean, 0, 0.2)
    path = export(model.eval(), tmp_path / "landmarks.onnx")
    loaded = LandmarkNet(*TINY)
    load_exported(loaded, path, sheets)
    with torch.no_grad():
        ours, training, theirs = loaded.eval()(sheets), loaded.train()(sheets), model(sheets)
    torch.testing.assert_close(ours, theirs, atol=0.03, rtol=0.03)
    torch.testing.assert_close(training, theirs, atol=0.03, rtol=0.03)


def test_an_exported_network_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = export(LandmarkNet(*TINY).eval(), tmp_path / "landmarks.onnx")
    with pytest.raises((ValueError, RuntimeError)):
        load_exported(LandmarkNet(8, (8, 12, 16)), path, torch.zeros(1, 2, 64, 64))
