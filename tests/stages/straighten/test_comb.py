"""The comb of a grid is found at its true frequency, and its squares are large or small."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten.comb import FREQUENCIES, Comb, comb_contrast, line_spacing, reached_by, shared_comb
from ecgimg.stages.straighten.constants import STRAIGHTEN

RADII = STRAIGHTEN.tile_px
ANGLES = STRAIGHTEN.angle_steps


def ray(frequency: float, height: float = 5.0) -> Floats:
    """A spectrum [radii] with a peak at every harmonic of a line frequency, the lower the higher the harmonic."""
    radius = np.arange(RADII) / 2
    away = np.abs(radius / frequency - np.round(radius / frequency)) * frequency
    peaks = np.exp(-((away / 0.7) ** 2)) * (radius > frequency / 2)
    return np.asarray(height * peaks * np.sqrt(frequency / (radius + 1)), np.float32)


def grid_spectra(frequency: float, angle: int, tiles: int = 6, showing: int = 6) -> Floats:
    """Spectra of tiles, some of which show a grid of two perpendicular rays."""
    spectra = np.random.default_rng(0).uniform(0.5, 1.0, (tiles, ANGLES, RADII)).astype(np.float32)
    for row in (angle, (angle + ANGLES // 2) % ANGLES):
        spectra[:showing, row] += ray(frequency)
    return spectra


@pytest.mark.parametrize("frequency", [6.0, 14.0, 20.0])
def test_contrast_is_highest_at_the_true_frequency(frequency: float) -> None:
    contrast = comb_contrast(ray(frequency)[None], FREQUENCIES)[0]
    assert FREQUENCIES[contrast.argmax()] == pytest.approx(frequency, rel=0.03)
    for other in (frequency / 2, frequency * 2):
        assert comb_contrast(ray(frequency)[None], np.array([other], np.float32))[0, 0] < 0.9 * contrast.max()


def test_harmonics_beyond_the_spectrum_do_not_count() -> None:
    contrast = comb_contrast(np.ones((1, RADII), np.float32), FREQUENCIES)
    np.testing.assert_allclose(contrast, 0, atol=1e-5)


@pytest.mark.parametrize("angle", [0, 100, 250])
def test_the_comb_that_tiles_share_is_found(angle: int) -> None:
    comb = shared_comb(grid_spectra(14.0, angle))
    assert comb.angle % (ANGLES // 2) == pytest.approx(angle % (ANGLES // 2), abs=1)
    assert FREQUENCIES[comb.frequency] == pytest.approx(14.0, rel=0.03)
    assert comb.contrast > STRAIGHTEN.min_comb_contrast
    assert comb.rays.shape == (2, RADII)


@pytest.mark.parametrize(("turn", "ratio"), [(90, 2**0.5), (53, 5**0.5), (127, 5**0.5)])
def test_a_clearer_comb_of_diagonals_is_no_grid(turn: int, ratio: float) -> None:
    """Crossings one across and one or two down stand in rows, turned by `turn` half degrees and nearer together."""
    spectra = grid_spectra(14.0, 0)
    for row in (turn, (turn + ANGLES // 2) % ANGLES):
        spectra[:, row] += 1.3 * ray(14.0 * ratio)
    comb = shared_comb(spectra)
    assert comb.angle % (ANGLES // 2) == 0
    assert FREQUENCIES[comb.frequency] == pytest.approx(14.0, rel=0.03)


def test_one_direction_of_lines_is_no_grid() -> None:
    spectra = grid_spectra(14.0, 0)
    spectra[:, ANGLES // 2 - 30 : ANGLES // 2 + 30] = 0.7
    assert shared_comb(spectra).contrast < 0.7 * shared_comb(grid_spectra(14.0, 0)).contrast


def test_a_grid_in_too_few_tiles_is_not_shared() -> None:
    assert shared_comb(grid_spectra(14.0, 0, tiles=40, showing=1)).contrast < STRAIGHTEN.min_comb_contrast


def test_a_share_of_the_planes_reaches_a_value() -> None:
    planes = np.arange(11, dtype=np.float32)[:, None, None] * np.ones((1, 5, 2), np.float32)
    np.testing.assert_array_equal(reached_by(planes, 0.3), 7)
    np.testing.assert_array_equal(reached_by(planes, 1.0), 0)


def comb_of(rays: Floats, frequency: float) -> Comb:
    return Comb(0, int(np.abs(FREQUENCIES - frequency).argmin()), 3.0, rays)


def test_a_second_level_of_lines_gives_the_spacing() -> None:
    small = FREQUENCIES[np.abs(FREQUENCIES - 40).argmin()]
    bold = np.stack([ray(small / 5), ray(small / 5)])
    fine = np.stack([ray(small), ray(small)])
    assert line_spacing(comb_of(fine + bold, small), 50) == (1.0, False)
    assert line_spacing(comb_of(fine + bold, small / 5), 50) == (5.0, False)


@pytest.mark.parametrize(("n_lines", "spacing"), [(50, 5.0), (109, 5.0), (111, 1.0), (250, 1.0)])
def test_one_level_of_lines_is_judged_by_their_number(n_lines: float, spacing: float) -> None:
    assert line_spacing(comb_of(np.zeros((2, RADII), np.float32), 14.0), n_lines) == (spacing, True)
