"""The types of the truth: boxes, grid nodes, visibility after the camera."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgimg.datamodel.page import PlacedCell
from ecgimg.layouts import load_layout
from ecgimg.synth.truth import Curve, Page, moved_curve

CELL = PlacedCell(lead="II", sign=1, line=0, is_strip=False, start=0.0, seconds=1.0, x0=0.0, x1=25.0, y0=10.0)
POINTS = np.array([[0, 10], [10, 4], [20, 12], [30, 10]], np.float32)
CURVE = Curve(
    cell=CELL,
    time=np.arange(4, dtype=np.float32),
    mv=np.zeros(4, np.float32),
    points=POINTS,
    visible=np.array([True, True, True, False]),
)
PAGE = Page(
    pixels=np.zeros((100, 200, 3), np.uint8),
    layout=load_layout("3x4"),
    px_per_mm=2.0,
    paper_speed=25.0,
    gain=10.0,
    chest_gain=10.0,
    grid_kind="lines",
    grid_origin=(13.0, 7.0),
    grid_box=(9.5, 9.5, 189.5, 89.5),
    curves=(CURVE,),
    texts=(),
    pulses=(),
)


def test_the_box_of_a_curve_holds_its_visible_points() -> None:
    assert CURVE.box == (0.0, 4.0, 20.0, 12.0)
    assert replace(CURVE, visible=np.zeros(4, bool)).box is None


def test_what_leaves_the_photo_is_not_visible() -> None:
    moved = moved_curve(CURVE, POINTS - (5, 0), width=14, height=20)
    assert moved.visible.tolist() == [False, True, False, False]
    np.testing.assert_array_equal(moved.mv, CURVE.mv)
    unknown = moved_curve(CURVE, np.full((4, 2), np.nan, np.float32), 14, 20)
    assert not unknown.visible.any()


@pytest.mark.parametrize(("mm", "shape"), [(5.0, (8, 18)), (25.0, (1, 4))])
def test_grid_nodes_are_multiples_of_the_grid_inside_its_box(mm: float, shape: tuple[int, int]) -> None:
    nodes = PAGE.grid_nodes(mm)
    steps = (nodes - PAGE.grid_origin) / (mm * PAGE.px_per_mm)
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)
    assert ((nodes >= 9.5) & (nodes <= (189.5, 89.5))).all()
    assert nodes.shape == (*shape, 2)


def test_corners_run_clockwise_around_all_pixels() -> None:
    assert PAGE.corners.tolist() == [[-0.5, -0.5], [199.5, -0.5], [199.5, 99.5], [-0.5, 99.5]]
    assert PAGE.cells == (CELL,)
