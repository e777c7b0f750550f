"""Bands cut where they should be, and curves decoded below the pixel."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.nets.trace import BAND_ROWS, STRETCH, STRIDE, Spec, contrast_planes, cut_band, decode, to_line
from ecgimg.types import Floats

PLAIN = Spec(presence=0.5, confidence=((0.0, 0.0), (1.0, 1.0)))


def sheet_with_line(y: int, height: int = 1000, width: int = 333, thickness: int = 4) -> np.ndarray:
    pixels = np.full((height, width, 3), 240, np.uint8)
    pixels[y : y + thickness] = 20
    return pixels


def logits_at(rows: Floats, spread: float = 1.2) -> Floats:
    grid = np.arange(BAND_ROWS, dtype=np.float32)[:, None]
    return np.asarray(-0.5 * ((grid - rows) / spread) ** 2, np.float32)


def test_ink_is_about_one_and_paper_zero() -> None:
    planes = contrast_planes(sheet_with_line(500))
    assert planes.shape == (2, 500, 333)
    assert 0.8 < planes[0, 250:252].mean() < 1.5
    assert abs(planes[0, :200]).max() < 0.05


def test_coloured_grid_is_faint_in_the_brightest_channel_only() -> None:
    pixels = sheet_with_line(500)
    pixels[::40] = (240, 120, 120)
    bright, dark = contrast_planes(pixels)
    assert bright[100:200].max() < 0.1
    assert dark[100:200].max() > 0.2


@pytest.mark.parametrize("zero", [500.0, 502.4, 497.0, 30.0, 990.0])
def test_a_band_keeps_the_heights_of_the_sheet(zero: float) -> None:
    planes = contrast_planes(sheet_with_line(500))
    band, top = cut_band(planes, zero)
    assert band.shape == (3, BAND_ROWS, -(-333 // STRIDE) * STRIDE)
    middle = top + 2 * (BAND_ROWS - 1) / 2
    assert abs(middle - zero) <= 1.5
    seen = 501.5 - top
    if 0 < seen < 2 * BAND_ROWS - 4:
        weight = np.maximum(band[0, :, 100], 0)
        assert (weight * np.arange(BAND_ROWS)).sum() / weight.sum() * 2 + top == pytest.approx(501.5, abs=0.1)


def test_beyond_the_sheet_is_blank_paper() -> None:
    band, _ = cut_band(contrast_planes(sheet_with_line(500)), -500.0)
    assert not band[:2].any()


def test_the_place_is_decoded_below_the_row() -> None:
    rows = np.linspace(3.2, BAND_ROWS - 4.3, 500).astype(np.float32)
    place, confidence = decode(logits_at(rows), np.full(500, 20, np.float32))
    assert np.abs(place - rows).max() < 0.02
    assert confidence.min() > 0.8


def test_a_speck_does_not_pull_the_curve() -> None:
    rows = np.full(10, 100.3, np.float32)
    logits = np.logaddexp(logits_at(rows, 3.0), logits_at(rows + 70, 0.6) + 0.3)
    place, confidence = decode(logits, np.full(10, 20, np.float32))
    assert np.abs(place - rows).max() < 0.1
    assert confidence.max() < 0.8


def test_a_line_in_sheet_pixels() -> None:
    width, zero = 40, 321.0
    rows = np.full(2 * 64, 100.25, np.float32)
    presence = np.where(np.arange(128) < 20, -9, 9).astype(np.float32)
    line = to_line(logits_at(rows), presence, 82.5, width, zero, PLAIN)
    assert line.step == 1 / STRETCH
    assert line.y.shape == (2 * width - 1,)
    assert np.isnan(line.y[:20]).all()
    assert not line.confidence[:20].any()
    np.testing.assert_allclose(line.y[20:], 82.5 + 200.5, atol=0.05)
    assert line.zero == zero


def test_confidence_passes_through_the_calibration() -> None:
    half = Spec(presence=0.5, confidence=((0.0, 0.0), (1.0, 0.5)))
    rows = np.full(64, 120.0, np.float32)
    full = to_line(logits_at(rows), np.full(64, 9, np.float32), 0.0, 32, 240.0, PLAIN)
    less = to_line(logits_at(rows), np.full(64, 9, np.float32), 0.0, 32, 240.0, half)
    np.testing.assert_allclose(less.confidence, full.confidence / 2, atol=1e-5)


def test_a_specification_is_read_back() -> None:
    assert Spec.read({"presence": 0.5, "confidence": [[0, 0], [1, 1]]}) == PLAIN
