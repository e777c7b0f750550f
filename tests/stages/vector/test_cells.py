"""A cell's curve is the points that are drawn; between evenly spaced ones it follows the signal."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.page import Curve, LayoutMatch, PlacedCell, Scale, Sheet, SheetMap
from ecgimg.stages.vector.cells import cut_cells
from ecgimg.stages.vector.curves import DrawnCurve
from ecgimg.stages.vector.page import DrawnPage
from ecgimg.stages.vector.rows import DrawnRow

NODES = SheetMap(np.stack(np.meshgrid(np.arange(2), np.arange(2)), axis=2).astype(np.float32), 1.0)
SHEET = Sheet(np.zeros((9, 9, 3), np.uint8), 8.0, NODES, (9, 9), 0.0, "vector", 1.0)
CELL = PlacedCell("II", 1, 0, False, 0.0, 2.5, 100.0, 600.0, 50.0)


def wave(x: np.ndarray) -> np.ndarray:
    return 50 + 20 * np.sin(x / 5)


def cut(*curves: DrawnCurve) -> tuple[PlacedCell, Curve]:
    match = LayoutMatch("any", (CELL,), Scale(25.0, "text"), Scale(10.0, "text"), 1.0, (), 2.5)
    match, (curve,) = cut_cells(match, DrawnPage(SHEET, (DrawnRow(curves, None, 50.0),), (), ()))
    return match.cells[0], curve


def test_a_cell_ends_where_its_own_curve_does_and_follows_the_signal_between_points() -> None:
    x = 103.0 + 1.6 * np.arange(308)
    cell, curve = cut(DrawnCurve(x, wave(x)))
    assert (cell.x0, cell.x1) == (x[0], x[-1])
    np.testing.assert_allclose(np.interp(x, curve.x, curve.y), wave(x), atol=1e-9)
    between = (x[5:-6] + x[6:-5]) / 2
    lines = np.abs(np.interp(between, x, wave(x)) - wave(between)).max()
    assert np.abs(np.interp(between, curve.x, curve.y) - wave(between)).max() < lines / 20


def test_the_corners_of_an_unevenly_drawn_line_stay_corners() -> None:
    x = 100.0 + np.cumsum(np.tile([1.0, 3.0], 125))
    _, curve = cut(DrawnCurve(x, wave(x)))
    assert curve.x[np.isfinite(curve.y)].tolist() == x.tolist()


def test_between_curves_nothing_is_known() -> None:
    one, other = (DrawnCurve(x, wave(x)) for x in (np.arange(100.0, 300.0), np.arange(400.0, 600.0)))
    cell, curve = cut(one, other)
    assert (cell.x0, cell.x1) == (CELL.x0, CELL.x1)
    assert np.isnan(np.interp(350.0, curve.x, curve.y))
    assert np.isfinite(np.interp([250.0, 450.0], curve.x, curve.y)).all()
