"""Crops and target heatmaps of the landmark network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from landmark_pages import landmark_page

from ecgimg.networks.landmarks import ROW, START
from ecgimg.train.common.marked_pages import MarkedPage, write_shard
from ecgimg.train.common.shards import Shards
from ecgimg.train.landmarks.data import BATCH, CROP, EPOCH_STEPS, crop, epoch, heatmap


@pytest.fixture(scope="module")
def page() -> MarkedPage:
    return landmark_page()


def test_a_crop_s_targets_move_with_it(page: MarkedPage) -> None:
    planes, target = crop(page, np.random.default_rng(1))
    assert planes.shape == (2, CROP, CROP)
    assert target.shape == (16, CROP // 4, CROP // 4)
    row = target[ROW].max(axis=1)
    assert row.max() > 0.8
    line = int(row.argmax())
    assert (planes[0, 4 * line - 24 : 4 * line + 24].max(axis=0) > 0.4).mean() > 0.3


def test_a_target_is_highest_at_its_mark() -> None:
    target = heatmap(np.array([(ROW, 0, 15.5, 32, 15.5), (START, 8, 24, 8, 24)], np.float32), 128)
    assert target.shape == (16, 32, 32)
    assert set(target[ROW].argmax(axis=0)) == {15}
    assert np.unravel_index(target[START].argmax(), (32, 32)) in {(y, x) for y in (23, 24) for x in (7, 8)}
    assert target.sum() == pytest.approx(target[ROW].sum() + target[START].sum())


@pytest.mark.slow
def test_an_epoch_is_of_whole_shards(page: MarkedPage, tmp_path: Path) -> None:
    write_shard([page] * 4, tmp_path / "1_00000.npz")
    batches = list(epoch(Shards(tmp_path), 0))
    assert len(batches) == EPOCH_STEPS
    assert batches[0][0].shape == (BATCH, 2, CROP, CROP)
    assert not torch.equal(batches[0][0], batches[1][0])
