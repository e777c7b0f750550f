"""Wide filters that cost the same at any width."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def wide_blur(image: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """A Gaussian blur of a plane [H, W] by three box filters, whose variances add up to sigma^2."""
    side = 2 * round((np.sqrt(4 * sigma * sigma + 1) - 1) / 2) + 1
    for _ in range(3):
        image = np.asarray(cv2.blur(image, (side, side), borderType=cv2.BORDER_REFLECT_101), np.float32)
    return image
