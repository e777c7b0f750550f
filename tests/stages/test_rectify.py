"""Straightening, against the true grid of photographed pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecgimg.stages.landmarks import turn_sheet
from ecgimg.stages.rectify import rectify
from ecgimg.types import Photo, Sheet

from .pages import drawn, upright


@pytest.mark.parametrize(("preset", "median_mm", "most_mm"), [("clean", 0.05, 0.15), ("photo", 0.15, 0.5)])
def test_the_true_grid_is_regular_on_the_sheet(preset: str, median_mm: float, most_mm: float) -> None:
    page, sheet = drawn(preset, "3x4+1R", 3), upright(preset, "3x4+1R", 3).sheet
    on_sheet = sheet_points(sheet, page.nodes.reshape(-1, 2)) / sheet.px_per_mm
    height, width = page.pixels.shape[:2]
    photo = page.nodes.reshape(-1, 2)
    inside = (photo > 60).all(axis=1) & (photo[:, 0] < width - 60) & (photo[:, 1] < height - 60)
    rows, cols = page.nodes.shape[:2]
    lattice = np.stack(np.meshgrid(np.arange(cols), np.arange(rows)), axis=2).reshape(-1, 2) * 5.0
    left = (on_sheet - lattice)[inside]
    error = np.linalg.norm(left - np.median(left, axis=0), axis=1)
    assert np.median(error) < median_mm
    assert np.percentile(error, 90) < most_mm


def sheet_points(sheet: Sheet, photo: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sheet points [N, 2] of photo points, by the nearest of a fine raster."""
    h, w = sheet.pixels.shape[:2]
    raster = np.stack(np.meshgrid(np.arange(0, w, 1.0), np.arange(0, h, 1.0)), axis=2).reshape(-1, 2)
    _, nearest = cKDTree(sheet.map.to_photo(raster)).query(photo)
    return np.asarray(raster[nearest])


def test_a_turned_sheet_still_maps_to_the_photo() -> None:
    sheet = upright("clean", "3x4+1R", 3).sheet
    turned = turn_sheet(sheet, 1)
    assert turned.pixels.shape[:2] == sheet.pixels.shape[1::-1]
    w = sheet.pixels.shape[1]
    corner = sheet.map.to_photo(np.array([w - 1.0, 0.0]))
    np.testing.assert_allclose(turned.map.to_photo(np.array([0.0, 0.0])), corner, atol=2)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_no_grid_is_seen_on_a_blank_page(value: int) -> None:
    assert rectify(Photo(np.full((700, 900, 3), value, np.uint8), Path("blank.png"))) is None
