"""Rows are found, pulses measured and pages turned upright."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.layouts import load_layout
from ecgimg.stages.orient import orient, turn_sheet
from ecgimg.stages.pulse import find_pulses
from ecgimg.synth.style import PageStyle

from .pages import flat, upright


@pytest.mark.parametrize("layout", ["3x4+1R", "6x2", "3x4+3R", "12x1"])
def test_every_row_is_found_at_its_zero_line(layout: str) -> None:
    page, lying = flat(layout, PageStyle(px_per_mm=8.0))
    wanted = sorted({cell.cell.y0 for cell in page.curves})
    offset = np.median(np.array(lying.zeros) - np.array(wanted))
    assert len(lying.zeros) == load_layout(layout).n_lines
    np.testing.assert_allclose(np.array(lying.zeros) - offset, wanted, atol=2.0 * 8)


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_turned_page_comes_back_upright(quarter_turns: int) -> None:
    right = upright("clean", "3x4+1R", 3)
    ink = np.ascontiguousarray(np.rot90(right.ink, quarter_turns))
    again = orient(turn_sheet(right.sheet, quarter_turns), ink)
    np.testing.assert_array_equal(again.ink, right.ink)
    np.testing.assert_allclose(again.zeros, right.zeros, atol=8)


@pytest.mark.parametrize(("gain", "side"), [(10.0, "left"), (5.0, "right"), (20.0, "left")])
def test_the_calibration_pulse_is_measured(gain: float, side: str) -> None:
    _, lying = flat("3x4+1R", PageStyle(px_per_mm=8.0, gain=gain, pulse=side, pitch=45, strip_pitch=45))
    pulses = find_pulses(lying.ink, lying.zeros, 8.0)
    assert pulses
    assert np.median([p.height for p in pulses]) / 8 == pytest.approx(gain, rel=0.1)
    assert np.median([p.right - p.left for p in pulses]) / 8 == pytest.approx(5, abs=0.5)
    middle = lying.ink.shape[1] / 2
    assert all((p.right < middle) == (side == "left") for p in pulses)


def test_a_page_without_pulses_has_none() -> None:
    _, lying = flat("3x4+1R", PageStyle(px_per_mm=8.0, pulse="none"))
    assert find_pulses(lying.ink, lying.zeros, 8.0) == ()
