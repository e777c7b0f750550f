"""The grid's homography and phase, on ruled paper drawn here."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ecgimg.stages.straighten.grid_fit import fit_grid
from ecgimg.stages.straighten.line_contrast import ink_mask, line_contrast
from ecgimg.stages.straighten.phase import phase_field


def ruled(size: tuple[int, int], px_per_mm: float, degrees: float, fine: bool = True) -> NDArray[np.uint8]:
    """Paper [H, W, 3] with red lines every 5 mm, and fainter ones every mm where `fine`."""
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    turn = np.deg2rad(degrees)
    u = (x * np.cos(turn) + y * np.sin(turn)) / px_per_mm
    v = (-x * np.sin(turn) + y * np.cos(turn)) / px_per_mm
    dark = np.zeros(size, np.float32)
    for along in (u, v):
        dark = np.maximum(dark, (np.abs(along - np.round(along / 5) * 5) * px_per_mm < 0.9) * 1.0)
        if fine:
            dark = np.maximum(dark, (np.abs(along - np.round(along)) * px_per_mm < 0.6) * 0.45)
    return np.stack([np.full(size, 250), 250 - 150 * dark, 250 - 140 * dark], axis=2).astype(np.uint8)


@pytest.mark.parametrize(("px_per_mm", "degrees"), [(5.0, 0.0), (6.5, 11.0), (4.2, -23.0)])
def test_scale_and_rotation_are_measured(px_per_mm: float, degrees: float) -> None:
    fit = fit_grid(ruled((900, 1300), px_per_mm, degrees))
    assert fit is not None
    gradient = fit.matrix[:2, :2] / fit.matrix[2, 2]
    assert np.linalg.norm(gradient[0]) * px_per_mm == pytest.approx(1, abs=0.02)
    assert np.degrees(np.arctan2(gradient[0, 1], gradient[0, 0])) == pytest.approx(degrees, abs=0.4)
    assert not fit.assumed


def test_lines_of_one_level_are_large_squares_unless_they_are_many() -> None:
    few = fit_grid(ruled((900, 1300), 5.0, 4.0, fine=False))
    assert few is not None
    assert few.line_mm == 5


def test_no_grid_in_noise_and_on_blank_paper() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (800, 1100, 3), np.uint8)
    assert fit_grid(noise) is None
    assert fit_grid(np.full((800, 1100, 3), 230, np.uint8)) is None


def test_phase_gives_a_known_displacement() -> None:
    px_per_mm, shift = 4.0, 0.8
    page = ruled((600, 800), px_per_mm, 0.0)
    moved = np.roll(page, round(shift * px_per_mm), axis=1)
    still = phase_field(line_contrast(page), px_per_mm, 5.0, 2.5, (1,), unwrap=True)
    field = phase_field(line_contrast(moved), px_per_mm, 5.0, 2.5, (1,), unwrap=True)
    inner = (slice(5, -5), slice(5, -5))
    assert np.median(field.shift[inner][..., 0] - still.shift[inner][..., 0]) == pytest.approx(0.75, abs=0.1)
    assert np.abs(field.shift[inner][..., 1] - still.shift[inner][..., 1]).max() < 0.1


def test_ink_is_told_from_the_grid() -> None:
    page = ruled((400, 600), 4.0, 0.0)
    page[200:202, 100:500] = 20
    ink = ink_mask(page, 4.0)
    assert ink[200:202, 110:490].mean() > 0.95
    assert ink[:150].mean() < 0.02
