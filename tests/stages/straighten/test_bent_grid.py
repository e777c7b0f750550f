"""The places of tiles on bent paper are the sums of their gradients."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.stages.straighten.bent_grid import followed_gradients, tile_places
from ecgimg.stages.straighten.comb import FREQUENCIES, Comb
from ecgimg.stages.straighten.constants import STRAIGHTEN

COLUMNS, ROWS = 9, 5


def tiles() -> Floats:
    x, y = np.meshgrid(np.arange(COLUMNS) * 128.0 + 128, np.arange(ROWS) * 128.0 + 128)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def bent(points: Floats) -> tuple[Doubles, Floats]:
    """Lines [N, 2] and gradients [N, 2, 2] of paper whose squares grow towards the right, from 5 to 10 px."""
    x, y = points.astype(np.float64).T
    width = 128.0 * (COLUMNS + 1)
    places = np.stack([0.2 * x - 0.05 * x * x / width, 0.2 * y], axis=1)
    gradients = np.zeros((len(points), 2, 2), np.float32)
    gradients[:, 0, 0], gradients[:, 1, 1] = 0.2 - 0.1 * x / width, 0.2
    return places, gradients


@pytest.mark.parametrize("unknown", [0, 1])
def test_gradients_are_summed_up_to_places(unknown: int) -> None:
    centres = tiles()
    places, gradients = bent(centres)
    weights = np.full(len(centres), 3.0, np.float32)
    weights[20 : 20 + unknown], gradients[20 : 20 + unknown] = 0, 5
    found = tile_places(centres, gradients, weights, np.diag([0.15, 0.2, 1.0]))
    np.testing.assert_array_equal(found[:, :2], centres)
    np.testing.assert_array_equal(found[:, 4], np.minimum(weights, 1))
    apart = found[:, 2:4] - places
    assert np.abs(apart - np.median(apart, axis=0)).max() < 0.6


def spectrum(frequency: float) -> Floats:
    """A tile's spectrum [angles, radii] of an upright grid."""
    radius = np.arange(STRAIGHTEN.tile_px) / 2
    away = np.abs(radius / frequency - np.round(radius / frequency)) * frequency
    ray = np.where(radius > frequency / 2, 6 * np.exp(-((away / 0.7) ** 2)), 0)
    tile = np.zeros((STRAIGHTEN.angle_steps, STRAIGHTEN.tile_px), np.float32)
    tile[[0, STRAIGHTEN.angle_steps // 2]] = ray
    return tile


def test_rays_are_followed_from_tile_to_tile_further_than_one_reach() -> None:
    """Lines at the other end of the page stand twice as close: a search near the shared comb alone misses them."""
    frequencies = np.geomspace(12.0, 24.0, COLUMNS)
    spectra = np.stack([spectrum(f) for _ in range(2) for f in frequencies])
    centres = tiles()[: 2 * COLUMNS]
    comb = Comb(0, int(np.abs(FREQUENCIES - 12.0).argmin()), 3.0, spectra[0, :2])
    gradients, weights = followed_gradients(spectra, centres, comb)
    assert (weights > STRAIGHTEN.min_comb_contrast).all()
    found = gradients[:COLUMNS, 0, 0] * STRAIGHTEN.tile_px
    np.testing.assert_allclose(found, frequencies, rtol=0.04)


def test_tiles_beyond_a_gap_without_a_grid_are_not_reached() -> None:
    spectra = np.stack([spectrum(12.0)] * (2 * COLUMNS))
    spectra[[4, 4 + COLUMNS]] = 0.5
    centres = tiles()[: 2 * COLUMNS]
    comb = Comb(0, int(np.abs(FREQUENCIES - 12.0).argmin()), 3.0, spectra[0, :2])
    _, weights = followed_gradients(spectra, centres, comb)
    assert (weights[:4] > 1).all()
    assert (weights[5:COLUMNS] == 0).all()
