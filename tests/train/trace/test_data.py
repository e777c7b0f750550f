"""Bands and crops of the trace network: the truth goes through warps, cuts and shards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ecgimg.networks.trace import BAND_ROWS, place_in_band
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.common.shards import Shards, from_bytes
from ecgimg.train.common.sheets import RowCurve, SheetWarp, Straightened, print_sheet
from ecgimg.train.trace.data import (
    BATCH,
    EPOCH_STEPS,
    Crops,
    Cut,
    cut_rows,
    epoch,
    random_crops,
    read_shard,
    warped_curve,
    write_shard,
)


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


def test_crops_stay_in_step_with_their_truth() -> None:
    rows = np.arange(1600, dtype=np.float32) / 10
    band = np.broadcast_to(np.arange(800, dtype=np.float32) / 800, (2, BAND_ROWS, 800)).copy()
    crops = random_crops([Cut(band, rows, np.zeros(1600, bool))], 4, np.random.default_rng(0))
    columns = from_bytes(crops.bands)[:, 0, 0] * 800
    inside = (columns > 2) & np.isfinite(crops.rows[:, ::2])
    assert inside.sum() > 500
    assert np.abs(columns - crops.rows[:, ::2] * 5)[inside].max() < 6


def test_half_of_the_crops_are_cut_where_rows_are_near() -> None:
    band = np.zeros((2, BAND_ROWS, 2000), np.float32)
    rows = np.arange(4000, dtype=np.float32)
    crowded = (rows > 3000) & (rows < 3200)
    crops = random_crops([Cut(band, rows, crowded)] * 60, 1, np.random.default_rng(0))
    share = np.array([np.isin(np.flatnonzero(crowded), row).mean() for row in crops.rows])
    assert 0.15 < share[::2].mean() < 0.5
    assert share[1::2].mean() > 0.75


def test_rows_are_near_where_their_curves_are() -> None:
    x = np.linspace(0, 400, 800, dtype=np.float32)
    flat = RowCurve(x, np.full(800, 300, np.float32), 300.0)
    tall = RowCurve(x, np.where(np.abs(x - 200) < 20, 310, 100).astype(np.float32), 100.0)
    sheet = Straightened(np.full((600, 400, 3), 255, np.uint8), (flat, tall), still_warp())
    for row in cut_rows(sheet, np.random.default_rng(1)):
        near = np.flatnonzero(row.crowded) / 2
        assert near.min() == pytest.approx(180, abs=2)
        assert near.max() == pytest.approx(220, abs=2)


def test_an_epoch_goes_on_with_the_next_shard(tmp_path: Path) -> None:
    bands = np.zeros((6, 2, BAND_ROWS, 16), np.uint8)
    for k in range(2):
        write_shard(Crops(bands, np.full((6, 32), k, np.float32)), tmp_path / f"{k}_00000.npz")
    assert read_shard(tmp_path / "1_00000.npz").rows[0, 0] == 1
    batches = list(epoch(Shards(tmp_path), 0))
    assert len(batches) == EPOCH_STEPS
    planes = batches[0][0]
    assert planes.shape == (BATCH, 3, BAND_ROWS, 16)
    np.testing.assert_array_equal(planes[0, 2, :, 0].numpy(), place_in_band())
    assert sum(float(r[0, 0]) for _, r in batches) == EPOCH_STEPS / 2
    again = next(iter(epoch(Shards(tmp_path), 0)))
    torch.testing.assert_close(again[0], planes, rtol=0, atol=0)
