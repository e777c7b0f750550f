"""Cells are read at their time, in millimetres; names at their ends are bridged, ends are held for a moment."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import LayoutMatch, PlacedCell, Scale, Trace
from ecgimg.stages.assemble.constants import ASSEMBLE
from ecgimg.stages.assemble.readings import read_cells

PX_PER_MM = 8.0
SPEED = 25.0
PX_PER_S = PX_PER_MM * SPEED
BASELINE = 300.0
FS = round(ASSEMBLE.fs_hz)


def cell(lead: str, start: float, seconds: float, sign: int = 1, is_strip: bool = False) -> PlacedCell:
    """A cell of the only row, whose time 0 stands at column 100."""
    x0 = 100 + start * PX_PER_S
    return PlacedCell(lead, sign, 0, is_strip, start, seconds, x0, x0 + seconds * PX_PER_S, BASELINE)


def match(*cells: PlacedCell, seconds: float = 5.0) -> LayoutMatch:
    return LayoutMatch("any", cells, Scale(SPEED, "text"), Scale(10.0, "text"), 1.0, (), seconds)


def trace(heights_mm: Floats, confidence: Floats | float = 1.0) -> Trace:
    """A trace of these heights at every half column from 0 on."""
    y = (BASELINE - heights_mm * PX_PER_MM).astype(np.float32)
    return Trace(y, np.broadcast_to(np.float32(confidence), y.shape).astype(np.float32), 0.5, BASELINE)


def columns(last: float = 1300) -> Floats:
    return np.arange(0, last, 0.5)


def test_a_cell_is_read_at_its_time_in_millimetres() -> None:
    seconds = (columns() - 100) / PX_PER_S
    readings = read_cells((trace(np.sin(3 * seconds)).curve,), match(cell("II", 1.0, 2.5)), PX_PER_MM)
    assert readings.leads == ("II",)
    assert readings.heights.shape == (1, 5 * FS)
    t = np.arange(5 * FS) / FS
    inside = (t >= 1) & (t < 3.5)
    np.testing.assert_allclose(readings.heights[0, inside], np.sin(3 * t[inside]), atol=0.01)
    assert np.isnan(readings.heights[0, ~inside]).all()
    assert (readings.printed[0] == inside).all()
    np.testing.assert_allclose(readings.confidence[0, inside], 1)
    assert (readings.confidence[0, ~inside] == 0).all()


def test_a_lead_that_is_printed_upside_down_is_turned_back() -> None:
    up = trace(np.full(2600, 2.0))
    assert read_cells((up.curve,), match(cell("aVR", 0.0, 2.5, sign=-1)), PX_PER_MM).heights[0, 500] == pytest.approx(
        -2.0
    )


def test_samples_beyond_the_recordings_end_are_left_out() -> None:
    readings = read_cells((trace(np.zeros(2600)).curve,), match(cell("II", 4.0, 2.5)), PX_PER_MM)
    assert readings.heights.shape == (1, 5 * FS)
    assert readings.printed[0].sum() == FS


@pytest.mark.parametrize(("place_mm", "bridged"), [(1.0, True), (31.0, False)])
def test_a_doubtful_name_at_a_cells_end_is_bridged(place_mm: float, bridged: bool) -> None:
    heights, confidence = np.zeros(2600), np.ones(2600)
    at = np.abs(columns() - 100 - place_mm * PX_PER_MM) < PX_PER_MM / 2
    heights[at], confidence[at] = 5.0, 0.1
    readings = read_cells((trace(heights, confidence).curve,), match(cell("V1", 0.0, 2.5)), PX_PER_MM)
    sample = round(place_mm / SPEED * FS)
    assert readings.heights[0, sample] == pytest.approx(0.0 if bridged else 5.0, abs=0.01)
    assert readings.confidence[0, sample] == pytest.approx(0.1, abs=0.01)


def test_the_last_known_sample_is_held_for_a_moment_without_confidence() -> None:
    heights = np.full(2600, 1.5)
    heights[columns() > 100 + 2 * PX_PER_S] = np.nan
    readings = read_cells((trace(heights).curve,), match(cell("V1", 0.0, 2.5)), PX_PER_MM)
    held = round(ASSEMBLE.held_s * FS)
    assert readings.heights[0, 2 * FS + held - 2] == 1.5
    assert readings.confidence[0, 2 * FS + 2] == 0
    assert np.isnan(readings.heights[0, 2 * FS + held + 2 : 2 * FS + held + 200]).all()


def test_a_row_on_which_nothing_was_seen_is_unknown() -> None:
    readings = read_cells((trace(np.full(2600, np.nan), 0.0).curve,), match(cell("V1", 0.0, 2.5)), PX_PER_MM)
    assert np.isnan(readings.heights).all()
    assert (readings.confidence == 0).all()
    assert readings.printed.any()
