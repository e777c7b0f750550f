"""The homography whose gradients fit the tiles' best: photo pixels -> grid lines."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.stages.straighten.constants import STRAIGHTEN


def fit_homography(centres: Floats, gradients: Floats, weights: Floats, shape: tuple[int, ...]) -> Doubles | None:
    """Homography [3, 3] from photo pixels to grid lines, or None with too few tiles.

    Args:
        centres: tile centres [N, 2] in pixels.
        gradients: gradients [N, 2, 2] of the sheet's x and y in lines per pixel.
        weights: weights [N] of the tiles.
        shape: height and width of the photo.
    """
    if len(centres) < 4 or weights.sum() == 0:
        return None
    middle, unit = np.array([shape[1] / 2, shape[0] / 2]), max(shape) / 2
    points, wanted = (centres - middle) / unit, gradients * unit
    size = np.median(np.linalg.norm(wanted[:, 0], axis=1))
    root = np.sqrt(weights / weights.mean())[:, None, None]

    def residual(p: Doubles) -> Doubles:
        return np.asarray(((_gradients(p, points) - wanted) * root / size).ravel())

    p = _robust_fit(residual, np.r_[np.average(wanted, axis=0, weights=weights).ravel(), 0, 0])
    normalise = np.array([[1 / unit, 0, -middle[0] / unit], [0, 1 / unit, -middle[1] / unit], [0, 0, 1]])
    return np.asarray(np.array([[p[0], p[1], 0], [p[2], p[3], 0], [p[4], p[5], 1]]) @ normalise)


def agreeing_share(matrix: Doubles, centres: Floats, gradients: Floats) -> float:
    """The share of tiles whose gradients agree with a homography's, on the axis on which fewer do."""
    around = centres[:, None].astype(np.float64) + np.array([[-1, 0], [1, 0], [0, -1], [0, 1]])
    left, right, above, below = cv2.perspectiveTransform(around, matrix).transpose(1, 0, 2)
    fitted = np.stack([right - left, below - above], axis=2) / 2
    error = np.linalg.norm(fitted - gradients, axis=2) / np.linalg.norm(gradients, axis=2)
    return float((error < STRAIGHTEN.max_gradient_error).mean(axis=0).min())


def _gradients(p: Doubles, points: NDArray[np.floating]) -> Doubles:
    """Gradients [N, 2, 2] of (ax + by) / (1 + gx + hy) and (dx + ey) / (1 + gx + hy)."""
    linear, tilt = p[:4].reshape(2, 2), p[4:]
    depth = 1 + points @ tilt
    value = points @ linear.T / depth[:, None]
    return np.asarray((linear[None] - value[:, :, None] * tilt) / depth[:, None, None])


def _robust_fit(residual: Callable[[Doubles], Doubles], start: Doubles) -> Doubles:
    """Parameters with the least sum of sqrt(1 + (r / fit_scale)^2), by Gauss-Newton steps whose weights follow the
    residuals r. SciPy's solver does the same, but its import takes a tenth of a second.
    """
    p, delta = start, STRAIGHTEN.fit_step
    for _ in range(STRAIGHTEN.max_fit_steps):
        r = residual(p)
        slopes = np.stack([(residual(p + d) - r) / delta for d in delta * np.eye(len(p))], axis=1)
        weight = (1 + (r / STRAIGHTEN.fit_scale) ** 2) ** -0.25
        step = np.linalg.lstsq(slopes * weight[:, None], -r * weight, rcond=None)[0]
        p = p + step
        if np.abs(step).max() < delta * np.abs(p).max():
            break
    return p
