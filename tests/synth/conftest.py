"""A measure of the truth: does the centre line lie on the ink?"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from ecgimg.datamodel.arrays import Pixels
from ecgimg.synth.truth import Curve, SynthPage


def ink_distances(pixels: Pixels, curve: Curve, reach: float) -> np.ndarray:
    """How far the ink's centre lies from the centre line, across it, where it runs straight enough to tell."""
    ink = 255 - cv2.GaussianBlur(pixels[..., 0], (0, 0), 0.5).astype(np.float64)
    p, seen = curve.points.astype(np.float64), curve.visible
    d = p[6:] - p[:-6]
    length = np.hypot(d[:, 0], d[:, 1])
    middle = p[3:-3]
    bend = np.hypot(*(middle - (p[6:] + p[:-6]) / 2).T)
    straight = seen[3:-3] & seen[6:] & seen[:-6] & (bend < 0.15) & (length > 0)
    normal = np.stack([-d[:, 1], d[:, 0]], axis=1)[straight] / length[straight, None]
    off = np.arange(-reach, reach + 0.01, 0.25)
    at = middle[straight][:, None] + off[:, None] * normal[:, None]
    profile = map_coordinates(ink, [at[..., 1], at[..., 0]], order=1, mode="nearest")
    low = np.quantile(profile, 0.3, axis=1, keepdims=True)
    weight = np.clip(profile - low - 0.4 * (profile.max(axis=1, keepdims=True) - low), 0, None)
    return np.abs((weight * off).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9))


@pytest.fixture
def ink_distance() -> Callable[[SynthPage, float], float]:
    """Median distance in pixels of a page's ink from its centre lines, looked for within a reach."""

    def median(page: SynthPage, reach: float) -> float:
        return float(np.median(np.concatenate([ink_distances(page.pixels, c, reach) for c in page.curves])))

    return median
