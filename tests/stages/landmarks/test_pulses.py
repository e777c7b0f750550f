"""Calibration pulses are measured where they stand, and nothing is measured where none does."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.stages.landmarks.pulses import measure_pulses

Q = 8.0
Box = tuple[float, float, float, float]


def plane_with_pulses(places: list[tuple[float, float]], height_mm: float, width_mm: float = 5.0) -> np.ndarray:
    """Contrast of a sheet 100 mm wide with pulses whose left foot stands at (x, y) in millimetres."""
    plane = np.zeros((400, 800), np.float32)
    for x, y in places:
        left, right, foot, top = x * Q, (x + width_mm) * Q, y * Q / 2, (y - height_mm) * Q / 2
        for column in (left, right):
            plane[round(top) : round(foot) + 1, round(column) - 1 : round(column) + 2] = 1
        plane[round(top) - 1 : round(top) + 1, round(left) : round(right) + 1] = 1
        plane[round(foot) - 1 : round(foot) + 1, round(right) : round(right) + 40] = 1
    return plane


def boxes(places: list[tuple[float, float]], height_mm: float, width_mm: float = 5.0) -> list[Box]:
    return [(x - 0.5, y - height_mm - 0.5, x + width_mm + 0.5, y + 0.5) for x, y in places]


@pytest.mark.parametrize("height", [5.0, 10.0, 20.0])
def test_height_and_place_are_measured(height: float) -> None:
    places = [(10.0, 30.0), (10.0, 60.0), (10.0, 90.0)]
    pulses = measure_pulses(plane_with_pulses(places, height), boxes(places, height), Q)
    assert len(pulses) == 3
    for pulse in pulses:
        assert pulse.height == pytest.approx(height * Q, abs=0.5 * Q)
        assert pulse.right == pytest.approx(15 * Q, abs=2)
        assert pulse.right - pulse.left == pytest.approx(5 * Q, abs=2)


def test_the_odd_pulse_out_is_dropped() -> None:
    places = [(10.0, 30.0), (10.0, 60.0)]
    plane = np.maximum(plane_with_pulses(places, 10.0), plane_with_pulses([(10.0, 90.0)], 18.0))
    pulses = measure_pulses(plane, [*boxes(places, 10.0), *boxes([(10.0, 90.0)], 18.0)], Q)
    assert [round(pulse.height / Q) for pulse in pulses] == [10, 10]


def test_a_box_without_strokes_holds_no_pulse() -> None:
    assert measure_pulses(np.zeros((400, 800), np.float32), [(10, 20, 15, 30)], Q) == ()
    assert measure_pulses(np.ones((400, 800), np.float32), [(10, 20, 15, 30)], Q) == ()
    assert measure_pulses(np.zeros((400, 800), np.float32), [(99, 99, 130, 130), (-5, -5, 0, 0)], Q) == ()
