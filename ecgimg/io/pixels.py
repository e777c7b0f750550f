"""Decoded pictures of every mode -> RGB pixels, in little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ecgimg.datamodel.arrays import Pixels

if TYPE_CHECKING:
    from PIL import Image

_BAND_PIXELS = 2_000_000
"""Pixels that are converted at once."""


def rgb_pixels(picture: Image.Image) -> Pixels:
    """Pixels [H, W, 3] on white. They are converted band by band: each whole copy of a large picture is 0.7 GB."""
    convert = _conversion(picture)
    pixels = np.empty((picture.height, picture.width, 3), np.uint8)
    for top, band in _bands(picture):
        pixels[top : top + band.height] = convert(band)
    return pixels


def _bands(picture: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Copies of a picture's rows, a part after the other, each with the number of its first row."""
    rows = max(1, _BAND_PIXELS // picture.width)
    for top in range(0, picture.height, rows):
        yield top, picture.crop((0, top, picture.width, min(top + rows, picture.height)))


def _conversion(picture: Image.Image) -> Callable[[Image.Image], Pixels]:
    """How a band of a picture of this kind becomes RGB."""
    if picture.mode.startswith("I") or picture.mode == "F":
        highest = max(float(np.asarray(band).max()) for _, band in _bands(picture))
        return partial(_from_deep_grey, highest=highest)
    return _on_white if picture.has_transparency_data else lambda band: np.asarray(band.convert("RGB"), np.uint8)


def _on_white(band: Image.Image) -> Pixels:
    from PIL import Image

    layer = band.convert("RGBA")
    white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
    return np.asarray(Image.alpha_composite(white, layer).convert("RGB"), np.uint8)


def _from_deep_grey(band: Image.Image, highest: float) -> Pixels:
    """Grey of more than 8 bits -> RGB; the range is the smallest power of two that holds it (10, 12, 16 bits)."""
    full = 1.0 if highest <= 1 else float(2 ** max(8, int(np.ceil(np.log2(highest + 1)))) - 1)
    grey = np.clip(np.rint(np.asarray(band).astype(np.float32) * (255 / full)), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
