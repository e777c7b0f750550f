"""Pictures that are white on black, as monitors show an ECG: Photo -> Photo, dark on bright."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgimg.datamodel.page import Photo
from ecgimg.stages.straighten.constants import STRAIGHTEN


def is_white_on_black(photo: Photo) -> bool:
    """Whether the picture is black but for thin lines; a dark photo of paper has larger bright parts."""
    brightness = photo.pixels.max(axis=2)
    is_black = float(np.median(brightness)) < STRAIGHTEN.max_black_level
    return is_black and float((brightness > STRAIGHTEN.min_bright_level).mean()) < STRAIGHTEN.max_bright_share


def dark_on_bright(photo: Photo) -> Photo:
    """The photo, in reversed colours where it is white on black."""
    return replace(photo, pixels=255 - photo.pixels) if is_white_on_black(photo) else photo
