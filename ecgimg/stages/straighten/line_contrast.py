"""Grid lines as contrast: dark thin lines against their neighbourhood, and where ink hides them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.contrast import extreme_channels
from ecgimg.stages.straighten.filters import wide_blur

SCALE = 12.0
"""Standard deviation in pixels of the neighbourhood against which lines are dark."""

INK = (2.5, 1.0)
"""Contrast above which ink counts no more than a line: a grid that dense curves hide is looked for with the second."""

MAJOR_MM = 5.0


def contrast_image(rgb: NDArray[np.uint8], scale: float = SCALE) -> Floats:
    """Dark or coloured lines as positive values in -1..2.5: local mean removed, local contrast normalised.

    Args:
        rgb: pixels [H, W, 3]; the darkest channel is used, in which a line of any colour is dark.
        scale: the neighbourhood's standard deviation in pixels.
    """
    return contrast_and_spread(rgb, scale)[0]


def contrast_and_spread(rgb: NDArray[np.uint8], scale: float) -> tuple[Floats, Floats]:
    """The contrast image, and the mean strength in grey levels of what is normalised in it."""
    dark = extreme_channels(rgb)[1].astype(np.float32)
    detail = wide_blur(dark, scale) - dark
    spread = wide_blur(np.abs(detail), 2 * scale)
    return np.clip(detail / (spread + 1.0), -1.0, INK[0]), spread


def ink_mask(rgb: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.bool_]:
    """Pixels of a roughly straightened page that are clearly darker than its grid lines: traces and text.

    The brightest channel is used, in which a coloured grid is faint. Most windows of one large square hold no ink, so
    the median of their darkest pixels is the grid's own level.
    """
    bright = extreme_channels(rgb)[0].astype(np.float32)
    detail = wide_blur(bright, 3 * px_per_mm) - bright
    side = round(MAJOR_MM * px_per_mm)
    level = float(np.median(cv2.dilate(detail, np.ones((side, side), np.uint8))[::side, ::side]))
    ink = (detail > 1.6 * level + 4).astype(np.uint8)
    return np.asarray(cv2.dilate(ink, np.ones((3, 3), np.uint8)) > 0)
