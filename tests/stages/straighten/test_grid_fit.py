"""The grid's homography on ruled paper."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_grids import dotted, ruled

from ecgimg.datamodel.arrays import Pixels
from ecgimg.stages.straighten.grid_fit import fit_grid


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
