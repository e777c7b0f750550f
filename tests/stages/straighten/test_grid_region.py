"""The largest region with a grid is boxed; holes belong to it, specks do not."""

from __future__ import annotations

import numpy as np
import pytest
from refused import refused

from ecgimg.datamodel.arrays import Floats
from ecgimg.errors import Cause
from ecgimg.stages.straighten.grid_region import _largest_region, grid_box


def strengths(first: tuple[int, int] = (10, 20), last: tuple[int, int] = (49, 79)) -> Floats:
    """Strengths [R, C] of 60 x 100 nodes with a grid from one node (row, column) to another."""
    plane = np.full((60, 100), 0.05, np.float32)
    plane[first[0] : last[0] + 1, first[1] : last[1] + 1] = 0.8
    return plane


def test_the_box_is_the_region_with_a_margin() -> None:
    x0, y0, x1, y1 = grid_box(strengths())
    assert (x0, y0, x1, y1) == pytest.approx((18, 8, 81, 51), abs=2)


def test_the_box_ends_with_the_page() -> None:
    assert grid_box(np.full((60, 100), 0.8, np.float32)) == (0, 0, 99, 59)


def test_a_hole_in_the_grid_belongs_to_it() -> None:
    plane = strengths()
    plane[25:35, 40:50] = 0
    region = _largest_region(plane)
    assert region[25:35, 40:50].all()
    assert not region[:5].any()


def test_the_smaller_of_two_regions_is_left_out() -> None:
    plane = strengths()
    plane[10:50, 90:] = 0.8
    assert grid_box(plane) == grid_box(strengths())


@pytest.mark.parametrize("shape", [(3, 30), (14, 14)])
def test_a_grid_too_small_for_an_ecg_is_refused(shape: tuple[int, int]) -> None:
    plane = np.full((20, 40), 0.05, np.float32)
    plane[3 : 3 + shape[0], 5 : 5 + shape[1]] = 0.8
    with refused(Cause.SMALL_GRID, "the grid covers only"):
        grid_box(plane)


def test_a_strip_that_is_cut_out_along_its_curve_is_large_enough() -> None:
    plane = np.full((20, 40), 0.05, np.float32)
    plane[6:12, 5:35] = 0.8
    first, top, last, bottom = grid_box(plane)
    assert (last - first) * 2.5 > 60
    assert (bottom - top) * 2.5 < 30


def test_a_page_without_a_grid_is_refused() -> None:
    with refused(Cause.SMALL_GRID, "covers only 0 x 0 mm"):
        grid_box(np.zeros((60, 100), np.float32))
