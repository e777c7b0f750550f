"""Nodes follow the grid of a flat page where it is displaced, by small squares and by large ones."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.flat_page import FlatPage
from ecgimg.stages.straighten.grid_fit import GridFit
from ecgimg.stages.straighten.sheet_nodes import BENT_SQUARES, LARGE_SQUARES, SMALL_SQUARES, _passes, sheet_nodes

SCALE = STRAIGHTEN.flat_px_per_mm
SIZE_MM = (60, 100)


def fit(line_mm: float, places: Floats | None = None) -> GridFit:
    """A grid whose homography is that of the flat page itself."""
    matrix = np.diag([1 / SCALE, 1 / SCALE, 1.0])
    return GridFit(matrix, np.array([0.0, 0, SIZE_MM[1], SIZE_MM[0]]), line_mm, 4.0, False, 1.0, places)


def bump(x: Floats, y: Floats) -> Floats:
    """Displacement in mm to the right: half a millimetre in the middle of the page."""
    return np.asarray(0.5 * np.exp(-(((x - 50) / 25) ** 2) - ((y - 30) / 20) ** 2), np.float32)


def bumpy_page(line_mm: float) -> FlatPage:
    """Lines every `line_mm`, displaced as `bump` says."""
    y, x = (v.astype(np.float32) / SCALE for v in np.mgrid[: SIZE_MM[0] * 4, : SIZE_MM[1] * 4])
    contrast = np.zeros(x.shape, np.float32)
    for along in (x - bump(x, y), y):
        near = np.abs(along / line_mm - np.round(along / line_mm)) * line_mm
        contrast = np.maximum(contrast, np.exp(-((near / 0.15) ** 2)))
    return FlatPage(contrast - contrast.mean(), np.eye(3))


@pytest.mark.parametrize("line_mm", [1.0, 5.0])
def test_nodes_follow_a_bump_in_the_paper(line_mm: float) -> None:
    nodes = sheet_nodes(bumpy_page(line_mm), fit(line_mm))
    rows, cols = nodes.places.shape[:2]
    assert (rows, cols) == (24, 40)
    assert nodes.strength.shape == (rows, cols)
    assert not nodes.bend.is_flat
    assert 0.1 < nodes.bend.rms_mm < 0.3
    x, y = (v * STRAIGHTEN.node_mm for v in np.meshgrid(np.arange(cols), np.arange(rows)))
    error = nodes.places / SCALE - np.stack([x + bump(x, y), y], axis=2)
    assert np.abs(error[3:-3, 3:-3]).max() < 0.1


def test_places_of_tiles_lead_the_way_on_bent_paper() -> None:
    """Tiles that lie a whole square aside: the phase alone would take the line nearby."""
    page = bumpy_page(5.0)
    x, y = np.meshgrid(np.arange(5, 100, 10.0), np.arange(5, 60, 10.0))
    places = np.stack([x * SCALE, y * SCALE, x - 5.0, y, np.ones_like(x)], axis=2).reshape(-1, 5).astype(np.float32)
    nodes = sheet_nodes(page, fit(5.0, places)).places
    middle = nodes[10:14, 5:10, 0] / SCALE - np.arange(5, 10) * STRAIGHTEN.node_mm
    assert np.abs(middle - np.median(middle)).max() < 0.3
    assert np.median(middle) == pytest.approx(5.0, abs=0.4)


def test_passes_go_from_coarse_to_fine() -> None:
    assert _passes(fit(1.0)) == SMALL_SQUARES
    assert _passes(fit(5.0)) == LARGE_SQUARES
    assert _passes(fit(1.0, np.zeros((0, 5), np.float32))) == [*BENT_SQUARES, *SMALL_SQUARES]
    for passes in (SMALL_SQUARES, LARGE_SQUARES):
        assert [step.unwrap for step in passes] == [True] + [False] * (len(passes) - 1)
        reaches = [step.reach_nodes for step in passes]
        assert reaches == sorted(reaches, reverse=True)
        coarse = [step.coarse for step in passes]
        assert coarse == sorted(coarse, reverse=True)
