"""Contrast planes of drawn sheets, and patches cut out of them."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.networks.contrast import MAX_CONTRAST, MIN_CONTRAST, contrast_planes, cut_patches, extreme_channels


def sheet_with_line(y: int, height: int = 1000, width: int = 333, thickness: int = 4) -> np.ndarray:
    pixels = np.full((height, width, 3), 240, np.uint8)
    pixels[y : y + thickness] = 20
    return pixels


def test_extreme_channels_are_those_of_each_pixel() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    brightest, darkest = extreme_channels(pixels)
    np.testing.assert_array_equal(brightest, pixels.max(axis=2))
    np.testing.assert_array_equal(darkest, pixels.min(axis=2))


def test_ink_is_about_one_and_paper_zero() -> None:
    planes = contrast_planes(sheet_with_line(500))
    assert planes.shape == (2, 500, 333)
    assert planes.dtype == np.float32
    assert 0.8 < planes[0, 250:252].mean() < 1.5
    assert abs(planes[0, :200]).max() < 0.05


def test_coloured_grid_is_faint_in_the_brightest_channel_only() -> None:
    pixels = sheet_with_line(500)
    pixels[::40] = (240, 120, 120)
    bright, dark = contrast_planes(pixels)
    assert bright[100:200].max() < 0.1
    assert dark[100:200].max() > 0.2


def test_uneven_light_is_no_contrast() -> None:
    light = np.linspace(0.4, 1, 333)[None, :, None]
    planes = contrast_planes((sheet_with_line(500) * light).astype(np.uint8))
    assert abs(planes[0, :200, 20:-20]).max() < 0.1


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 400, 3), (400, 2, 3)])
def test_sheets_of_any_shape_have_planes_of_half_the_height(shape: tuple[int, int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    planes = contrast_planes(pixels)
    assert planes.shape == (2, max(shape[0] // 2, 1), shape[1])
    assert planes.min() >= MIN_CONTRAST
    assert planes.max() <= MAX_CONTRAST


def test_an_empty_sheet_has_no_contrast() -> None:
    assert abs(contrast_planes(np.full((80, 80, 3), 200, np.uint8))).max() < 1e-4


def test_a_patch_is_cut_around_its_centre() -> None:
    planes = np.zeros((2, 60, 90), np.float32)
    planes[:, 20, 30] = 1.0
    patches = cut_patches(planes, [(30.0, 20.0), (33.0, 18.0)], 8, 12)
    assert patches.shape == (2, 2, 8, 12)
    assert [tuple(np.argwhere(patch[0])[0]) for patch in patches] == [(4, 6), (6, 3)]


@pytest.mark.parametrize("centre", [(-500.0, 10.0), (10.0, -500.0), (1e6, 1e6)])
def test_beyond_the_sheet_a_patch_is_blank_paper(centre: tuple[float, float]) -> None:
    assert not cut_patches(np.ones((2, 20, 20), np.float32), [centre], 8, 12).any()


def test_no_centre_gives_no_patch() -> None:
    assert cut_patches(np.ones((2, 20, 20), np.float32), [], 8, 12).shape == (0, 2, 8, 12)
