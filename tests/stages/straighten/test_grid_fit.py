"""The grid's homography on ruled paper."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_grids import dotted, ruled

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.page import Photo
from ecgimg.stages.straighten.by_grid import by_known_grid
from ecgimg.stages.straighten.grid_fit import GridFit, fit_grid, fit_known_grid


@pytest.mark.parametrize(("px_per_mm", "degrees"), [(5.0, 0.0), (6.5, 11.0), (4.2, -23.0)])
def test_scale_and_rotation_are_measured(px_per_mm: float, degrees: float) -> None:
    fit = fit_grid(ruled((900, 1300), px_per_mm, degrees))
    assert fit is not None
    gradient = fit.matrix[:2, :2] / fit.matrix[2, 2]
    assert np.linalg.norm(gradient[0]) * px_per_mm == pytest.approx(1, abs=0.02)
    assert np.degrees(np.arctan2(gradient[0, 1], gradient[0, 0])) == pytest.approx(degrees, abs=0.4)
    assert not fit.assumed


@pytest.mark.parametrize("degrees", [0.0, 6.0])
@pytest.mark.parametrize("amid", [False, True])
def test_rows_of_dots_along_the_diagonals_are_no_lines(degrees: float, amid: bool) -> None:
    """Dots at the crossings are as dark along the diagonals, at another spacing, as along the lines."""
    fit = fit_grid(dotted((900, 1200), 7.17, degrees, amid))
    assert fit is not None
    gradient = fit.matrix[:2, :2] / fit.matrix[2, 2]
    assert np.degrees(np.arctan2(gradient[0, 1], gradient[0, 0])) == pytest.approx(degrees, abs=0.4)
    assert np.linalg.norm(gradient[0]) / fit.line_mm * 7.17 == pytest.approx(1, abs=0.02)


def test_lines_of_one_level_are_large_squares_unless_they_are_many() -> None:
    few = fit_grid(ruled((900, 1300), 5.0, 4.0, fine=False))
    assert few is not None
    assert few.line_mm == 5


def test_no_grid_in_noise_and_on_blank_paper() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (800, 1100, 3), np.uint8)
    assert fit_grid(noise) is None
    assert fit_grid(np.full((800, 1100, 3), 230, np.uint8)) is None


def scanned(px_per_mm: float, fine: bool) -> Pixels:
    """A strip of paper under a scanner: lines are blurred, and the paper has a grain."""
    paper = cv2.GaussianBlur(ruled((700, 1800), px_per_mm, 0.7, fine), (0, 0), 2.5).astype(np.float32)
    return np.asarray(np.clip(paper + np.random.default_rng(2).normal(0, 4, paper.shape), 0, 255), np.uint8)


@pytest.mark.parametrize("px_per_mm", [26.0, 34.0])
def test_a_strip_seen_from_near_has_small_squares(px_per_mm: float) -> None:
    """Its bold lines are too far apart for the tiles, and it has no more small squares than a page has large ones."""
    fit = fit_grid(scanned(px_per_mm, fine=True))
    assert fit is not None
    assert (fit.line_mm, fit.assumed) == (1, False)
    assert fit.box[2] - fit.box[0] == pytest.approx(1800 / px_per_mm, rel=0.06)


def test_large_squares_seen_from_near_stay_large() -> None:
    fit = fit_grid(scanned(6.0, fine=False))
    assert fit is not None
    assert (fit.line_mm, fit.assumed) == (5, True)


def snapped(px_per_mm: float) -> Pixels:
    """Paper that a program drew coarsely: each line lies on whole pixels, and every fifth is darker."""
    paper = np.full((700, 1000, 3), 255, np.uint8)
    for k in range(int(1000 / px_per_mm)):
        place, dark = round(k * px_per_mm), (110 if k % 5 == 0 else 150)
        paper[:, place : place + 1] = np.minimum(paper[:, place : place + 1], dark)
        paper[place : place + 1] = np.minimum(paper[place : place + 1], dark)
    return cv2.resize(paper, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)


def spacing_px(fit: GridFit) -> float:
    """Pixels of a millimetre in a corner."""
    gradient = fit.matrix[:2, :2] / fit.matrix[2, 2]
    return float(1 / np.linalg.norm(gradient[0]))


@pytest.mark.parametrize("px_per_mm", [3.5, 4.5, 4.6])
def test_lines_on_whole_pixels_are_found_where_their_distance_is_known(px_per_mm: float) -> None:
    """They come again at other distances than their own, which looks more like a grid than they do."""
    paper = snapped(px_per_mm)
    unaided = fit_grid(paper)
    assert unaided is None or spacing_px(unaided) != pytest.approx(2 * px_per_mm, rel=0.1)
    fit = fit_known_grid(paper, 2 * px_per_mm * 1.06)
    assert fit is not None
    assert spacing_px(fit) == pytest.approx(2 * px_per_mm, rel=0.01)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_every_other_line_is_no_known_grid(factor: float) -> None:
    assert fit_known_grid(ruled((900, 1300), 6.5, 3.0), 6.5 * factor) is None


@pytest.mark.parametrize("px_per_mm", [3.5, 4.5, 4.6])
def test_a_page_of_known_squares_is_flat_and_exact(px_per_mm: float) -> None:
    """Its lines lie up to half a pixel beside their places; all of them together tell the scale to 0.03 mm a page."""
    sheet = by_known_grid(Photo(snapped(px_per_mm), Path("page.png")), 2 * px_per_mm * 1.06)
    assert sheet is not None
    lines = np.array([[k * 2 * px_per_mm, 300.0] for k in range(20, 180)])
    place = sheet.map.to_sheet(lines)[:, 0] / sheet.px_per_mm
    assert np.diff(place).mean() == pytest.approx(1.0, abs=2e-4)
    assert np.ptp(place - np.arange(len(place))) < 0.05
    assert sheet.bend.is_flat
