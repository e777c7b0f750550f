"""Thumbnails are small, and a small picture is not enlarged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ecgimg.io.thumbnail import write_thumbnail


@pytest.mark.parametrize(("shape", "size"), [((500, 2400), (960, 200)), ((2400, 10), (4, 960)), ((8, 9), (9, 8))])
def test_a_thumbnail_has_the_picture_in_small(tmp_path: Path, shape: tuple[int, int], size: tuple[int, int]) -> None:
    pixels = np.zeros((*shape, 3), np.uint8)
    pixels[...] = (200, 40, 20)
    picture = Image.open(write_thumbnail(pixels, tmp_path / "x.jpg"))
    assert picture.size == size
    assert np.abs(np.asarray(picture, int).mean(axis=(0, 1)) - (200, 40, 20)).max() < 5


@pytest.mark.parametrize("shape", [(1, 5000, 3), (5000, 1, 3)])
def test_a_line_has_a_thumbnail(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    assert min(Image.open(write_thumbnail(np.zeros(shape, np.uint8), tmp_path / "x.jpg")).size) == 1
