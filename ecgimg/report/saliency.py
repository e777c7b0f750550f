"""The overlay of `ecgimg screen`: the saliency of a finding over the photo, and the part that was read."""

from __future__ import annotations

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.page import Photo
from ecgimg.recording.plot import BLUE, VERMILLION

MAX_SIDE_PX = 1400
"""Longest side of an overlay; smaller photos keep their size."""
FADE = 0.35
"""Share of white that is mixed into the photo under the saliency."""
SALIENCY_COLOR = np.array(VERMILLION, np.float32)
MAX_OPACITY = 0.6
"""Opacity of the highest saliency."""
OUTLINE = BLUE


def saliency_image(photo: Photo, saliency: Floats, corners: Floats, title: str) -> Pixels:
    """RGB pixels [h, w, 3] of the overlay.

    Args:
        photo: the page.
        saliency: 0..1 over the whole photo, coarser than it or not [a, b].
        corners: photo points [4, 2] around the part that was read.
        title: the finding, written into the corner.
    """
    height, width = photo.shape
    factor = min(1.0, MAX_SIDE_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    page = cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    page = page * (1 - FADE) + 255 * FADE
    opacity = MAX_OPACITY * cv2.resize(saliency, size, interpolation=cv2.INTER_LINEAR)[..., None].clip(0, 1)
    # The colour never makes a pixel lighter, so that a trace stays dark.
    colored = np.asarray(np.minimum(page, page * (1 - opacity) + SALIENCY_COLOR * opacity), np.float32)
    canvas = np.asarray(colored.clip(0, 255), np.uint8)
    unit = max(size) / 1000
    outline = np.round(corners * factor).astype(np.int32)
    cv2.polylines(canvas, [outline], True, OUTLINE, max(1, round(1.5 * unit)), cv2.LINE_AA)
    place = (round(12 * unit), round(28 * unit))
    cv2.putText(canvas, title, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8 * unit, (255, 255, 255), round(6 * unit) + 1, 16)
    cv2.putText(canvas, title, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8 * unit, OUTLINE, max(1, round(1.6 * unit)), 16)
    return canvas
