"""The waviness of a sheet: against the truth of a drawn page, and by the straightness of its own lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn_grids import ruled

from ecgimg.bench.digitize.waviness import straightness, true_waviness
from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.page import Photo, Sheet, SheetMap
from ecgimg.stages.straighten.resample import sheet_of
from ecgimg.synth.camera import identity_warp

PX_PER_MM = 8.0
SIZE = (801, 1201)
STEP = 20.0
RIPPLE_MM = 0.1


def sheet(ripple_mm: float, pixels: Pixels) -> Sheet:
    """A sheet of a picture of its own scale; its map has a ripple of a period of 20 mm to the right."""
    x, y = np.meshgrid(np.arange(0, SIZE[1], STEP), np.arange(0, SIZE[0], STEP))
    ripple = ripple_mm * PX_PER_MM * np.sin(2 * np.pi * y / (20 * PX_PER_MM))
    nodes: Floats = np.stack([x + ripple, y], axis=2).astype(np.float32)
    box = (0.0, 0.0, SIZE[1] - 1.0, SIZE[0] - 1.0)
    return sheet_of(Photo(pixels, Path("ruled")), SheetMap(nodes, STEP), "grid", 1.0, box)


@pytest.mark.parametrize("ripple_mm", [0.0, RIPPLE_MM])
def test_a_ripple_shows_against_the_truth_and_by_straightness(ripple_mm: float) -> None:
    rippled = sheet(ripple_mm, ruled(SIZE, PX_PER_MM, fine=False))
    true = true_waviness(rippled, identity_warp(SIZE[1], SIZE[0]), PX_PER_MM)
    # A sine has an rms of 1 / sqrt(2) of its height, and one of the two axes shows it.
    assert true == pytest.approx(ripple_mm / 2, rel=0.15, abs=0.002)
    assert straightness(rippled) == pytest.approx(ripple_mm / 2, rel=0.3, abs=0.01)


def test_no_grid_has_no_waviness() -> None:
    blank = np.full((*SIZE, 3), 255, np.uint8)
    x, y = np.meshgrid(np.arange(0, SIZE[1], STEP), np.arange(0, SIZE[0], STEP))
    page = sheet_of(
        Photo(blank, Path("blank")), SheetMap(np.stack([x, y], axis=2).astype(np.float32), STEP), "page", 0.0
    )
    assert np.isnan(straightness(page))
    assert np.isnan(true_waviness(page, identity_warp(SIZE[1], SIZE[0]), PX_PER_MM))
