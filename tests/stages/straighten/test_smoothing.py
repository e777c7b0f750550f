"""Plates go through what is sure, go on straight beyond it, and may be creased."""

from __future__ import annotations

import numpy as np

from ecgimg.stages.straighten.smoothing import robust_weights, thin_plate, thin_plate_with_creases

SHAPE = (24, 30)
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(np.float32)


def test_a_plane_goes_on_where_nothing_is_known() -> None:
    plane = np.stack([0.3 * COLUMNS - 0.1 * ROWS, 0.2 * ROWS + 1], axis=2)
    weight = np.where(COLUMNS < 20, 1.0, 0.0).astype(np.float32)
    measured = np.where(weight[..., None] > 0, plane, 0).astype(np.float32)
    np.testing.assert_allclose(thin_plate(measured, weight, 1.0), plane, atol=0.01)


def test_scatter_is_averaged_and_a_fold_stays_sharp() -> None:
    fold = np.abs(COLUMNS - 15) * 0.1
    scatter = np.random.default_rng(0).normal(0, 0.03, (1, SHAPE[1])).astype(np.float32)  # whole lines are off
    measured = np.stack([fold + scatter, fold + scatter], axis=2).astype(np.float32)
    weight = np.ones(SHAPE, np.float32)
    creased = thin_plate_with_creases(measured, weight, 30.0, 0.003)[..., 0]
    smooth = thin_plate(measured, weight, 30.0**0.25)[..., 0]
    error = np.abs(creased - fold)
    assert error.mean() < 0.7 * np.abs(measured[..., 0] - fold).mean()
    assert error[:, 14:17].mean() < 0.7 * np.abs(smooth - fold)[:, 14:17].mean()


def test_nodes_that_their_neighbours_contradict_are_not_trusted() -> None:
    y, x = np.mgrid[:30, :40].astype(np.float32)
    values = np.stack([0.1 * x - 0.05 * y + 0.0005 * x * x, 0.02 * y], axis=2).astype(np.float32)
    wrong = np.zeros((30, 40), bool)
    wrong[12:18, 20:23] = wrong[:4, 37:] = True
    values[wrong, 0] += 1.0
    weight = np.full((30, 40), 0.8, np.float32)
    left = robust_weights(values, weight)
    assert left[wrong].max() < 0.01
    assert np.median(left[~wrong]) > 0.75
    mended = thin_plate(values, left, 1.5)
    true = values[..., 0] - wrong
    assert np.abs(mended[..., 0] - true).max() < 0.1
