"""The wide blur is as wide as a Gaussian of its deviation, and keeps means."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecgimg.stages.straighten.filters import wide_blur


@pytest.mark.parametrize("sigma", [3.0, 12.0, 24.0])
def test_a_point_becomes_as_wide_as_a_gaussian(sigma: float) -> None:
    point = np.zeros((201, 201), np.float32)
    point[100, 100] = 1
    blurred = wide_blur(point, sigma)
    assert blurred.dtype == np.float32
    assert blurred.sum() == pytest.approx(1, abs=1e-3)
    x = np.arange(201) - 100
    assert np.sqrt((blurred.sum(axis=0) * x * x).sum()) == pytest.approx(sigma, abs=0.5)  # boxes have odd sides


def test_it_resembles_a_gaussian_blur() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (150, 200)).astype(np.float32)
    sigma = float(np.sqrt(12))  # boxes of 7 pixels
    exact = cv2.GaussianBlur(noise, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)
    assert np.abs(wide_blur(noise, sigma) - exact).max() < 0.4 * exact.std()


def test_an_even_picture_stays_as_it_is() -> None:
    even = np.full((40, 60), 7.5, np.float32)
    np.testing.assert_allclose(wide_blur(even, 12.0), even, rtol=1e-5)
    np.testing.assert_array_equal(even, 7.5)
