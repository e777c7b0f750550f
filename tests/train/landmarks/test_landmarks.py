"""Marks lie on the drawn pages' landmarks, the heat is read back, and the network learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ecgimg.networks.landmarks import PULSE, ROW, SCALE_TEXT, START, find_areas, find_names, find_rows, find_starts
from ecgimg.networks.runtime import open_network
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.common.marked_pages import MarkedPage, draw_page, read_shard, write_shard
from ecgimg.train.common.shards import from_bytes
from ecgimg.train.landmarks.data import CROP, crop, heat
from ecgimg.train.landmarks.fit import export
from ecgimg.train.landmarks.model import LandmarkNet, heat_loss
from ecgimg.train.landmarks.run import Hits, page_hits

TINY = (8, (8, 12, 16, 16))


@pytest.fixture(scope="module")
def page() -> MarkedPage:
    recipe = load_recipe("clean")
    usual = recipe.page.model_copy(update={"layouts": {"3x4+1R": 1.0}, "pulses": {"left": 1.0}})
    recipe = recipe.model_copy(update={"page": usual})
    return draw_page(Simulated(2), [recipe, recipe], np.random.default_rng(4))


def logits(marks: np.ndarray) -> np.ndarray:
    """The heat of a network that is sure of everything."""
    spot = np.clip(heat(marks, CROP * 3), 1e-4, 1 - 1e-4)
    return np.log(spot / (1 - spot)).astype(np.float32)


def test_rows_run_along_the_ink(page: MarkedPage) -> None:
    ink = from_bytes(page.planes)[0]
    rows = page.marks[page.marks[:, 0] == ROW]
    assert len(rows) == 13
    near = [
        ink[round(4 * y) - 24 : round(4 * y) + 24, round(4 * x0) + 4 : round(4 * x1) - 4] for _, x0, y, x1, _ in rows
    ]
    assert np.median([(part.max(axis=0) > 0.4).mean() for part in near]) > 0.8


def test_heat_is_read_back(page: MarkedPage) -> None:
    shown = logits(page.marks)
    hits = page_hits(page, shown)
    assert hits["rows"] == Hits(4, 4, 0)
    assert hits["starts"].found == hits["starts"].there
    assert hits["names"].found == hits["names"].there
    assert len(find_areas(shown, PULSE)) == (page.marks[:, 0] == PULSE).sum()
    assert len(find_areas(shown, SCALE_TEXT)) <= (page.marks[:, 0] == SCALE_TEXT).sum()


def test_cold_heat_shows_nothing() -> None:
    cold = np.full((16, 100, 120), -6.0, np.float32)
    assert find_starts(cold) == find_names(cold) == ()
    assert find_rows(cold) == ()
    assert find_areas(cold, PULSE) == ()


def test_a_crop_s_targets_move_with_it(page: MarkedPage) -> None:
    planes, target = crop(page, np.random.default_rng(1))
    assert planes.shape == (2, CROP, CROP)
    assert target.shape == (16, CROP // 4, CROP // 4)
    row = target[ROW].max(axis=1)
    assert row.max() > 0.8
    line = int(row.argmax())
    assert (planes[0, 4 * line - 24 : 4 * line + 24].max(axis=0) > 0.4).mean() > 0.3


def test_shards_keep_pages(page: MarkedPage, tmp_path: Path) -> None:
    write_shard([page, page], tmp_path / "1.npz")
    first, second = read_shard(tmp_path / "1.npz")
    np.testing.assert_array_equal(first.planes, page.planes)
    np.testing.assert_array_equal(second.marks, page.marks)


def test_an_overfit_page_is_found() -> None:
    torch.manual_seed(0)
    model = LandmarkNet(*TINY)
    rng = np.random.default_rng(0)
    sheet = torch.from_numpy(rng.normal(0, 0.1, (1, 2, 128, 128)).astype(np.float32))
    sheet[0, :, 60:64] += 1
    sheet[0, :, 20:40, 30:33] += 1
    marks = np.array([(ROW, 0, 15.5, 32, 15.5), (START, 8, 8, 8, 8)], np.float32)
    target = torch.from_numpy(heat(marks, 128))[None]
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    losses = []
    for _ in range(60):
        loss = heat_loss(model(sheet), target)
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
