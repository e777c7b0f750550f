"""Tiles cover a picture, and their spectra show the lines in them."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.tiles import polar_spectra, tile_bounds, tile_lattice, tile_weights

TILE = STRAIGHTEN.tile_px


def lines(shape: tuple[int, int], period_px: float, degrees: float) -> Floats:
    """Waves whose gradient points `degrees` clockwise from the x axis."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    angle = np.deg2rad(degrees)
    return np.cos(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period_px).astype(np.float32)


@pytest.mark.parametrize(("period_px", "degrees"), [(8.0, 0.0), (16.0, 30.0), (12.0, 115.0)])
def test_lines_are_a_peak_at_their_angle_and_frequency(period_px: float, degrees: float) -> None:
    _, spectra = polar_spectra(lines((TILE, TILE), period_px, degrees))
    assert spectra.shape == (1, STRAIGHTEN.angle_steps, TILE)
    angle, radius = np.unravel_index(int(spectra[0].argmax()), spectra[0].shape)
    assert angle / 2 == pytest.approx(degrees, abs=2)
    assert radius / 2 == pytest.approx(TILE / period_px, abs=1)


def test_tiles_reach_from_edge_to_edge() -> None:
    height, width = TILE + 200, TILE + 300
    centres, spectra = polar_spectra(np.zeros((height, width), np.float32))
    assert len(spectra) == len(centres) == 3 * 4
    assert tile_lattice(centres).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    np.testing.assert_array_equal(centres.min(axis=0), TILE / 2)
    np.testing.assert_array_equal(centres.max(axis=0), [width - TILE / 2, height - TILE / 2])
    steps = np.diff(np.unique(centres[:, 0]))
    assert steps.max() <= STRAIGHTEN.tile_stride_px


def test_a_picture_smaller_than_a_tile_is_one_tile() -> None:
    centres, spectra = polar_spectra(lines((60, 100), 8.0, 0.0))
    assert len(centres) == 1
    assert np.isfinite(spectra).all()


def test_faint_tiles_count_less() -> None:
    spread = np.full((TILE, 3 * TILE), 10, np.float32)
    spread[:, 2 * TILE :] = 1
    centres = np.array([(TILE / 2, TILE / 2), (3 * TILE / 2, TILE / 2), (5 * TILE / 2, TILE / 2)], np.float32)
    weights = tile_weights(centres, spread)
    np.testing.assert_allclose(weights[:2], 1)
    assert weights[2] < 0.1


def test_bounds_end_with_the_picture() -> None:
    centres = np.array([(TILE / 2, TILE / 2)], np.float32)
    np.testing.assert_allclose(tile_bounds(np.diag([0.1, 0.1, 1.0]), centres, (100, 150)), [0, 0, 14.9, 9.9])
