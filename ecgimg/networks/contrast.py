"""Contrast planes of a sheet: ink against the paper around it, the input of every network that sees a sheet.

input   pixels [H, W, 3] of a sheet at 8 px/mm
output  planes [2, H / 2, W]: brightest and darkest colour channel at 4 px/mm down and 8 px/mm across,
        0 for paper, 1 for full ink, -1 to 2
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.networks.trace import PX_PER_MM

BACKGROUND_MM = 3.0
"""Standard deviation of the average that is taken for the level of the paper."""
COARSE = 8
"""Factor by which a sheet is shrunk to measure the paper, in both directions; for speed."""
INK_PERCENTILE = 99.7
"""Percentile of a sheet's contrast that counts as full ink."""
MIN_LEVEL = 12.0
"""Smallest contrast of full ink, in levels of 0 to 255, so that an empty sheet stays empty."""
MIN_CONTRAST = -1.0
"""Contrast is clipped to this below: paper brighter than its surroundings."""
MAX_CONTRAST = 2.0
"""Contrast is clipped to this above."""


def extreme_channels(pixels: Pixels) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The brightest and the darkest colour channel [H, W] of pixels [H, W, 3].

    A coloured grid is faint in the brightest and dark in the darkest.
    """
    red, green, blue = cv2.split(pixels)
    brightest, darkest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    return np.asarray(brightest, np.uint8), np.asarray(darkest, np.uint8)


def contrast_planes(pixels: Pixels, part: tuple[float, float, float, float] | None = None) -> Floats:
    """Planes [2, H / 2, W] of a sheet.

    Args:
        pixels: the sheet [H, W, 3].
        part: x0, y0, x1, y1 in sheet pixels of the part whose ink counts as full ink, the grid's: blank paper and
            headlines beside it would change the level. The whole sheet by default.
    """
    planes = [_against_paper(channel) for channel in extreme_channels(pixels)]
    x0, y0, x1, y1 = (max(round(side), 0) for side in part or (0, 0, pixels.shape[1], pixels.shape[0]))
    ink = planes[0][y0 // 2 : y1 // 2 + 1 : 2, x0 : x1 + 1 : 4]
    level = max(float(np.percentile(ink, INK_PERCENTILE)), MIN_LEVEL)
    return np.asarray(np.clip(np.stack(planes) / np.float32(level), MIN_CONTRAST, MAX_CONTRAST), np.float32)


def cut_patches(planes: Floats, centres: Sequence[tuple[float, float]], height: int, width: int) -> Floats:
    """Patches [N, 2, height, width] of planes [2, H, W] around centres; beyond the sheet is blank paper.

    Args:
        planes: contrast planes.
        centres: (x, y) of each patch in pixels of the planes.
        height: rows of a patch.
        width: columns of a patch.
    """
    padded = np.pad(planes, ((0, 0), (height, height), (width, width)))
    patches = np.zeros((len(centres), 2, height, width), np.float32)
    for patch, (x, y) in zip(patches, centres, strict=True):
        top = int(np.clip(round(y) + height // 2, 0, padded.shape[1] - height))
        left = int(np.clip(round(x) + width // 2, 0, padded.shape[2] - width))
        patch[:] = padded[:, top : top + height, left : left + width]
    return patches


def _against_paper(channel: NDArray[np.uint8]) -> Floats:
    """Paper minus channel [H / 2, W]; the paper's level is a wide average, taken at a coarse scale."""
    h, w = channel.shape
    half = cv2.resize(channel.astype(np.float32), (w, max(h // 2, 1)), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(half, (max(w // COARSE, 1), max(h // COARSE, 1)), interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(coarse, (0, 0), BACKGROUND_MM * PX_PER_MM / COARSE)
    level = cv2.resize(paper, (half.shape[1], half.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(level - half, np.float32)
