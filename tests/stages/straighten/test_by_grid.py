"""Straightening, against the true grid of photographed pages."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_grids import ruled
from drawn_pages import drawn, upright
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecgimg.datamodel.page import Photo, Sheet
from ecgimg.stages.straighten import by_grid as module
from ecgimg.stages.straighten.by_grid import by_grid, by_grid_in_box, by_warped_grid
from ecgimg.stages.straighten.grid_fit import GridFit


@pytest.mark.slow
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


@pytest.mark.parametrize("px_per_mm", [11.81, 7.87])
def test_a_flat_print_stays_flat(px_per_mm: float) -> None:
    """Sharp lines have harmonics that a coarser picture of them folds onto their first: they must not bend the page."""
    sheet = by_grid(Photo(ruled_page(px_per_mm), Path("flat.png")))
    assert sheet is not None
    nodes = sheet.map.nodes[4:-4, 4:-4].astype(np.float64) / px_per_mm
    rows, cols = nodes.shape[:2]
    even = np.stack([*np.meshgrid(np.arange(cols), np.arange(rows)), np.ones((rows, cols))], axis=2).reshape(-1, 3)
    flat = even @ np.linalg.lstsq(even, nodes.reshape(-1, 2), rcond=None)[0]
    assert np.abs(flat - nodes.reshape(-1, 2)).max() < 0.03


@pytest.mark.slow
@pytest.mark.parametrize("bend", [0.25, 0.3])
def test_a_page_whose_squares_are_nowhere_the_same_comes_out_flat(bend: float) -> None:
    """As a page that curls away from the camera: squares at one end are twice as wide as at the other."""
    px_per_mm = 11.81
    page = ruled_page(px_per_mm)
    height, width = page.shape[:2]

    def on_page(x: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.asarray(x + bend * x * (x / width - 1))

    x, y = np.meshgrid(on_page(np.arange(width)), np.arange(height))
    photo = cv2.remap(page, x.astype(np.float32), y.astype(np.float32), cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    bent = Photo(np.asarray(photo, np.uint8), Path("bent.png"))
    assert by_grid(bent) is None
    sheet = by_warped_grid(bent)
    assert sheet is not None
    assert sheet.pixels.shape[1] > 185 * sheet.px_per_mm
    nodes = sheet.map.nodes[8:-8, 8:-8].astype(np.float64)
    across, down = on_page(nodes[..., 0]) / px_per_mm, nodes[..., 1] / px_per_mm
    for steps in (np.diff(across, axis=1), np.diff(down, axis=0)):
        assert np.percentile(np.abs(steps - 2.5), 98) < 0.1


def ruled_page(px_per_mm: float) -> NDArray[np.uint8]:
    """A page of 200 x 120 mm with lines 0.15 mm wide every millimetre, each fifth darker, set below the pixel."""
    shades = []
    for length in (120, 200):
        fine = np.full(length * 100, 255.0)
        for line in range(length):
            fine[line * 100 + 50 : line * 100 + 65] = 90 if line % 5 == 0 else 170
        edges = np.arange(round(length * px_per_mm) + 1) / px_per_mm * 100
        sums = np.interp(edges, np.arange(len(fine) + 1), np.r_[0, np.cumsum(fine)])
        shades.append(np.diff(sums) / np.diff(edges))
    page = np.minimum(shades[0][:, None], shades[1])
    return np.repeat(np.asarray(page, np.uint8)[..., None], 3, axis=2)


def sheet_points(sheet: Sheet, photo: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sheet points [N, 2] of photo points, by the nearest of a fine raster."""
    h, w = sheet.pixels.shape[:2]
    raster = np.stack(np.meshgrid(np.arange(0, w, 1.0), np.arange(0, h, 1.0)), axis=2).reshape(-1, 2)
    _, nearest = cKDTree(sheet.map.to_photo(raster)).query(photo)
    return np.asarray(raster[nearest])


@pytest.mark.parametrize("value", [0, 128, 255])
def test_no_grid_is_seen_on_a_blank_page(value: int) -> None:
    blank = Photo(np.full((120, 160, 3), value, np.uint8), Path("blank.png"))
    assert by_grid(blank) is None
    assert by_warped_grid(blank) is None


def test_a_page_in_a_box_is_straightened_as_the_page_alone() -> None:
    """The sheet's map leads to the whole photo, and its pixels are taken from there."""
    page = ruled((400, 560), 5.0, 3.0)
    photo = Photo(np.pad(page, ((200, 150), (300, 100), (0, 0)), constant_values=70), Path("photo.png"))
    corners = np.array([(320, 220), (840, 220), (840, 580), (320, 580)], float)
    sheet = by_grid_in_box(photo, corners)
    assert sheet is not None
    assert sheet.photo_shape == photo.shape
    assert sheet.rotation == pytest.approx(-3.0, abs=0.3)
    inner = sheet.map.nodes[4:-4, 4:-4]
    assert (inner > corners[0]).all()
    assert (inner < corners[2]).all()
    np.testing.assert_allclose(np.linalg.norm(np.diff(inner, axis=1), axis=2), 2.5 * 5.0, atol=0.5)


def test_a_box_without_pixels_has_no_page() -> None:
    photo = Photo(np.zeros((60, 80, 3), np.uint8), Path("photo.png"))
    assert by_grid_in_box(photo, np.array([(10, 10), (11, 10), (11, 50), (10, 50)], float)) is None


@pytest.mark.parametrize(
    ("contrast", "assumed", "confidence"), [(2.5, False, 0.5), (5.0, False, 1.0), (9.0, False, 1.0), (9.0, True, 0.7)]
)
def test_confidence_is_that_of_the_comb_and_less_where_spacing_was_assumed(
    contrast: float, assumed: bool, confidence: float
) -> None:
    fit = GridFit(np.eye(3), np.array([0.0, 0, 1, 1]), 1.0, contrast, assumed, 1.0, None)
    assert module._confidence(fit) == pytest.approx(confidence)
