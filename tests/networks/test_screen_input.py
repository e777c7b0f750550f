"""The way of a picture into the network's frame: light, grid, geometry, thin lines."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecgimg.networks.screen_input import (
    HEIGHT,
    MARGIN,
    MAX_SIDE,
    WIDTH,
    even_ink,
    fit_frame,
    fit_quad,
    frame_ink,
    frame_scale,
    ink_picture,
    picture_corners,
    prepare,
    resized,
    widened,
)


def test_a_coloured_grid_fades_and_ink_stays() -> None:
    page = np.full((400, 600, 3), (255, 240, 240), np.uint8)
    page[::10] = (240, 150, 150)
    page[200:203] = 15
    bright = ink_picture(page)
    assert bright[40:160:10, 300].min() > 225
    assert bright[201, 300] < 40
    assert ink_picture(page, 0.0)[40:160:10, 300].max() < 215


def test_uneven_light_is_evened_out() -> None:
    page = np.full((400, 600, 3), 250, np.float32)
    page[200:203] = 20
    dark = (page * np.linspace(0.25, 1, 600)[None, :, None]).astype(np.uint8)
    bright = ink_picture(dark)
    assert bright[100].min() > 220
    assert np.ptp(bright[201, 20:-20].astype(float)) < 30


@pytest.mark.parametrize("shape", [(300, 460), (900, 200), (50, 1000)])
def test_the_whole_page_is_fitted_and_keeps_its_shape(shape: tuple[int, int]) -> None:
    corners = picture_corners(shape)
    framed = cv2.perspectiveTransform(corners[None], fit_quad(corners))[0]
    width, height = np.ptp(framed, axis=0)
    assert width / height == pytest.approx(shape[1] / shape[0], rel=1e-3)
    assert framed.min() >= -0.5
    assert framed[:, 0].max() <= WIDTH
    assert framed[:, 1].max() <= HEIGHT
    assert max(width / WIDTH, height / HEIGHT) > 0.95


def test_a_hair_line_survives_the_way_down() -> None:
    bright = np.full((1000, 1440), 255, np.uint8)
    bright[500] = 0
    ink, _ = frame_ink(bright, picture_corners(bright.shape))
    columns = ink[:, 20:-20].sum(axis=0)
    assert columns.min() > 0.15
    assert columns.std() < 0.01


def test_pale_and_dark_traces_are_made_alike_and_the_grid_goes() -> None:
    page = np.zeros((HEIGHT, WIDTH), np.uint8)
    page[::6] = page[:, ::12] = 40
    page[100:102, 10:300] = 120
    page[50:52, 10:300] = 120
    dark, pale = even_ink(page), even_ink((page * 0.4).astype(np.uint8))
    assert dark[100, 50:250].min() > 120
    assert abs(dark[100, 50:250].mean() - pale[100, 50:250].mean()) < 40
    assert np.median(dark[12:40:6, 20:300]) < 30
    assert even_ink(np.full((HEIGHT, WIDTH), 30, np.uint8)).max() == 0


def test_the_way_to_the_frame_is_that_of_the_pixels() -> None:
    pixels = np.full((2000, 2600, 3), 255, np.uint8)
    cv2.circle(pixels, (1700, 500), 30, (0, 0, 0), -1)
    frame = fit_frame(prepare(pixels), np.array([[100, 90], [2500, 10], [2550, 1900], [60, 1980]]))
    y, x = np.unravel_index(int(cv2.GaussianBlur(frame.ink, (0, 0), 2).argmax()), frame.ink.shape)
    mapped = cv2.perspectiveTransform(np.array([[[1700.0, 500.0]]]), frame.to_frame)[0, 0]
    assert np.hypot(*(mapped - (x, y))) < 1.5


def test_pixels_of_the_frame_map_back_to_the_original() -> None:
    frame = fit_frame(prepare(np.full((300, 500, 3), 255, np.uint8)), picture_corners((300, 500)))
    points = np.array([[10.0, 20.0], [480.0, 290.0]])
    there = cv2.perspectiveTransform(points[None], frame.to_frame)[0]
    np.testing.assert_allclose(frame.to_original(there), points, atol=1e-6)


def test_a_large_picture_is_shrunk_and_a_small_one_is_not() -> None:
    large, small = (prepare(np.full(shape, 255, np.uint8)) for shape in ((600, 2 * MAX_SIDE, 3), (40, 60, 3)))
    assert large.bright.shape == (300, MAX_SIDE)
    np.testing.assert_allclose(large.to_bright, resized(0.5, 0.5))
    assert small.bright.shape == (40, 60)
    np.testing.assert_array_equal(small.to_bright, np.eye(3))


def test_a_margin_moves_each_side_outwards() -> None:
    np.testing.assert_allclose(
        widened(np.array([[0, 0], [100, 0], [100, 50], [0, 50]]), 0.1),
        [[-10, -5], [110, -5], [110, 55], [-10, 55]],
        atol=1e-3,
    )


def test_the_scale_is_that_of_the_sides() -> None:
    corners = picture_corners((HEIGHT, WIDTH))
    assert frame_scale(fit_quad(corners), corners) == pytest.approx(1 - 2 * MARGIN, rel=1e-4)
