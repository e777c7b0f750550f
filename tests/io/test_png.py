"""PNG files hold the very pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ecgimg.errors import OutputError
from ecgimg.io.png import write_png


@pytest.mark.parametrize("shape", [(7, 9, 3), (7, 9)])
def test_pixels_come_back(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert (np.asarray(Image.open(write_png(pixels, tmp_path / "x.png"))) == pixels).all()


def test_a_place_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_png(np.zeros((2, 2, 3), np.uint8), tmp_path / "file" / "x.png")
