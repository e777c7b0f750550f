from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgimg.synth.camera import (
    Relief,
    View,
    Warp,
    build_warp,
    flat_relief,
    identity_warp,
    sample_relief,
    sample_view,
)
from ecgimg.synth.recipe import CameraRecipe

WIDTH, HEIGHT = 300, 200
ALL = CameraRecipe(rotation=20, perspective=1, curl=1, folds=1, crumple=1, lens=1, background=1, quarter_turns=0.2)


def points(warp: Warp, count: int = 300) -> np.ndarray:
    """Photo points at random."""
    return np.random.default_rng(0).uniform(0, 1, (count, 2)) * (warp.width - 1, warp.height - 1)


def flat_warp(view: View) -> Warp:
    return build_warp(WIDTH, HEIGHT, flat_relief(WIDTH, HEIGHT), view)


def test_without_a_camera_the_photo_is_the_sheet() -> None:
    warp = identity_warp(WIDTH, HEIGHT)
    assert (warp.width, warp.height) == (WIDTH, HEIGHT)
    np.testing.assert_allclose(warp.to_sheet(points(warp)), points(warp), atol=1e-3)
    np.testing.assert_allclose(warp.to_photo(points(warp)), points(warp), atol=1e-3)
    sheet = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    photo, mask = warp.photograph(sheet)
    np.testing.assert_array_equal(photo, sheet)
    assert (mask == 255).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_inverse_of_a_bent_tilted_sheet_is_exact(seed: int) -> None:
    rng = np.random.default_rng(seed)
    warp = build_warp(WIDTH, HEIGHT, sample_relief(rng, WIDTH, HEIGHT, ALL), sample_view(rng, ALL))
    assert np.abs(warp.to_photo(warp.to_sheet(points(warp))) - points(warp)).max() < 0.02


def test_unknown_points_stay_unknown_and_shapes_stay() -> None:
    warp = identity_warp(WIDTH, HEIGHT)
    grid = np.full((2, 3, 2), np.nan)
    grid[0, 1] = 5.0
    photo = warp.to_photo(grid)
    assert photo.shape == grid.shape
    assert photo[0, 1] == pytest.approx([5, 5], abs=1e-3)
    assert np.isnan(photo).sum() == 10


def test_several_arrays_at_once_are_as_one_by_one() -> None:
    warp = flat_warp(View(rotation_degrees=7.0, tilt_radians=(0.2, -0.1)))
    groups = [np.ones((4, 2)), np.zeros((0, 2)), np.full((2, 3, 2), 50.0)]
    for group, moved in zip(groups, warp.all_to_photo(groups), strict=True):
        np.testing.assert_allclose(moved, warp.to_photo(group))
    assert warp.all_to_photo([]) == []


@pytest.mark.parametrize(("degrees", "corner"), [(0, (0, 0)), (90, (1, 0)), (180, (1, 1)), (270, (0, 1))])
def test_rotation_is_clockwise(degrees: float, corner: tuple[int, int]) -> None:
    warp = flat_warp(View(rotation_degrees=degrees, distance=50.0))
    sides = (WIDTH, HEIGHT) if degrees % 180 == 0 else (HEIGHT, WIDTH)
    assert (warp.width, warp.height) == pytest.approx(sides, abs=2)
    top_left = warp.to_photo(np.zeros((1, 2)))[0]
    assert top_left == pytest.approx((corner[0] * warp.width, corner[1] * warp.height), abs=3)


def test_a_tilt_makes_one_side_shorter() -> None:
    warp = flat_warp(View(tilt_radians=(0.0, 0.5), distance=1.2))
    left = warp.to_photo(np.array([[0, 0], [0, HEIGHT - 1]], float))
    right = warp.to_photo(np.array([[WIDTH - 1, 0], [WIDTH - 1, HEIGHT - 1]], float))
    assert np.linalg.norm(right[1] - right[0]) > 1.2 * np.linalg.norm(left[1] - left[0])


def test_margins_and_aspect_are_those_of_the_view() -> None:
    view = View(margins=(0.1, 0.2, 0.3, 0.4))
    warp = flat_warp(view)
    extent = (WIDTH - 1, HEIGHT - 1)
    assert (warp.width, warp.height) == pytest.approx((1.4 * extent[0], 1.6 * extent[1]), abs=1)
    top_left = warp.to_photo(np.zeros((1, 2)))[0]
    assert top_left == pytest.approx((0.1 * extent[0], 0.2 * extent[1]), abs=0.01)
    _, mask = warp.photograph(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    assert (mask == 255).mean() == pytest.approx(1 / (1.4 * 1.6), abs=0.01)
    assert flat_warp(replace(view, aspect=3.0)).width > warp.width
    wide = flat_warp(View(aspect=16 / 9))
    assert wide.width / wide.height == pytest.approx(16 / 9, abs=0.01)


def test_a_cut_page_fills_the_photo() -> None:
    _, mask = flat_warp(View(margins=(-0.1, -0.1, -0.1, -0.1))).photograph(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    assert (mask == 255).all()


def test_a_lens_bends_lines() -> None:
    line = np.stack([np.linspace(0, WIDTH - 1, 21), np.zeros(21)], axis=1)
    for lens, bent in ((0.0, False), (0.06, True)):
        photo = flat_warp(View(lens=lens)).to_photo(line)
        assert (float(np.ptp(photo[:, 1])) > 1.0) == bent


def test_a_high_point_moves_away_from_the_middle() -> None:
    bump = flat_relief(WIDTH, HEIGHT)
    z = np.zeros_like(bump.z)
    z[: z.shape[0] // 2] = 15.0
    warp = build_warp(WIDTH, HEIGHT, Relief(z, bump.step), View(distance=1.5))
    flat = flat_warp(View(distance=1.5))
    place = np.array([[30.0, 30.0], [270.0, 170.0]])
    shift = warp.to_photo(place) - flat.to_photo(place)
    assert (shift[0] < -1).all()
    assert np.abs(shift[1]).max() < 0.5


def test_slopes_are_those_of_a_plane() -> None:
    relief = flat_relief(WIDTH, HEIGHT)
    x, y = np.meshgrid(np.arange(relief.z.shape[1]), np.arange(relief.z.shape[0]))
    plane = Relief((0.3 * x - 0.1 * y).astype(np.float32) * relief.step, relief.step)
    dx, dy = plane.slopes
    np.testing.assert_allclose(dx, 0.3, atol=1e-3)
    np.testing.assert_allclose(dy, -0.1, atol=1e-3)
    assert plane.at(np.array([[30.0, 40.0]]))[0] == pytest.approx(0.3 * 30 - 0.1 * 40, abs=1e-3)


@pytest.mark.parametrize("part", ["curl", "folds", "crumple"])
def test_each_part_of_a_relief_bends_the_sheet(part: str) -> None:
    recipe = CameraRecipe(**{part: 1.0})
    heights = [sample_relief(np.random.default_rng(k), WIDTH, HEIGHT, recipe).z for k in range(8)]
    assert sum(float(np.ptp(z)) > 1 for z in heights) >= 2
    assert max(float(np.ptp(z)) for z in heights) < 0.6 * np.hypot(WIDTH, HEIGHT)
    assert not sample_relief(np.random.default_rng(0), WIDTH, HEIGHT, CameraRecipe()).z.any()


def test_views_keep_within_their_recipe() -> None:
    views = [sample_view(np.random.default_rng(k), ALL) for k in range(60)]
    assert all(min(v.rotation_degrees % 90, -v.rotation_degrees % 90) <= 20 for v in views)
    assert max(abs(t) for v in views for t in v.tilt_radians) <= 0.6
    assert any(v.rotation_degrees > 60 for v in views)
    assert all(min(v.margins) >= 0 for v in views)
    close = [sample_view(np.random.default_rng(k), CameraRecipe()) for k in range(20)]
    assert all(max(v.margins) <= 0 and v.aspect is None and v.rotation_degrees == 0 for v in close)
