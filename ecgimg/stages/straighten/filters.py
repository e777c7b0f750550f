"""Wide filters that cost the same at any width."""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats


def wide_blur(image: Floats, sigma: float) -> Floats:
    """A Gaussian blur of a plane [H, W] by three box filters, whose variances add up to sigma^2.

    A box of n pixels has the variance (n^2 - 1) / 12, so n = sqrt(4 sigma^2 + 1), rounded to an odd number.
    """
    side = 2 * round((np.sqrt(4 * sigma * sigma + 1) - 1) / 2) + 1
    for _ in range(3):
        image = np.asarray(cv2.blur(image, (side, side), borderType=cv2.BORDER_REFLECT_101), np.float32)
    return image
