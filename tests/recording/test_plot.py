"""The pictures: where ink is, where none is, and colours a lead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import PageGeometry, Photo, PlacedCell, Scale
from ecgimg.recording.plot import COLORS, MARGIN_MM, PX_PER_MM, ROW_MM, recording_image, write_recording_png
from ecgimg.recording.recording import Recording
from ecgimg.report.debug_images import artifact_image
from ecgimg.report.overlay import OVERLAY_SIDES, overlay_image


def half_known() -> Recording:
    """Lead II is 1 mV in its second half; nothing else is known."""
    signals = np.full((12, 5000), np.nan, np.float32)
    signals[1, 2500:] = 1.0
    return Recording(signals, 500.0, name="half")


def dark(pixels: np.ndarray) -> np.ndarray:
    return pixels.max(axis=2) < 90


def test_leads_stand_at_their_time_and_gaps_stay_blank() -> None:
    drawn = dark(recording_image(half_known()))
    q = PX_PER_MM
    row = drawn[(MARGIN_MM + ROW_MM) * q : (MARGIN_MM + 2 * ROW_MM) * q, MARGIN_MM * q :]
    ys, xs = np.nonzero(row)
    assert xs.min() == pytest.approx(5.0 * 25 * q, abs=2)
    assert xs.max() == pytest.approx(10.0 * 25 * q, abs=2)
    assert np.median(ys) == pytest.approx((ROW_MM / 2 - 10) * q, abs=1)
    assert not drawn[(MARGIN_MM + 2 * ROW_MM) * q : -5 * q, MARGIN_MM * q :].any()


def test_plot_writes_a_png(tmp_path: Path) -> None:
    path = write_recording_png(half_known(), tmp_path / "new" / "half.png")
    assert Image.open(path).size == recording_image(half_known()).shape[1::-1]
    assert half_known().plot(tmp_path / "again.png").read_bytes() == path.read_bytes()


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
    low, high = OVERLAY_SIDES
    assert low <= max(image.shape[:2]) <= high
    assert image.shape[1] / image.shape[0] == pytest.approx(size[0] / size[1], rel=0.02)
    colored = np.abs(image - COLORS["V3"]).max(axis=2) < 40
    height, width = colored.shape
    line = colored[round(height / 2 - 4) : round(height / 2 + 5)].any(axis=0)
    assert line[round(0.15 * width) : round(0.3 * width)].all()
    assert not line[round(0.4 * width) : round(0.6 * width)].any()
    assert colored[: round(height / 2 - 6)].sum() > 50  # the name above the line's start


def test_a_name_at_the_rim_stays_on_the_picture() -> None:
    photo, recording = on_photo(300, 200)
    assert recording.geometry is not None
    (cell, points), *_ = recording.geometry.curves
    for y in (-50.0, 0.0, 199.0, 300.0):
        at = np.stack([np.linspace(-40, 400, 90), np.full(90, y)], axis=1).astype(np.float32)
        moved = replace(recording, geometry=replace(recording.geometry, curves=((cell, at),)))
        assert overlay_image(photo, moved).shape[1] == OVERLAY_SIDES[0]
    assert points.shape == (90, 2)


def test_a_curve_that_was_not_seen_draws_nothing() -> None:
    photo, recording = on_photo(300, 200)
    assert recording.geometry is not None
    cell = recording.geometry.curves[0][0]
    empty = np.full((90, 2), np.nan, np.float32)
    blank = replace(recording, geometry=replace(recording.geometry, curves=((cell, empty),)))
    assert len(np.unique(overlay_image(photo, blank).reshape(-1, 3), axis=0)) == 1


def test_a_recording_without_a_photo_has_no_overlay() -> None:
    with pytest.raises(ValueError, match="not read from a photo"):
        overlay_image(on_photo(100, 100)[0], half_known())


def test_each_lead_has_its_own_dark_color() -> None:
    assert set(COLORS) == set(LEADS)
    colors = np.array(list(COLORS.values()))
    apart = np.abs(colors[:, None] - colors[None]).sum(axis=2) + np.eye(12) * 999
    assert apart.min() >= 60
    assert (colors @ [0.3, 0.59, 0.11]).max() < 150


def test_pictures_of_artifacts() -> None:
    photo, recording = on_photo(40, 30)
    assert artifact_image(photo) is photo.pixels
    assert artifact_image(recording) is not None
    assert artifact_image(np.ones((3, 4), np.float32)).tolist() == [[0] * 4] * 3
    assert artifact_image(("lines",)) is None
