"""Bands cut where they should be, and curves decoded below the pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks.base import NetworkTests, Values

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.contrast import contrast_planes
from ecgimg.networks.trace import (
    BAND_ROWS,
    BESIDE_MM,
    CHANNELS,
    NAME,
    STRETCH,
    STRIDE,
    BandOutput,
    Spec,
    cut_band,
    decode,
    suppress_neighbouring_rows,
    to_trace,
)

PLAIN = Spec(presence=0.5, confidence=((0.0, 0.0), (1.0, 1.0)))


def sheet_with_line(y: int, height: int = 1000, width: int = 333, thickness: int = 4) -> np.ndarray:
    pixels = np.full((height, width, 3), 240, np.uint8)
    pixels[y : y + thickness] = 20
    return pixels


def logits_at(rows: Floats, spread: float = 1.2) -> Floats:
    grid = np.arange(BAND_ROWS, dtype=np.float32)[:, None]
    return np.asarray(-0.5 * ((grid - rows) / spread) ** 2, np.float32)


@pytest.mark.parametrize("baseline_y", [500.0, 502.4, 497.0, 30.0, 990.0])
def test_a_band_keeps_the_heights_of_the_sheet(baseline_y: float) -> None:
    planes = contrast_planes(sheet_with_line(500))
    band, top = cut_band(planes, baseline_y)
    assert band.shape == (3, BAND_ROWS, -(-333 // STRIDE) * STRIDE)
    middle = top + 2 * (BAND_ROWS - 1) / 2
    assert abs(middle - baseline_y) <= 1.5
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
    width, zero = 80, 321.0
    rows = np.full(2 * 96, 100.25, np.float32)
    presence = np.where(np.arange(192) < 60, -9, 9).astype(np.float32)
    line = to_trace(BandOutput(logits_at(rows), presence, 82.5), width, zero, PLAIN)
    assert line.step == 1 / STRETCH
    assert line.y.shape == (2 * width - 1,)
    followed = 60 - round(BESIDE_MM * 16)
    assert np.isnan(line.y[:followed]).all()
    assert not line.confidence[:60].any()
    np.testing.assert_allclose(line.y[followed:], 82.5 + 200.5, atol=0.05)
    assert line.baseline_y == zero


def test_beside_a_printed_stretch_only_a_clear_stroke_is_followed() -> None:
    presence = np.where(np.arange(192) < 60, -9, 9).astype(np.float32)
    vague = logits_at(np.full(192, 100.25, np.float32), spread=30.0)
    line = to_trace(BandOutput(vague, presence, 82.5), 80, 321.0, PLAIN)
    assert np.isnan(line.y[:60]).all()
    assert np.isfinite(line.y[60:]).all()


def test_a_gap_inside_of_a_row_is_followed_where_the_stroke_is_clear() -> None:
    columns = np.arange(192)
    presence = np.where((columns > 60) & (columns < 120), -9, 9).astype(np.float32)
    clear = logits_at(np.full(192, 100.25, np.float32))
    vague = logits_at(np.full(192, 100.25, np.float32), spread=30.0)
    seen, blank = (to_trace(BandOutput(logits, presence, 82.5), 80, 321.0, PLAIN) for logits in (clear, vague))
    np.testing.assert_allclose(seen.y, 82.5 + 200.5, atol=0.05)
    assert not seen.confidence[61:120].any()
    assert np.isnan(blank.y[61:120]).all()


def test_a_stroke_that_another_row_claims_is_left_to_it() -> None:
    """The lower row half believes in the upper row's beat, 5 mm above its own curve; without the other it takes it."""
    sure = np.full(64, 20, np.float32)
    upper = BandOutput(logits_at(np.full(64, 120, np.float32)), sure, 0.0)
    beat, own = logits_at(np.full(64, 40, np.float32)), logits_at(np.full(64, 60, np.float32)) - 0.7
    lower = BandOutput(np.logaddexp(beat, own), sure, 160.0)
    alone, _ = decode(lower.logits, sure)
    np.testing.assert_allclose(alone, 40, atol=0.1)
    first, second = suppress_neighbouring_rows((upper, lower))
    np.testing.assert_allclose(decode(second.logits, sure)[0], 60, atol=0.1)
    np.testing.assert_allclose(decode(first.logits, sure)[0], 120, atol=0.1)


def test_crossing_curves_keep_their_crossing() -> None:
    sure = np.full(8, 20, np.float32)
    rows = np.full(8, 120, np.float32)
    for reading in suppress_neighbouring_rows(
        (BandOutput(logits_at(rows), sure, 0.0), BandOutput(logits_at(rows - 80), sure, 160.0))
    ):
        place, _ = decode(reading.logits, sure)
        np.testing.assert_allclose(place * 2 + reading.top, 240, atol=0.3)


def test_confidence_passes_through_the_calibration() -> None:
    half = Spec(presence=0.5, confidence=((0.0, 0.0), (1.0, 0.5)))
    rows = np.full(64, 120.0, np.float32)
    reading = BandOutput(logits_at(rows), np.full(64, 9, np.float32), 0.0)
    full, less = (to_trace(reading, 32, 240.0, spec) for spec in (PLAIN, half))
    np.testing.assert_allclose(less.confidence, full.confidence / 2, atol=1e-5)


def test_a_specification_is_read_back() -> None:
    assert Spec.read({"presence": 0.5, "confidence": [[0, 0], [1, 1]]}) == PLAIN


class TestTrace(NetworkTests):
    name = NAME
    inputs_and_outputs = ("band", "logits", "presence")

    @classmethod
    def example(cls, rng: np.random.Generator, count: int) -> Values:
        return {"band": rng.uniform(0, 1, (count, CHANNELS, BAND_ROWS, STRIDE)).astype(np.float32)}

    @classmethod
    def shapes(cls, inputs: Values) -> dict[str, tuple[int, ...]]:
        count, columns = len(inputs["band"]), STRETCH * STRIDE
        return {"logits": (count, BAND_ROWS, columns), "presence": (count, columns)}

    @classmethod
    def export_twin(cls, path: Path) -> Any:
        from ecgimg.train.common.export import deployable
        from ecgimg.train.trace.fit import export
        from ecgimg.train.trace.model import TraceNet

        model = TraceNet().eval()
        export(model, PLAIN, path)
        return deployable(model)
