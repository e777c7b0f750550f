"""White on black is told from paper in the dark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from drawn_grids import ruled

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.page import Photo
from ecgimg.stages.straighten.polarity import dark_on_bright, is_white_on_black


def photo(pixels: Pixels) -> Photo:
    return Photo(pixels, Path("x.png"))


def test_a_monitor_s_picture_is_reversed() -> None:
    paper = ruled((300, 400), 5.0)
    monitor = photo(255 - paper)
    assert is_white_on_black(monitor)
    np.testing.assert_array_equal(dark_on_bright(monitor).pixels, paper)


def test_paper_and_paper_on_a_dark_table_stay_as_they_are() -> None:
    paper = ruled((300, 400), 5.0)
    table = np.full((600, 900, 3), 25, np.uint8)
    table[100:400, 200:600] = paper
    for picture in (photo(paper), photo(table)):
        assert dark_on_bright(picture) is picture
