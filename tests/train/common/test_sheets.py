"""Training sheets: warps are small, wear keeps the shape, and the same seed gives the same sheet."""

from __future__ import annotations

import numpy as np

from ecgimg.networks.trace import PX_PER_MM
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.common.sheets import NODE_MM, SheetWarp, degrade, draw_sheet, draw_warp


def test_a_warp_is_small() -> None:
    shifts = [np.abs(draw_warp(np.random.default_rng(k), (1700, 2200)).nodes).max() for k in range(20)]
    assert max(shifts) < 45


def test_a_shift_between_nodes_is_interpolated() -> None:
    nodes = np.zeros((3, 3, 2), np.float32)
    nodes[:, 1, 0] = 4
    step = NODE_MM * PX_PER_MM
    x = np.array([[0, step / 2, step]], np.float32)
    dx, dy = SheetWarp(nodes).shift(x, np.zeros_like(x))
    np.testing.assert_allclose(dx, [[0, 2, 4]], atol=0.1)
    assert not dy.any()


def test_wear_of_the_same_seed_is_the_same() -> None:
    page = np.full((300, 400, 3), 250, np.uint8)
    page[140:144] = 20
    for k in range(4):
        worn = [degrade(page, draw_warp(rng, page.shape), rng) for rng in (np.random.default_rng(k) for _ in range(2))]
        np.testing.assert_array_equal(*worn)
        assert worn[0].shape == page.shape
        assert (worn[0] != page).any()


def test_a_drawn_sheet_is_repeatable() -> None:
    recipes = [load_recipe("clean")] * 2
    first, second = (draw_sheet(Simulated(1), recipes, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first.pixels, second.pixels)
    assert [c.baseline_y for c in first.curves] == [c.baseline_y for c in second.curves]
