"""Effects of a camera and of coding on pixels, by albumentations 2.0.8; none of them moves a pixel.

An effect maps (image uint8 [H, W], generator) to an image of the same shape. The same generator state gives the same
pixels. This is the only module that imports albumentations.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Pixels

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else its import asks a server for its latest version
import albumentations as A

PixelEffect = Callable[[Pixels, np.random.Generator], Pixels]


def blur(min_px: float, max_px: float) -> PixelEffect:
    """Gaussian blur whose standard deviation lies between two numbers of pixels."""
    return _effect(lambda: A.GaussianBlur(blur_limit=0, sigma_limit=(min_px, max_px), p=1))


def noise(min_levels: float, max_levels: float) -> PixelEffect:
    """White noise whose standard deviation lies between two numbers of grey levels of 255."""
    return _effect(lambda: A.GaussNoise(std_range=(min_levels / 255, max_levels / 255), p=1))


def darken(min_factor: float, max_factor: float) -> PixelEffect:
    """All pixels multiplied by one factor between two numbers."""
    return _effect(
        lambda: A.MultiplicativeNoise(multiplier=(min_factor, max_factor), per_channel=False, elementwise=False, p=1)
    )


def jpeg(min_quality: int, max_quality: int) -> PixelEffect:
    """Coding as JPEG of a quality between two numbers, both included."""
    return _effect(lambda: A.ImageCompression(quality_range=(min_quality, max_quality), p=1))


def coarsen(min_factor: float, max_factor: float) -> PixelEffect:
    """Resampling to a share of the sides between two numbers, and back."""
    ways = {"downscale": cv2.INTER_AREA, "upscale": cv2.INTER_LINEAR}
    return _effect(lambda: A.Downscale(scale_range=(min_factor, max_factor), interpolation_pair=ways, p=1))


def _effect(transform: Callable[[], Any]) -> PixelEffect:
    """A transform as a function of an image and a generator; it is built anew each time, so that no state is shared."""

    def apply(image: Pixels, rng: np.random.Generator) -> Pixels:
        seeded = A.Compose([transform()], seed=int(rng.integers(2**32)))
        return np.asarray(seeded(image=image)["image"], np.uint8)

    return apply
