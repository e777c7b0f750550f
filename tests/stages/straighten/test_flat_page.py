"""The flat page holds the grid's box at its scale, without ink."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_grids import ruled
from refused import refused

from ecgimg.errors import Cause
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.flat_page import flat_page
from ecgimg.stages.straighten.grid_fit import GridFit

PX_PER_MM = 6.0
FIT = GridFit(np.diag([1 / PX_PER_MM, 1 / PX_PER_MM, 1.0]), np.array([5.0, 10, 55, 40]), 1.0, 4.0, False, 1.0, None)


def test_the_page_is_the_grids_box_at_its_scale() -> None:
    page = flat_page(ruled((300, 400), PX_PER_MM), FIT, 1.0)
    assert page.contrast.shape == (30 * 4, 50 * 4)
    corner = page.from_photo @ np.array([5 * PX_PER_MM, 10 * PX_PER_MM, 1.0])
    np.testing.assert_allclose(corner / corner[2], [0, 0, 1], atol=1e-9)
    bold = page.contrast[30:90, 20:180].mean(axis=0)
    assert bold[::20].min() > 3 * np.abs(bold[10::20]).max()


def test_strongly_bent_paper_has_a_margin() -> None:
    bent = replace(FIT, places=np.zeros((0, 5), np.float32))
    margin = 1 + 2 * STRAIGHTEN.bent_margin_share
    assert flat_page(ruled((300, 400), PX_PER_MM), bent, 1.0).contrast.shape == (
        round(120 * margin),
        round(200 * margin),
    )


def test_ink_is_left_out() -> None:
    photo = ruled((300, 400), PX_PER_MM)
    photo[140:144, 60:300] = 10
    page = flat_page(photo, FIT, 1.0)
    row = round((142 / PX_PER_MM - 10) * STRAIGHTEN.flat_px_per_mm)
    np.testing.assert_array_equal(page.contrast[row, 40:160], 0)


def test_a_grid_wider_than_any_page_is_refused() -> None:
    wide = replace(FIT, box=np.array([0.0, 0, STRAIGHTEN.max_side_mm + 1, 100]))
    with refused(Cause.LARGE_GRID, "the grid seems 701 mm wide"):
        flat_page(ruled((60, 80), PX_PER_MM), wide, 1.0)
