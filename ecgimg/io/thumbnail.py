"""Small pictures for an index of many pages."""

from __future__ import annotations

from pathlib import Path

import cv2

from ecgimg.datamodel.arrays import Pixels
from ecgimg.io.files import write_atomically
from ecgimg.io.jpeg import encode_jpeg

MAX_SIDE_PX = 960
"""Longest side of a thumbnail: at this size it is seen whether a trace follows its curve."""
QUALITY = 80


def write_thumbnail(pixels: Pixels, path: Path) -> Path:
    """Writes RGB pixels as a JPEG of at most MAX_SIDE_PX.

    Raises:
        OutputError: the file can't be written.
    """
    return write_atomically(path, thumbnail(pixels))


def thumbnail(pixels: Pixels) -> bytes:
    """RGB pixels as a JPEG of at most MAX_SIDE_PX."""
    factor = min(1.0, MAX_SIDE_PX / max(pixels.shape[:2]))
    size = [max(1, round(side * factor)) for side in pixels.shape[1::-1]]
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if factor < 1 else pixels
    return encode_jpeg(small, QUALITY)
