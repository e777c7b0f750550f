"""The trace network's twin, its truth through warps, and that a few steps teach it something."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from ecgimg.networks.runtime import open_network
from ecgimg.networks.trace import BAND_ROWS, Spec, decode
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.common import shards
from ecgimg.train.common.sheets import RowCurve, SheetWarp, Straightened, draw_warp, print_sheet
from ecgimg.train.trace import data as trace_data
from ecgimg.train.trace.calibrate import Read, calibrate, expected_error, page_db
from ecgimg.train.trace.data import Crops, Cut, cut_rows, random_crops, warped_curve
from ecgimg.train.trace.fit import Shards, export, trace_loss
from ecgimg.train.trace.model import TraceNet, soft_place

TINY = (8, 8, 8, 8, 8)


def still_warp(dx: float = 0.0, dy: float = 0.0) -> SheetWarp:
    return SheetWarp(np.broadcast_to(np.array([dx, dy], np.float32), (12, 20, 2)).copy())


def wave(width: int = 400) -> RowCurve:
    x = np.arange(width, dtype=np.float32)
    return RowCurve(x, (300 + 40 * np.sin(x / 15)).astype(np.float32), 300.0)


def test_truth_stands_where_the_warp_puts_it() -> None:
    y = warped_curve(wave(), still_warp(2.0, -3.0), 380)
    x = np.arange(len(y)) / 2
    inside = slice(0, 700)
    np.testing.assert_allclose(y[inside], (300 + 40 * np.sin((x + 2) / 15) + 3)[inside], atol=0.1)


def test_truth_ends_where_the_print_ends() -> None:
    y = warped_curve(wave(100), still_warp(), 200)
    assert np.isfinite(y[:198]).all()
    assert np.isnan(y[200:]).all()


def test_ink_of_a_drawn_sheet_lies_on_its_truth() -> None:
    rng = np.random.default_rng(3)
    sheet = print_sheet(Simulated(1), load_recipe("clean").page, rng)
    hits = []
    for row in cut_rows(sheet, rng):
        rows = row.rows[::2]
        known = np.flatnonzero(np.isfinite(rows) & (np.abs(np.gradient(rows)) < 0.5))
        if known.size:
            at = np.rint(rows[known]).astype(int)
            hits.append(float(np.median(row.band[0, at, known] - np.median(row.band[0], axis=0)[known])))
    assert np.mean(hits) > 0.25


def test_bytes_keep_contrast() -> None:
    values = np.linspace(-1, 2, 50, dtype=np.float32)
    np.testing.assert_allclose(shards.from_bytes(shards.to_bytes(values)), values, atol=0.007)


def test_crops_stay_in_step_with_their_truth() -> None:
    rows = np.arange(1600, dtype=np.float32) / 10
    band = np.broadcast_to(np.arange(800, dtype=np.float32) / 800, (2, BAND_ROWS, 800)).copy()
    crops = random_crops([Cut(band, rows, np.zeros(1600, bool))], 4, np.random.default_rng(0))
    columns = shards.from_bytes(crops.bands)[:, 0, 0] * 800
    inside = (columns > 2) & np.isfinite(crops.rows[:, ::2])
    assert inside.sum() > 500
    assert np.abs(columns - crops.rows[:, ::2] * 5)[inside].max() < 6


def test_half_of_the_crops_are_cut_where_rows_are_near() -> None:
    band = np.zeros((2, BAND_ROWS, 2000), np.float32)
    rows = np.arange(4000, dtype=np.float32)
    crowded = (rows > 3000) & (rows < 3200)
    crops = random_crops([Cut(band, rows, crowded)] * 60, 1, np.random.default_rng(0))
    held = np.array([np.isin(np.flatnonzero(crowded), row).mean() for row in crops.rows])
    assert 0.15 < held[::2].mean() < 0.5
    assert held[1::2].mean() > 0.75


def test_rows_are_near_where_their_curves_are() -> None:
    x = np.linspace(0, 400, 800, dtype=np.float32)
    flat = RowCurve(x, np.full(800, 300, np.float32), 300.0)
    tall = RowCurve(x, np.where(np.abs(x - 200) < 20, 310, 100).astype(np.float32), 100.0)
    sheet = Straightened(np.full((600, 400, 3), 255, np.uint8), (flat, tall), still_warp())
    for row in cut_rows(sheet, np.random.default_rng(1)):
        near = np.flatnonzero(row.crowded) / 2
        assert near.min() == pytest.approx(180, abs=2)
        assert near.max() == pytest.approx(220, abs=2)


def test_a_warp_is_small() -> None:
    shifts = [np.abs(draw_warp(np.random.default_rng(k), (1700, 2200)).nodes).max() for k in range(20)]
    assert max(shifts) < 45


def test_the_twin_decodes_like_the_package() -> None:
    rng = np.random.default_rng(0)
    logits = torch.from_numpy(rng.normal(0, 3, (1, BAND_ROWS, 64)).astype(np.float32))
    place, _ = decode(logits[0].numpy(), np.zeros(64, np.float32))
    np.testing.assert_allclose(soft_place(logits)[0].numpy(), place, atol=1e-2)


def test_onnx_is_the_twin_at_any_width(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = TraceNet(TINY).eval()
    path = export(model, Spec(0.5, ((0.0, 0.0), (1.0, 1.0))), tmp_path / "trace.onnx")
    network = open_network(path, threads=1)
    band = np.random.default_rng(0).normal(0, 1, (2, 3, BAND_ROWS, 96)).astype(np.float32)
    logits, presence = network.run(band=band)
    with torch.no_grad():
        ours = model(torch.from_numpy(band))
    assert logits.shape == (2, BAND_ROWS, 192)
    np.testing.assert_allclose(logits, ours[0].numpy(), atol=0.02)
    np.testing.assert_allclose(presence, ours[1].numpy(), atol=0.02)
    assert Spec.read(network.spec) == Spec(0.5, ((0.0, 0.0), (1.0, 1.0)))


def test_a_few_steps_lower_the_loss(tmp_path: Path) -> None:
    torch.manual_seed(0)
    x = np.arange(128)
    rows = np.stack([120 + 30 * np.sin(x / 9 + k) for k in range(8)]).astype(np.float32)
    grid = np.arange(BAND_ROWS)[None, :, None]
    bands = np.exp(-0.5 * (grid - rows[:, None, ::2]) ** 2)[:, None].repeat(2, 1).astype(np.float32)
    trace_data.write_shard(Crops(shards.to_bytes(bands), rows), tmp_path / "0_00000.npz")
    model = TraceNet(TINY)
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    losses = []
    for batch in islice(Shards(tmp_path).epoch(0), 30):
        loss = trace_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-3:]) < 0.75 * losses[0]


def reads_with(error: float, count: int = 4000) -> Read:
    rng = np.random.default_rng(0)
    truth = (120 + 20 * np.sin(np.arange(count) / 30)).astype(np.float32)
    confidence = rng.uniform(0, 1, count).astype(np.float32)
    wrong = rng.uniform(0, 1, count) > confidence**2
    place = truth + np.where(wrong, 10.0, error * rng.normal(0, 1, count))
    return Read(place.astype(np.float32), confidence, np.full(count, 9, np.float32), truth)


def test_calibrated_confidence_is_the_share_that_is_right() -> None:
    read = reads_with(0.1)
    spec = calibrate([read])
    assert expected_error([read], spec) < 0.03
    assert expected_error([read], Spec(0.5, ((0.0, 0.0), (1.0, 1.0)))) > 0.1


@pytest.mark.parametrize(("error", "db"), [(1.414, 20.0), (0.1414, 40.0)])
def test_decibels_of_a_known_error(error: float, db: float) -> None:
    truth = (120 + 20 * np.sin(np.arange(60000) / 30)).astype(np.float32)
    noise = np.random.default_rng(1).normal(0, error, len(truth))
    read = Read((truth + noise).astype(np.float32), truth * 0, np.full(len(truth), 9, np.float32), truth)
    assert page_db([read], 0.5) == pytest.approx(db, abs=0.3)


def test_an_unknown_curve_scores_zero_decibels() -> None:
    truth = (120 + 20 * np.sin(np.arange(6000) / 30)).astype(np.float32)
    read = Read(truth, truth * 0, np.full(len(truth), -9, np.float32), truth)
    assert page_db([read], 0.5) == pytest.approx(0.0, abs=0.2)
