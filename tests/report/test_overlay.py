"""The overlay: traces at their place on the photo, names at their start, readable at any size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.ink import ExplainedInk, InkStretch
from ecgimg.datamodel.page import PageGeometry, Photo, PlacedCell, Scale
from ecgimg.recording.plot import COLORS, UNEXPLAINED_COLOR
from ecgimg.recording.recording import Recording
from ecgimg.report.overlay import MAX_SIDE_PX, MIN_SIDE_PX, overlay_image


def half_known() -> Recording:
    """Lead II is 1 mV in its second half; nothing else is known."""
    signals = np.full((12, 5000), np.nan, np.float32)
    signals[1, 2500:] = 1.0
    return Recording(signals, 500.0, name="half")


def on_photo(width: int, height: int, lead: str = "V3") -> tuple[Photo, Recording]:
    """A level line in the middle of a grey photo, with a gap in its middle third."""
    points = np.stack([np.linspace(0.1, 0.9, 90) * width, np.full(90, height / 2)], axis=1).astype(np.float32)
    points[30:60, 1] = np.nan
    cell = PlacedCell(lead, 1, 0, False, 0.0, 2.5, 0.0, 100.0, 50.0)
    geometry = PageGeometry(8.0, 0.0, "grid", Scale(25, "text"), Scale(10, "text"), ((cell, points),))
    recording = replace(half_known(), geometry=geometry)
    return Photo(np.full((height, width, 3), 180, np.uint8), Path("photo.jpg")), recording


@pytest.mark.parametrize("size", [(120, 90), (1700, 2200), (6000, 4000)])
def test_overlay_is_readable_at_any_size(size: tuple[int, int]) -> None:
    image = overlay_image(*on_photo(*size)).astype(int)
    low, high = MIN_SIDE_PX, MAX_SIDE_PX
    assert low <= max(image.shape[:2]) <= high
    assert image.shape[1] / image.shape[0] == pytest.approx(size[0] / size[1], rel=0.02)
    colored = np.abs(image - COLORS["V3"]).max(axis=2) < 40
    height, width = colored.shape
    line = colored[round(height / 2 - 4) : round(height / 2 + 5)].any(axis=0)
    assert line[round(0.15 * width) : round(0.3 * width)].all()
    assert not line[round(0.4 * width) : round(0.6 * width)].any()
    assert colored[: round(height / 2 - 6)].sum() > 50  # the name above the line's start


def test_a_name_at_the_edge_stays_on_the_picture() -> None:
    photo, recording = on_photo(300, 200)
    assert recording.geometry is not None
    (cell, points), *_ = recording.geometry.curves
    for y in (-50.0, 0.0, 199.0, 300.0):
        at = np.stack([np.linspace(-40, 400, 90), np.full(90, y)], axis=1).astype(np.float32)
        moved = replace(recording, geometry=replace(recording.geometry, curves=((cell, at),)))
        assert overlay_image(photo, moved).shape[1] == MIN_SIDE_PX
    assert points.shape == (90, 2)


def test_a_curve_that_was_not_seen_draws_nothing() -> None:
    photo, recording = on_photo(300, 200)
    assert recording.geometry is not None
    cell = recording.geometry.curves[0][0]
    empty = np.full((90, 2), np.nan, np.float32)
    blank = replace(recording, geometry=replace(recording.geometry, curves=((cell, empty),)))
    assert len(np.unique(overlay_image(photo, blank).reshape(-1, 3), axis=0)) == 1


def test_ink_that_was_not_read_has_its_colour_and_letter() -> None:
    photo, recording = on_photo(1400, 1000)
    assert recording.geometry is not None
    path = np.stack([np.linspace(200, 1200, 50), np.full(50, 800.0)], axis=1).astype(np.float32)
    ink = ExplainedInk(0.5, (1.0,), (InkStretch(100.0, 600.0, 400.0, 60.0, path),))
    image = overlay_image(photo, replace(recording, geometry=replace(recording.geometry, ink=ink))).astype(int)
    colored = np.abs(image - UNEXPLAINED_COLOR).max(axis=2) < 40
    assert colored[797:804, 210:1190].any(axis=0).all()
    assert colored[740:790].sum() > 50  # the letter above it
    assert not colored[:700].any()


def test_a_recording_without_a_photo_has_no_overlay() -> None:
    with pytest.raises(ValueError, match="not read from a photo"):
        overlay_image(on_photo(100, 100)[0], half_known())


def test_what_the_user_drew_is_dashed_and_has_a_letter() -> None:
    photo, recording = on_photo(1500, 1000)
    assert recording.geometry is not None
    by_user = np.zeros(90, bool)
    by_user[5:25] = True
    drawn = replace(recording, geometry=replace(recording.geometry, corrected=(by_user,)))
    plain, marked = (overlay_image(photo, one).astype(int) for one in (recording, drawn))
    row = marked.shape[0] // 2
    left, right = (round((0.1 + 0.8 * k / 89) * marked.shape[1]) for k in (5, 24))
    bright = (marked[row - 3 : row + 4, left:right].min(axis=2) > 240).any(axis=0)
    assert 0.2 < bright.mean() < 0.8, "dashes and gaps"
    below = (slice(row + 8, row + 40), slice(left - 5, left + 40))
    assert (marked[below].max(axis=2) < 60).sum() > (plain[below].max(axis=2) < 60).sum() + 20, "the letter"
    assert (marked[:, right + 60 :] == plain[:, right + 60 :]).all()
