"""Grid lines as contrast: dark thin lines against their neighbourhood, and the mask of ink that hides them."""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats, Pixels
from ecgimg.networks.contrast import extreme_channels
from ecgimg.stages.straighten.constants import STRAIGHTEN
from ecgimg.stages.straighten.filters import wide_blur


def line_contrast(rgb: Pixels) -> Floats:
    """Dark or coloured lines as positive values in -1..2.5: local mean removed, local contrast normalised.

    Args:
        rgb: pixels [H, W, 3]; the darkest channel is used, in which a line of any colour is dark.
    """
    return contrast_and_spread(rgb)[0]


def contrast_and_spread(rgb: Pixels) -> tuple[Floats, Floats]:
    """The line contrast [H, W], and the mean deviation [H, W] in grey levels by which it was normalised."""
    scale = STRAIGHTEN.contrast_scale_px
    darkest = extreme_channels(rgb)[1].astype(np.float32)
    detail = wide_blur(darkest, scale) - darkest
    spread = wide_blur(np.abs(detail), 2 * scale)
    contrast = detail / (spread + STRAIGHTEN.contrast_floor_grey)
    return np.clip(contrast, STRAIGHTEN.min_contrast, STRAIGHTEN.max_contrast), spread


def ink_mask(rgb: Pixels, px_per_mm: float) -> Bools:
    """Pixels [H, W] of a roughly straightened page that are clearly darker than its grid lines: traces and text.

    The brightest channel is used, in which a coloured grid is faint. Most windows of one large square hold no ink, so
    the median of their darkest pixels is the level of the grid.
    """
    brightest = extreme_channels(rgb)[0].astype(np.float32)
    detail = wide_blur(brightest, STRAIGHTEN.ink_background_mm * px_per_mm) - brightest
    side = round(STRAIGHTEN.large_square_mm * px_per_mm)
    grid_level = float(np.median(cv2.dilate(detail, np.ones((side, side), np.uint8))[::side, ::side]))
    ink = (detail > STRAIGHTEN.ink_grid_factor * grid_level + STRAIGHTEN.ink_offset_grey).astype(np.uint8)
    return np.asarray(cv2.dilate(ink, np.ones((3, 3), np.uint8)) > 0)
