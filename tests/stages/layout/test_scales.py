"""Every sign of paper speed and gain is a witness; one place weighs them all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed_pages import observe_ideal

from ecgimg.datamodel.page import PrintedScales, Pulse, Scale, ScaleWitness, Source
from ecgimg.layouts import load_layout
from ecgimg.stages.layout.scales import (
    LayoutOptions,
    decide,
    decide_chest_gain,
    decide_gain,
    decide_paper_speed,
    speed_of_beats,
    without_grid,
)

LAYOUT = load_layout("12x1")
PAGE = observe_ideal(LAYOUT, scales=PrintedScales())
Q = PAGE.px_per_mm
FLAT = replace(
    PAGE,
    lines=tuple(replace(line, y=np.where(np.isfinite(line.y), line.baseline_y, np.nan)) for line in PAGE.lines),
    pulses=(),
)
ANY = LayoutOptions((LAYOUT,))


def shown(scale: Scale) -> tuple[float, str, set[tuple[str, float]]]:
    """Value, source, and the contradictions' sources and values."""
    return scale.value, scale.source, {(w.source, w.value) for w in scale.contradictions}


def test_the_user_s_speed_is_used_and_the_page_contradicts_it() -> None:
    page = replace(PAGE, scales=PrintedScales(25.0, 10.0))
    given = LayoutOptions((LAYOUT,), paper_speed=50.0, gain=5.0)
    assert shown(decide_paper_speed(page, given, [LAYOUT])) == (50.0, "given", {("text", 25.0), ("beats", 25.0)})
    assert shown(decide_gain(page, given)) == (5.0, "given", {("text", 10.0), ("pulse", 10.0)})
    right = LayoutOptions((LAYOUT,), paper_speed=25.0, gain=10.0)
    assert shown(decide_paper_speed(page, right, [LAYOUT])) == (25.0, "given", set())
    assert shown(decide_gain(page, right)) == (10.0, "given", set())


def test_beats_alone_contradict_the_user_but_not_a_print() -> None:
    assert shown(decide_paper_speed(PAGE, LayoutOptions((LAYOUT,), 50.0), [LAYOUT]))[2] == {("beats", 25.0)}
    printed = replace(PAGE, scales=PrintedScales(speed=50.0))
    assert shown(decide_paper_speed(printed, ANY, [LAYOUT])) == (50.0, "text", set())


@pytest.mark.parametrize("speed", [25.0, 50.0, 100.0])
def test_beats_show_every_speed(speed: float) -> None:
    page = observe_ideal(LAYOUT, speed=speed, scales=PrintedScales())
    (witness,) = speed_of_beats(page.lines, Q, 25.0)
    assert (witness.source, witness.value) == ("beats", speed)
    assert decide_paper_speed(page, ANY, [LAYOUT]).value == speed


def test_beats_that_might_be_slow_are_no_witness() -> None:
    """12.5 mm/s is rare, and these beats could be a fast heart's."""
    page = observe_ideal(LAYOUT, speed=12.5, scales=PrintedScales())
    assert speed_of_beats(page.lines, Q, 25.0) == ()
    assert speed_of_beats(page.lines, Q, 12.5)[0].value == 12.5  # a user's format of this speed


@pytest.mark.parametrize(("length_mm", "scale"), [(500.0, (50.0, "signal")), (125.0, (25.0, "assumed"))])
def test_curves_may_be_cut_short_but_are_never_too_long(length_mm: float, scale: tuple[float, str]) -> None:
    page = replace(FLAT, right=FLAT.left + length_mm * Q)
    assert shown(decide_paper_speed(page, ANY, [LAYOUT])) == (*scale, set())


def test_half_a_page_at_the_usual_speed_is_not_a_slow_one() -> None:
    half = replace(PAGE, right=PAGE.left + 125 * Q)
    assert shown(decide_paper_speed(half, ANY, [LAYOUT])) == (25.0, "beats", set())


@pytest.mark.parametrize(("width_mm", "speed"), [(10.0, 50.0), (20.0, 100.0), (5.0, 25.0), (2.5, 25.0)])
def test_a_wide_pulse_shows_a_high_speed(width_mm: float, speed: float) -> None:
    page = replace(FLAT, pulses=(Pulse(0.0, width_mm * Q, 10 * Q),))
    scale = decide_paper_speed(page, ANY, [LAYOUT])
    assert (scale.value, scale.source) == (speed, "assumed" if speed == 25 else "pulse")


def test_flat_curves_leave_the_usual_speed() -> None:
    assert speed_of_beats(FLAT.lines, Q, 25.0) == ()
    assert decide_paper_speed(FLAT, ANY, [LAYOUT]) == Scale(25.0, "assumed")


@pytest.mark.parametrize(
    ("heights_mm", "printed", "gain"),
    [
        ((10.5,), None, (10.0, "pulse", set())),
        ((10.9,), None, (10.0, "assumed", set())),  # a single one must fit well
        ((10.9, 10.9), None, (10.0, "pulse", set())),
        ((10.0, 10.0), 10.0, (10.0, "pulse", set())),
        ((5.1,), 10.0, (5.0, "pulse", {("text", 10.0)})),  # what the paper shows counts before what it says
        ((10.0, 10.0), 2.5, (10.0, "pulse", set())),  # a misread "25 mm/s"
        ((), 2.5, (2.5, "text", set())),
        ((14.0, 14.0), 20.0, (20.0, "text", set())),
        ((), None, (10.0, "assumed", set())),
    ],
)
def test_gain_by_pulse_and_text(
    heights_mm: tuple[float, ...], printed: float | None, gain: tuple[float, str, set[tuple[str, float]]]
) -> None:
    pulses = tuple(Pulse(0.0, 10.0, height * Q) for height in heights_mm)
    assert shown(decide_gain(replace(PAGE, pulses=pulses, scales=PrintedScales(gain=printed)), ANY)) == gain


def test_chest_leads_may_be_printed_at_another_gain() -> None:
    page = replace(PAGE, scales=PrintedScales(gain=10.0, chest_gain=5.0))
    chest = decide_chest_gain(page, ANY)
    assert chest is not None
    assert shown(chest) == (5.0, "text", set())
    assert decide_chest_gain(page, LayoutOptions((LAYOUT,), gain=10.0)) == chest
    other = LayoutOptions((LAYOUT,), gain=5.0)
    assert decide_chest_gain(page, other) is None
    assert shown(decide_gain(page, other))[2] == {("pulse", 10.0), ("text", 10.0)}
    assert decide_chest_gain(PAGE, ANY) is None


def test_weak_witnesses_that_agree_count_more_than_a_surer_one() -> None:
    sources: tuple[tuple[Source, float, float], ...] = (("beats", 25, 0.9), ("pulse", 50, 0.8), ("signal", 50, 0.8))
    scale = decide(tuple(ScaleWitness(*one) for one in sources), 25.0)
    assert shown(scale) == (50.0, "pulse", {("beats", 25.0)})
    assert len(scale.witnesses) == 3


def test_the_speed_of_a_page_without_a_grid_follows_its_length() -> None:
    starts = tuple((PAGE.left, line.baseline_y) for line in PAGE.lines)
    page = replace(PAGE, starts=starts, px_per_mm=Q * 1.04, has_grid=False)
    witnesses = (ScaleWitness("text", 25.0, 0.99),)
    speed = without_grid(page, LAYOUT, Scale(25.0, "text", witnesses))
    assert (speed.source, speed.witnesses) == ("signal", witnesses)
    assert speed.value * 1.04 == pytest.approx(25.0, rel=0.002)
    unseen = replace(page, begins=(np.nan,) * 12, ends=(np.nan,) * 12)
    assert without_grid(unseen, LAYOUT, Scale(25.0, "text")) == Scale(25.0, "text")
