"""Small pictures: for an index of many pages, and for a browser."""

from __future__ import annotations

from pathlib import Path

import cv2

from ecgimg.datamodel.arrays import Pixels
from ecgimg.io.files import write_atomically
from ecgimg.io.jpeg import encode_jpeg

MAX_SIDE_PX = 960
"""Longest side of a thumbnail: at this size it is seen whether a trace follows its curve."""
QUALITY = 80


def write_thumbnail(pixels: Pixels, path: Path, max_side_px: int = MAX_SIDE_PX, quality: int = QUALITY) -> Path:
    """Writes RGB pixels as a JPEG whose longest side is at most `max_side_px`.

    Raises:
        OutputError: the file can't be written.
    """
    return write_atomically(path, thumbnail(pixels, max_side_px, quality))


def thumbnail(pixels: Pixels, max_side_px: int = MAX_SIDE_PX, quality: int = QUALITY) -> bytes:
    """RGB pixels as a JPEG whose longest side is at most `max_side_px`."""
    factor = min(1.0, max_side_px / max(pixels.shape[:2]))
    size = [max(1, round(side * factor)) for side in pixels.shape[1::-1]]
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if factor < 1 else pixels
    return encode_jpeg(small, quality)
