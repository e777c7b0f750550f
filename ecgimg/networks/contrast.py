"""Contrast planes of a sheet: ink against the paper around it, as all networks of the sheet see it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.networks.trace import PX_PER_MM

BACKGROUND_MM = 3.0

INK_PERCENTILE = 99.7

MIN_LEVEL = 12.0

MAX_CONTRAST = 2.0


def extreme_channels(pixels: Pixels) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The brightest colour channel of every pixel, in which a coloured grid is faint, and the darkest, in which it is
    not.
    """
    red, green, blue = cv2.split(pixels)
    brightest, darkest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    return np.asarray(brightest, np.uint8), np.asarray(darkest, np.uint8)


def contrast_planes(pixels: Pixels) -> Floats:
    """Planes [2, H / 2, W] of a sheet: its brightest and darkest colour channel against the paper, 1 for full ink."""
    planes = [_against_paper(channel) for channel in extreme_channels(pixels)]
    level = max(float(np.percentile(planes[0][::2, ::4], INK_PERCENTILE)), MIN_LEVEL)
    return np.asarray(np.clip(np.stack(planes) / np.float32(level), -1.0, MAX_CONTRAST), np.float32)


def _against_paper(channel: NDArray[np.uint8]) -> Floats:
    """Paper minus channel [H / 2, W]: the paper's level is a wide average, taken at a coarse scale for speed."""
    h, w = channel.shape
    half = cv2.resize(channel.astype(np.float32), (w, max(h // 2, 1)), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(half, (max(w // 8, 1), max(h // 8, 1)), interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(coarse, (0, 0), BACKGROUND_MM * PX_PER_MM / 8)
    return np.asarray(
        cv2.resize(paper, (half.shape[1], half.shape[0]), interpolation=cv2.INTER_LINEAR) - half, np.float32
    )
