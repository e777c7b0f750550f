"""Where paper speed and gain come from, in their order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed_pages import observe_ideal

from ecgimg.datamodel.page import PrintedScales, Pulse, Scale
from ecgimg.layouts import load_layout
from ecgimg.stages.layout.scales import LayoutOptions, decide_gain, decide_paper_speed, speed_of_beats, speed_of_length

LAYOUT = load_layout("12x1")
PAGE = observe_ideal(LAYOUT, scales=PrintedScales())
Q = PAGE.px_per_mm
ANY = LayoutOptions((LAYOUT,))


def test_the_user_s_speed_and_gain_count_first() -> None:
    given = LayoutOptions((LAYOUT,), paper_speed=50.0, gain=5.0)
    page = replace(PAGE, scales=PrintedScales(25.0, 10.0))
    assert decide_paper_speed(page, given, [LAYOUT]) == Scale(50.0, "given")
    assert decide_gain(page, given) == Scale(5.0, "given")


def test_the_printed_speed_counts_before_the_length() -> None:
    page = replace(PAGE, scales=PrintedScales(speed=25.0), right=PAGE.left + 500 * Q)
    assert decide_paper_speed(page, ANY, [LAYOUT]) == Scale(25.0, "text")


@pytest.mark.parametrize(("length_mm", "speed"), [(500.0, 50.0), (125.0, 12.5)])
def test_the_length_of_another_speed(length_mm: float, speed: float) -> None:
    page = replace(PAGE, right=PAGE.left + length_mm * Q)
    assert decide_paper_speed(page, ANY, [LAYOUT]) == Scale(speed, "signal")


def test_flat_curves_leave_the_usual_speed() -> None:
    flat = tuple(replace(line, y=np.where(np.isfinite(line.y), line.baseline_y, np.nan)) for line in PAGE.lines)
    assert speed_of_beats(flat, Q) is None
    assert decide_paper_speed(replace(PAGE, lines=flat), ANY, [LAYOUT]) == Scale(25.0, "assumed")


@pytest.mark.parametrize(
    ("heights_mm", "printed", "gain"),
    [
        ((10.5,), None, Scale(10.0, "pulse")),
        ((10.9,), None, Scale(10.0, "assumed")),  # a single one must fit well
        ((10.9, 10.9), None, Scale(10.0, "pulse")),
        ((5.1,), 10.0, Scale(5.0, "pulse")),  # what the paper shows counts before what it says
        ((14.0, 14.0), 20.0, Scale(20.0, "text")),
        ((), None, Scale(10.0, "assumed")),
    ],
)
def test_gain_by_pulse_and_text(heights_mm: tuple[float, ...], printed: float | None, gain: Scale) -> None:
    pulses = tuple(Pulse(0.0, 10.0, height * Q) for height in heights_mm)
    assert decide_gain(replace(PAGE, pulses=pulses, scales=PrintedScales(gain=printed)), ANY) == gain


def test_the_speed_of_a_page_without_a_grid_follows_its_length() -> None:
    starts = tuple((PAGE.left, line.baseline_y) for line in PAGE.lines)
    page = replace(PAGE, starts=starts, px_per_mm=Q * 1.04, has_grid=False)
    speed = speed_of_length(page, LAYOUT, Scale(25.0, "text"))
    assert speed.source == "signal"
    assert speed.value * 1.04 == pytest.approx(25.0, rel=0.002)
    unseen = replace(page, begins=(np.nan,) * 12, ends=(np.nan,) * 12)
    assert speed_of_length(unseen, LAYOUT, Scale(25.0, "text")) == Scale(25.0, "text")
