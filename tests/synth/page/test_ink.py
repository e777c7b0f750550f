from __future__ import annotations

import numpy as np
import pytest

from ecgimg.synth.page.ink import Ink, blend, paste, ruled_paper
from ecgimg.synth.page.style import GridStyle

HORIZONTAL = np.array([[10.0, 20.0], [90.0, 20.0]])


def stroke(points: np.ndarray, width: float, level: int = 255) -> np.ndarray:
    ink = Ink(100, 40)
    ink.stroke(points, width, level)
    return ink.coverage()


@pytest.mark.parametrize("width", [0.6, 1.0, 1.7, 3.3])
def test_a_stroke_has_its_width(width: float) -> None:
    assert stroke(HORIZONTAL, width)[:, 50].sum() / 255 == pytest.approx(width, abs=0.35)


@pytest.mark.parametrize("y", [20.0, 20.25, 20.5])
def test_a_stroke_lies_between_pixels(y: float) -> None:
    column = stroke(HORIZONTAL * [1, 0] + [0, y], 2.0)[:, 50].astype(float)
    assert (column * np.arange(len(column))).sum() / column.sum() == pytest.approx(y, abs=0.1)


def test_a_stroke_breaks_where_points_are_unknown() -> None:
    points = np.stack([np.arange(10.0, 91.0), np.full(81, 20.0)], axis=1)
    points[30:50] = np.nan
    row = stroke(points, 2.0)[20]
    assert row[20] == row[80] == 255
    assert not row[45:55].any()
    assert not stroke(np.full((3, 2), np.nan), 2.0).any()


def test_steep_parts_of_a_trace_are_paler() -> None:
    ink = Ink(100, 40)
    x = np.arange(10.0, 90.0, 0.5)
    y = 30 - np.interp(x, [40, 44, 48], [0, 25, 0])
    ink.trace(np.stack([x, y], axis=1), 2.0, 0.5)
    coverage = ink.coverage()
    assert coverage[28:33, 25].max() > 240
    assert 90 < coverage[17, 38:50].max() < 170


def test_ink_makes_nothing_lighter() -> None:
    pixels = np.array([[[200, 200, 200], [10, 10, 10], [90, 90, 90]]], np.uint8)
    blend(pixels, np.array([[255, 255, 0]], np.uint8), (50, 60, 70))
    assert pixels.tolist() == [[[50, 60, 70], [10, 10, 10], [90, 90, 90]]]


def test_half_a_coverage_is_half_a_colour() -> None:
    pixels = np.full((1, 1, 3), 255, np.uint8)
    blend(pixels, np.array([[255]], np.uint8), (55, 55, 55), 0.5)
    assert pixels[0, 0].tolist() == [155, 155, 155]


def test_a_mask_is_cut_at_the_edges_of_its_layer() -> None:
    layer = np.zeros((6, 8), np.uint8)
    box = paste(layer, np.full((4, 4), 9, np.uint8), -1.0, 4.0)
    assert box == (-1, 4, 3, 8)
    assert np.argwhere(layer).tolist() == [[4, 0], [4, 1], [4, 2], [5, 0], [5, 1], [5, 2]]
    assert paste(layer, np.full((2, 2), 9, np.uint8), 50.0, 50.0) == (50, 50, 52, 52)


def test_heavy_lines_cross_at_the_origin() -> None:
    style = GridStyle(kind="lines", minor=(230, 180, 180), major=(120, 0, 0), major_mm=0.3, phase=(1.0, 2.0))
    pixels, origin = ruled_paper(160, 120, 4.0, style, (255, 255, 255), (-0.5, -0.5, 159.5, 119.5))
    assert origin == (-0.5 + 4.0, -0.5 + 8.0)
    dark = 255.0 - pixels[:, :, 1].astype(float)
    columns = dark.mean(axis=0)
    heavy = [x for x in range(2, 158) if columns[x] > columns[x - 2 : x + 3].mean() and columns[x] > 100]
    assert heavy
    assert all(min((x - origin[0]) % 20.0, -(x - origin[0]) % 20.0) < 1.0 for x in heavy)


@pytest.mark.parametrize("kind", ["lines", "dashed", "dots", "major-only", "none"])
def test_grids_have_ink_in_their_box_only(kind: str) -> None:
    style = GridStyle(kind=kind, minor=(200, 150, 150), major=(150, 50, 50))
    pixels, _ = ruled_paper(120, 100, 4.0, style, (250, 250, 250), (20.0, 20.0, 100.0, 80.0))
    inked = (pixels != 250).any(axis=2)
    assert not inked[:19].any()
    assert not inked[:, 102:].any()
    assert inked[20:80, 20:100].any() == (kind != "none")


def test_more_of_a_grid_is_more_ink() -> None:
    def ink(kind: str) -> float:
        style = GridStyle(kind=kind, minor=(200, 150, 150), major=(150, 50, 50))
        pixels, _ = ruled_paper(200, 200, 6.0, style, (255, 255, 255), (-0.5, -0.5, 199.5, 199.5))
        return float((255.0 - pixels).mean())

    assert ink("none") == 0 < ink("major-only") < ink("dots") < ink("dashed") < ink("lines")
