"""Rays near a comb give the gradients of the sheet's coordinates."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.stages.straighten.comb import FREQUENCIES, Comb
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.rays import Ray, gradients_of, strongest_rays, tile_gradients
from ecgimg.stages.straighten.tiles import polar_spectra

TILE = STRAIGHTEN.tile_px


def step_of(lines_per_tile: float) -> int:
    return int(np.abs(FREQUENCIES - lines_per_tile).argmin())


def grid_tile(px: tuple[float, float], degrees: float) -> Floats:
    """The spectrum [1, angles, radii] of thin lines every `px` pixels across and down, turned clockwise."""
    y, x = np.mgrid[:TILE, :TILE]
    angle = np.deg2rad(degrees)
    u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
    lines = [np.abs(along / step - np.round(along / step)) * step < 0.9 for along, step in zip((u, v), px, strict=True)]
    _, spectra = polar_spectra(np.asarray(np.maximum(*lines), np.float32))
    return spectra


@pytest.mark.parametrize(("px", "degrees"), [((20.0, 20.0), 0.0), ((18.0, 21.0), 5.0), ((20.0, 20.0), -8.0)])
def test_gradients_are_those_of_the_grid(px: tuple[float, float], degrees: float) -> None:
    spectra = grid_tile(px, degrees)
    comb = Comb(0, step_of(TILE / 20.0), 3.0, spectra[0, :2])
    gradients, weights = tile_gradients(spectra, comb)
    angle = np.deg2rad(degrees)
    right = np.array([np.cos(angle), np.sin(angle)]) / px[0]
    down = np.array([-np.sin(angle), np.cos(angle)]) / px[1]
    np.testing.assert_allclose(gradients[0], [right, down], atol=0.02 / min(px))
    assert weights[0] > STRAIGHTEN.min_comb_contrast


def test_x_is_the_direction_nearer_to_the_photos_and_both_point_on() -> None:
    """The comb's first ray may be the vertical one, and its angle may be any of half a turn."""
    step = float(step_of(14.0))
    for first, second in ((0, 180), (180, 360), (180, 0), (350, 530)):
        gradients, weights = gradients_of([(Ray(first, step, 2.0), Ray(second, step, 1.5))])
        assert gradients[0, 0, 0] > 0.9 * np.linalg.norm(gradients[0, 0])
        assert gradients[0, 1, 1] > 0.9 * np.linalg.norm(gradients[0, 1])
        assert weights[0] == 1.5


def test_rays_are_looked_for_in_reach_only() -> None:
    spectra = grid_tile((20.0, 20.0), 0.0)
    near = strongest_rays(spectra, 4, step_of(TILE / 20.0))[0]
    assert near.angle == pytest.approx(0, abs=1)
    assert FREQUENCIES[round(near.step)] == pytest.approx(TILE / 20.0, rel=0.03)
    far = strongest_rays(spectra, 90, step_of(TILE / 20.0))[0]
    assert abs(far.angle - 90) <= STRAIGHTEN.tile_angle_reach_steps + 1
    assert far.contrast < 0.3 * near.contrast


def test_a_lost_ray_has_no_weight() -> None:
    lost = Ray(0.0, 50.0, 3.0).lost()
    _, weights = gradients_of([(lost, Ray(180.0, 50.0, 3.0))])
    assert weights[0] == 0
