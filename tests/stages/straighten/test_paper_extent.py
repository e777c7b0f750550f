"""The sheet is the paper, not the part of it on which the grid is seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn_grids import ruled

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.page import Photo
from ecgimg.stages.landmarks.find import turn_sheet
from ecgimg.stages.straighten.by_grid import by_grid
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.paper_extent import carried_on, paper_box

PX_PER_MM = 6.0
NODE_PX = STRAIGHTEN.flat_px_per_mm * STRAIGHTEN.node_mm
"""Distance of the nodes on the flat page."""
TO_FLAT = np.diag([STRAIGHTEN.flat_px_per_mm / PX_PER_MM, STRAIGHTEN.flat_px_per_mm / PX_PER_MM, 1.0])


def paper(size_mm: tuple[int, int], at_mm: tuple[int, int], on_mm: tuple[int, int], table: int) -> Pixels:
    """White paper (height, width) whose upper left corner lies at a place of a grey table (height, width)."""
    photo = np.full((round(on_mm[0] * PX_PER_MM), round(on_mm[1] * PX_PER_MM), 3), table, np.uint8)
    y, x = (round(v * PX_PER_MM) for v in at_mm)
    photo[y : y + round(size_mm[0] * PX_PER_MM), x : x + round(size_mm[1] * PX_PER_MM)] = 245
    return photo


def box_mm(*sides: float) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (round(side / STRAIGHTEN.node_mm) for side in sides)
    return x0, y0, x1, y1


def test_paper_around_the_grid_belongs_to_the_sheet() -> None:
    photo = paper((190, 270), (0, 0), (190, 270), 0)
    found = paper_box(photo, TO_FLAT, box_mm(10, 80, 260, 150))
    np.testing.assert_allclose(np.array(found) * STRAIGHTEN.node_mm, (0, 0, 270, 190), atol=5)


def test_the_table_does_not() -> None:
    photo = paper((150, 200), (20, 30), (200, 280), 120)
    found = paper_box(photo, TO_FLAT, box_mm(40, 60, 220, 160))
    np.testing.assert_allclose(np.array(found) * STRAIGHTEN.node_mm, (30, 20, 230, 170), atol=5)


def test_the_grid_stays_where_the_paper_is_darker_beside_it() -> None:
    photo = paper((150, 200), (20, 30), (200, 280), 120)
    grid = box_mm(0, 0, 280, 200)
    assert paper_box(photo, TO_FLAT, grid) == grid


def test_nodes_are_carried_on_with_the_displacement_of_the_edge() -> None:
    x, y = np.meshgrid(np.arange(12), np.arange(9))
    measured = (np.stack([x, y], axis=2) * NODE_PX + np.array([1.5, -0.5])).astype(np.float32)
    wider = carried_on(measured, (2, 1, 9, 7), (-3, -2, 14, 10))
    assert wider.shape == (13, 18, 2)
    np.testing.assert_allclose(wider[0, 0], np.array([-3, -2]) * NODE_PX + [1.5, -0.5], atol=1e-3)
    np.testing.assert_allclose(wider[3:10, 5:13], measured[1:8, 2:10], atol=1e-3)


def test_a_strip_on_white_paper_below_a_grid_is_on_the_sheet() -> None:
    """Half of the page's grid is too pale to be seen."""
    grid = ruled((round(95 * PX_PER_MM), round(220 * PX_PER_MM)), PX_PER_MM)
    below = np.full((round(80 * PX_PER_MM), grid.shape[1], 3), 250, np.uint8)
    below[round(40 * PX_PER_MM) : round(40.5 * PX_PER_MM), 60:-60] = 20
    sheet = by_grid(Photo(np.concatenate([grid, below]), Path("page.png")))
    assert sheet is not None
    assert sheet.pixels.shape[0] / sheet.px_per_mm == pytest.approx(175, abs=6)
    assert sheet.grid_box is not None
    assert sheet.grid_box[3] / sheet.px_per_mm == pytest.approx(95, abs=6)
    assert sheet.pixels[round(130 * sheet.px_per_mm) :].min() < 90


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_the_grid_turns_with_its_sheet(quarter_turns: int) -> None:
    grid = ruled((round(95 * PX_PER_MM), round(220 * PX_PER_MM)), PX_PER_MM)
    below = np.full((round(80 * PX_PER_MM), grid.shape[1], 3), 250, np.uint8)
    sheet = by_grid(Photo(np.concatenate([grid, below]), Path("page.png")))
    assert sheet is not None
    turned = turn_sheet(sheet, quarter_turns)
    back = turn_sheet(turned, 4 - quarter_turns)
    assert back.grid_box == pytest.approx(sheet.grid_box)
    assert turned.grid_box != pytest.approx(sheet.grid_box)
