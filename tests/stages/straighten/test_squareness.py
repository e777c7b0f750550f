"""A picture that was stretched is noticed by its grid, and straightened all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_pages import drawn

from ecgimg.datamodel.page import Photo, Sheet
from ecgimg.stages.straighten.by_grid import by_grid
from ecgimg.stages.straighten.squareness import PERIODS_MM, line_strengths, photo_stretch


@pytest.mark.parametrize("period_mm", [3.0, 5.0, 8.0])
def test_lines_are_strongest_at_their_period(period_mm: float) -> None:
    place = np.arange(0, 200, 0.25)
    row = (place % period_mm < 0.4).astype(np.float32)
    noise = np.random.default_rng(1).normal(0, 0.3, (300, len(place))).astype(np.float32)
    strengths = line_strengths(row + noise, 4.0)
    assert PERIODS_MM[strengths.argmax()] == pytest.approx(period_mm, rel=0.01)
    assert strengths.max() > 1.5
    assert line_strengths(noise, 4.0).max() < 1.5


@pytest.mark.slow
@pytest.mark.parametrize("stretch", [1.4, 0.7])
def test_a_stretched_page_is_straightened_to_square_squares(stretch: float) -> None:
    pixels = drawn("scan", "3x4+1R", 3).pixels
    stretched = np.asarray(cv2.resize(pixels, None, fx=1.0, fy=stretch, interpolation=cv2.INTER_AREA), np.uint8)
    plain, sheet = by_grid(Photo(pixels, Path("plain.png"))), by_grid(Photo(stretched, Path("tall.png")))
    assert plain is not None
    assert sheet is not None
    assert plain.stretch == 1
    assert sheet.stretch == pytest.approx(stretch, rel=0.05)
    assert photo_stretch(replace(sheet, stretch=1.0)) == 1
    assert mm_on_photo(sheet) == pytest.approx(mm_on_photo(plain) * [1, stretch], rel=0.01)


def mm_on_photo(sheet: Sheet) -> np.ndarray:
    """Photo pixels of a sheet's millimetre across and down."""
    steps = [np.linalg.norm(np.median(np.diff(sheet.map.nodes, axis=axis), axis=(0, 1))) for axis in (1, 0)]
    return np.array(steps) / (sheet.map.step / sheet.px_per_mm)
