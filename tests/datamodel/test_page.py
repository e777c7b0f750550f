"""Sheet maps interpolate and turn as they say, and impossible objects are rejected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.page import (
    LayoutMatch,
    LeadName,
    Photo,
    PlacedCell,
    Pulse,
    Scale,
    ScaleWitness,
    Sheet,
    SheetMap,
    Trace,
    UprightSheet,
)

quick = settings(max_examples=20, deadline=None, derandomize=True)
shares = st.floats(0, 1, width=32)


@st.composite
def sheet_maps(draw: st.DrawFn) -> SheetMap:
    """Maps of a few nodes anywhere in a photo."""
    rows, cols = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    nodes = draw(arrays(np.float32, (rows, cols, 2), elements=st.floats(-500, 4000, width=32)))
    return SheetMap(nodes, draw(st.sampled_from([1.0, 2.5, 20.0])))


def even_map(corner: tuple[float, float], right: tuple[float, float], shape: tuple[int, int] = (4, 6)) -> SheetMap:
    """A map whose columns follow each other by `right` and its rows at a right angle to that."""
    rows, cols = np.mgrid[: shape[0], : shape[1]]
    down = (-right[1], right[0])
    nodes = [corner[k] + cols * right[k] + rows * down[k] for k in (0, 1)]
    return SheetMap(np.stack(nodes, axis=2).astype(np.float32), 20.0)


def node_points(sheet_map: SheetMap) -> Floats:
    """The sheet points [R, C, 2] at which the nodes stand."""
    rows, cols = sheet_map.nodes.shape[:2]
    x, y = np.meshgrid(np.arange(cols) * sheet_map.step, np.arange(rows) * sheet_map.step)
    return np.stack([x, y], axis=2).astype(np.float32)


@quick
@given(sheet_maps())
def test_nodes_map_to_themselves(sheet_map: SheetMap) -> None:
    np.testing.assert_allclose(sheet_map.to_photo(node_points(sheet_map)), sheet_map.nodes, rtol=1e-5, atol=1e-2)


@quick
@given(sheet_maps(), st.data(), shares, shares)
def test_between_nodes_the_map_is_bilinear(sheet_map: SheetMap, data: st.DataObject, u: float, v: float) -> None:
    rows, cols = sheet_map.nodes.shape[:2]
    j, i = data.draw(st.integers(0, rows - 2)), data.draw(st.integers(0, cols - 2))
    (a, b), (c, d) = sheet_map.nodes[j : j + 2, i : i + 2].astype(np.float64)
    wanted = (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v
    found = sheet_map.to_photo(np.array([(i + u) * sheet_map.step, (j + v) * sheet_map.step]))
    np.testing.assert_allclose(found, wanted, atol=0.05)


@quick
@given(sheet_maps(), st.floats(0.5, 5), st.booleans(), st.booleans())
def test_beyond_the_nodes_the_map_goes_on_straight(sheet_map: SheetMap, far: float, upward: bool, end: bool) -> None:
    """The point beyond a border node lies on the line through that node and its neighbour inside."""
    nodes = (sheet_map.nodes.transpose(1, 0, 2) if upward else sheet_map.nodes).astype(np.float64)
    last = nodes.shape[1] - 1 if end else 0
    inner, sign = (last - 1, 1) if end else (1, -1)
    wanted = nodes[0, last] + far * (nodes[0, last] - nodes[0, inner])
    place = np.array([(last + sign * far) * sheet_map.step, 0.0])
    found = sheet_map.to_photo(place[::-1] if upward else place)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=0.1)


@quick
@given(sheet_maps(), arrays(np.float64, (3, 4, 2), elements=st.floats(-100, 200)))
def test_points_map_one_by_one_whatever_their_shape(sheet_map: SheetMap, points: Doubles) -> None:
    together = sheet_map.to_photo(points)
    assert together.shape == points.shape
    assert together.dtype == np.float32
    one_by_one = [sheet_map.to_photo(point) for point in points.reshape(-1, 2)]
    np.testing.assert_array_equal(together.reshape(-1, 2), one_by_one)


@quick
@given(st.floats(-179, 179), st.floats(1, 100))
def test_rotation_undoes_the_direction_of_the_rows(degrees: float, spacing: float) -> None:
    direction = np.deg2rad(degrees)
    rotated = even_map((500.0, 400.0), (spacing * np.cos(direction), spacing * np.sin(direction)))
    assert rotated.rotation == pytest.approx(-degrees, abs=0.01)


@pytest.mark.parametrize(
    "nodes",
    [np.zeros((1, 4, 2)), np.zeros((4, 1, 2)), np.zeros((4, 4)), np.zeros((4, 4, 3)), np.full((2, 2, 2), np.nan)],
)
def test_a_map_without_two_rows_and_columns_of_points_is_rejected(nodes: Doubles) -> None:
    with pytest.raises(ValueError, match="nodes"):
        SheetMap(nodes.astype(np.float32), 20.0)


@pytest.mark.parametrize("step", [0.0, -1.0])
def test_nodes_follow_one_another(step: float) -> None:
    with pytest.raises(ValueError, match="step is positive"):
        SheetMap(np.zeros((2, 2, 2), np.float32), step)


def sheet(photo_shape: tuple[int, int] = (100, 200), confidence: float = 1.0, px_per_mm: float = 8.0) -> Sheet:
    """A sheet of 60 x 100 pixels that lies in its photo as it is, one photo pixel to a sheet pixel."""
    return Sheet(
        pixels=np.zeros((61, 101, 3), np.uint8),
        px_per_mm=px_per_mm,
        map=even_map((0.0, 0.0), (20.0, 0.0)),
        photo_shape=photo_shape,
        rotation=0.0,
        straightened_by="grid",
        grid_confidence=confidence,
    )


def test_a_photo_reaches_half_a_pixel_beyond_its_middle_points() -> None:
    points = np.array([[[0, 0], [-0.4, 0], [-0.6, 0]], [[49, 29], [49.4, 29.4], [49, 29.6]]])
    assert sheet(photo_shape=(30, 50)).on_photo(points).tolist() == [[True, True, False], [True, True, False]]


def upright(
    baselines: tuple[float, ...], names: tuple[LeadName, ...] = (), pulses: tuple[Pulse, ...] = ()
) -> UprightSheet:
    return UprightSheet(sheet(), np.zeros((2, 30, 101), np.float32), baselines, names=names, pulses=pulses)


def test_a_name_that_is_read_twice_counts_once() -> None:
    names = (LeadName("II", 10, 10, 0.9), LeadName("II", 10, 50, 0.7), LeadName("V1", 60, 10, 0.8))
    assert upright((10.0, 50.0), names, (Pulse(1, 5, 10), Pulse(1, 5, 10))).n_identified_marks == 4


def cell(**changes: object) -> PlacedCell:
    usual = {"lead": "II", "sign": 1, "line": 0, "is_strip": False, "start": 0.0, "seconds": 2.5}
    return PlacedCell(**{**usual, "x0": 0.0, "x1": 50.0, "y0": 10.0, **changes})  # type: ignore[arg-type]


def trace(confidence: float = 1.0, step: float = 0.5, length: int = 4) -> Trace:
    return Trace(np.zeros(4, np.float32), np.full(length, confidence, np.float32), step, 0.0)


def match(seconds: float = 10.0, confidence: float = 1.0, cells: tuple[PlacedCell, ...] | None = None) -> LayoutMatch:
    scale = Scale(25.0, "text")
    return LayoutMatch("3x4", (cell(),) if cells is None else cells, scale, scale, confidence, (), seconds)


IMPOSSIBLE: dict[str, Callable[[], object]] = {
    "a grey photo": lambda: Photo(np.zeros((4, 4), np.uint8), Path("p")),
    "a photo of floats": lambda: Photo(np.zeros((4, 4, 3), np.float32), Path("p")),  # type: ignore[arg-type]
    "an empty photo": lambda: Photo(np.zeros((0, 4, 3), np.uint8), Path("p")),
    "page 0": lambda: Photo(np.zeros((4, 4, 3), np.uint8), Path("p"), page=0),
    "page 5 of 2": lambda: Photo(np.zeros((4, 4, 3), np.uint8), Path("p"), page=5, pages=2),
    "a sheet without scale": lambda: sheet(px_per_mm=0.0),
    "a sheet surer than sure": lambda: sheet(confidence=1.1),
    "a sheet of an empty photo": lambda: sheet(photo_shape=(0, 10)),
    "a name of no lead": lambda: LeadName("V17", 0, 0, 0.5),
    "a name of negative confidence": lambda: LeadName("II", 0, 0, -0.1),
    "a pulse without width": lambda: Pulse(5, 5, 10),
    "a pulse without height": lambda: Pulse(5, 9, 0),
    "rows from bottom to top": lambda: upright((50.0, 10.0)),
    "planes of another width": lambda: UprightSheet(sheet(), np.zeros((2, 30, 100), np.float32), ()),
    "a scale of 0": lambda: Scale(0.0, "text"),
    "a witness of 0": lambda: ScaleWitness("text", 0.0, 0.5),
    "a witness surer than sure": lambda: ScaleWitness("text", 25.0, 1.5),
    "a contradiction that is no witness": lambda: Scale(25.0, "text", (), (ScaleWitness("beats", 50.0, 0.9),)),
    "a sheet stretched to nothing": lambda: replace(sheet(), stretch=0.0),
    "a cell of no lead": lambda: cell(lead="V17"),
    "a cell of sign 0": lambda: cell(sign=0),
    "a cell that lasts no time": lambda: cell(seconds=0.0),
    "a cell that ends before it begins": lambda: cell(x1=-1.0),
    "a layout without cells": lambda: match(cells=()),
    "a layout without time": lambda: match(seconds=0.0),
    "a layout surer than sure": lambda: match(confidence=2.0),
    "a trace surer than sure": lambda: trace(confidence=1.5),
    "a trace of unknown confidence": lambda: trace(confidence=np.nan),
    "a trace without columns": lambda: trace(step=0.0),
    "a trace with more confidences than points": lambda: trace(length=5),
}


@pytest.mark.parametrize("make", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_cannot_be_is_rejected(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        make()


def test_chest_leads_have_their_own_gain_where_it_is_printed() -> None:
    ten = replace(match(), gain=Scale(10.0, "text"))
    assert {ten.gain_of(lead) for lead in ("II", "aVR", "V1", "V6")} == {10.0}
    apart = replace(ten, chest_gain=Scale(5.0, "text"))
    assert [apart.gain_of(lead) for lead in ("II", "aVR", "V1", "V6")] == [10, 10, 5, 5]


def test_what_can_be_is_accepted() -> None:
    assert Photo(np.zeros((4, 6, 3), np.uint8), Path("p"), page=2, pages=2).shape == (4, 6)
    assert match().cells == (cell(),)
    assert trace().y.shape == (4,)


def test_photo_points_on_the_sheet() -> None:
    x, y = np.meshgrid(np.arange(6) * 20.0, np.arange(5) * 20.0)
    angle = np.deg2rad(10)
    turned = np.stack([np.cos(angle) * x - np.sin(angle) * y + 50, np.sin(angle) * x + np.cos(angle) * y], axis=2)
    sheet_map = SheetMap(turned.astype(np.float32), 20.0)
    points = np.array([[10.0, 10.0], [77.0, 33.0], [-15.0, 120.0]])
    there = sheet_map.to_photo(points).astype(np.float64)
    np.testing.assert_allclose(sheet_map.to_sheet(there), points, atol=0.05)
    np.testing.assert_allclose(sheet_map.to_sheet(there[0]), points[0], atol=0.05)
