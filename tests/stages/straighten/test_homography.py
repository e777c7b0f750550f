"""A homography comes back from the gradients of its tiles, although some of them are wrong."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.stages.straighten.homography import agreeing_share, fit_homography

SHAPE = (900, 1300)
TRUE = np.array([[0.21, 0.02, 3.0], [-0.015, 0.2, -2.0], [2e-5, -3e-5, 1.0]])


def tiles() -> Floats:
    x, y = np.meshgrid(np.arange(128, 1200, 128), np.arange(128, 800, 128))
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def true_gradients(matrix: Doubles, centres: Floats) -> Floats:
    around = centres[:, None].astype(np.float64) + np.array([[-1, 0], [1, 0], [0, -1], [0, 1]])
    left, right, above, below = cv2.perspectiveTransform(around, matrix).transpose(1, 0, 2)
    return np.asarray(np.stack([right - left, below - above], axis=2) / 2, np.float32)


def error(found: Doubles) -> float:
    """Largest distance in lines from the true places, but for the arbitrary origin."""
    one, other = (cv2.perspectiveTransform(tiles()[:, None].astype(np.float64), m)[:, 0] for m in (found, TRUE))
    apart = one - other
    return float(np.abs(apart - np.median(apart, axis=0)).max())


@pytest.mark.parametrize("wrong", [0, 5])
def test_a_homography_comes_back(wrong: int) -> None:
    centres = tiles()
    gradients = true_gradients(TRUE, centres)
    gradients[3 : 3 + wrong] *= 1.6
    found = fit_homography(centres, gradients, np.ones(len(centres), np.float32), SHAPE)
    assert found is not None
    assert error(found) < (1.0 if wrong else 0.05)
    agreeing = agreeing_share(found, centres, gradients)
    assert agreeing == pytest.approx(1 - wrong / len(centres), abs=0.01)


def test_tiles_of_no_weight_do_not_count() -> None:
    centres = tiles()
    gradients, weights = true_gradients(TRUE, centres), np.ones(len(centres), np.float32)
    gradients[10:20], weights[10:20] = 1.0, 0
    found = fit_homography(centres, gradients, weights, SHAPE)
    assert found is not None
    assert error(found) < 0.05


def test_too_few_tiles_give_none() -> None:
    centres = tiles()
    gradients = true_gradients(TRUE, centres)
    assert fit_homography(centres[:3], gradients[:3], np.ones(3, np.float32), SHAPE) is None
    assert fit_homography(centres, gradients, np.zeros(len(centres), np.float32), SHAPE) is None
