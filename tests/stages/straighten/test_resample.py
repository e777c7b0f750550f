"""The sheet's pixels are the photo's, without aliases, and go on beyond the photo's edge."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.page import SheetMap
from ecgimg.stages.straighten.resample import dense_map, resample, resized


def even_map(shape: tuple[int, int], px: float, corner: tuple[float, float] = (0.0, 0.0)) -> SheetMap:
    """A map of R x C nodes every 20 sheet pixels and every `px` photo pixels."""
    steps = np.stack(np.meshgrid(np.arange(shape[1]), np.arange(shape[0])), axis=2) * px
    return SheetMap((steps + np.array(corner)).astype(np.float32), 20.0)


def test_a_sheet_that_lies_as_its_photo_has_its_pixels() -> None:
    y, x = np.mgrid[:101, :141]
    photo = np.stack([x + 20, 2 * y, 255 - x], axis=2).astype(np.uint8)
    sheet = resample(photo, even_map((5, 7), 20.0, (20.0, 0.0)))
    assert sheet.shape == (81, 121, 3)
    assert np.abs(sheet.astype(int) - photo[:81, 20:]).max() <= 1


def test_a_photo_much_finer_than_the_sheet_does_not_alias() -> None:
    photo = np.zeros((401, 601, 3), np.uint8)
    photo[:, ::2] = 255  # lines that a sheet of a quarter of the pixels cannot show
    sheet = resample(photo, even_map((5, 7), 80.0))
    inner = sheet[10:-10, 10:-10].astype(float)
    assert np.abs(inner - 127).max() < 20


def test_a_dense_map_goes_through_its_nodes() -> None:
    nodes = np.random.default_rng(1).uniform(0, 100, (3, 4, 2)).astype(np.float32)
    x, y = dense_map(nodes, (41, 61), 20.0)
    np.testing.assert_allclose(np.stack([x, y], axis=2)[::20, ::20], nodes, atol=1e-3)
    np.testing.assert_allclose(x[0, 10], nodes[0, :2, 0].mean(), atol=1e-3)


def test_a_dense_map_is_bilinear_to_a_thousandth_of_a_pixel() -> None:
    """cv2.remap would round places to 1/32 of a node's distance: up to 0.3 px of a sheet, 1.5 ms of a recording."""
    steps = np.stack(np.meshgrid(np.arange(40), np.arange(30)), axis=2)
    nodes = (steps * np.array([20.3, 19.7]) + np.array([3.1, 2.2])).astype(np.float32)
    x, y = dense_map(nodes, (581, 781), 20.0)
    np.testing.assert_allclose(x, np.broadcast_to(np.arange(781) / 20 * 20.3 + 3.1, x.shape), atol=1e-3)
    np.testing.assert_allclose(y, np.broadcast_to((np.arange(581) / 20 * 19.7 + 2.2)[:, None], y.shape), atol=1e-3)


def test_a_dense_map_goes_on_as_its_last_nodes_beyond_them() -> None:
    nodes = np.random.default_rng(1).uniform(0, 100, (3, 4, 2)).astype(np.float32)
    x, _ = dense_map(nodes, (50, 70), 20.0)
    np.testing.assert_allclose(x[45, ::20], nodes[2, :, 0], atol=1e-3)


@pytest.mark.parametrize(("shape", "size", "factor"), [((100, 400), (50, 200), 0.5), ((20, 50), (60, 150), 3.0)])
def test_small_pictures_are_enlarged_by_three_at_the_most(
    shape: tuple[int, int], size: tuple[int, int], factor: float
) -> None:
    pixels, by = resized(np.zeros((*shape, 3), np.uint8), 200)
    assert by == factor
    assert pixels.shape[:2] == size


@pytest.mark.parametrize("shape", [(1061, 2021), (960, 1600)])
def test_beyond_the_photo_the_sheet_has_the_nearest_shade(shape: tuple[int, int]) -> None:
    """A page that the photo cuts off: black there would look like ink, whatever the page's size."""
    shades = np.broadcast_to(np.linspace(120, 240, shape[1])[None, :, None], (*shape, 3)).astype(np.uint8)
    steps = np.stack(np.meshgrid(np.arange(0, shape[1], 20), np.arange(0, shape[0], 20)), axis=2)
    sheet = resample(shades, SheetMap((steps - [100.0, 0.0]).astype(np.float32), 20.0))
    assert np.abs(sheet[:, :80].astype(float) - 120).max() < 4
    assert np.abs(sheet[:, 110:1500].astype(float) - shades[: len(sheet), 10:1400]).max() < 4
