"""On ideal observations the right format wins against all others, whatever the scales."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed_pages import observe_ideal
from refused import refused

from ecgimg.datamodel.page import PrintedScales
from ecgimg.errors import Cause
from ecgimg.layouts import Layout, load_layouts
from ecgimg.networks.layout_evidence import load_layout_evidence
from ecgimg.stages.layout.match import choose, place_layouts
from ecgimg.stages.layout.scales import LayoutOptions, decide_gain

ALL = LayoutOptions(load_layouts())


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    layout=st.sampled_from(load_layouts()),
    gain=st.sampled_from((5.0, 10.0, 20.0)),
    speed=st.sampled_from((25.0, 50.0)),
    px_per_mm=st.floats(3.0, 8.0),
)
def test_the_right_format_wins(layout: Layout, gain: float, speed: float, px_per_mm: float) -> None:
    page = observe_ideal(layout, gain=gain, speed=speed, px_per_mm=px_per_mm)
    best = choose(page, place_layouts(page, ALL), load_layout_evidence())
    assert best.candidate.layout.id == layout.id
    assert best.confidence > 0.95
    assert (best.candidate.speed.value, decide_gain(page, ALL).value) == (speed, gain)
    assert min(cell.x0 for cell in best.candidate.cells) == pytest.approx(page.left, abs=px_per_mm)


@pytest.mark.parametrize("layout", load_layouts(), ids=lambda layout: layout.id)
def test_each_format_wins_at_usual_scales(layout: Layout) -> None:
    page = observe_ideal(layout, px_per_mm=4.0)
    assert choose(page, place_layouts(page, ALL), load_layout_evidence()).candidate.layout.id == layout.id


def test_a_page_without_its_format_is_refused() -> None:
    layouts = tuple(layout for layout in load_layouts() if not layout.id.startswith("3x4"))
    page = observe_ideal(next(layout for layout in load_layouts() if layout.id == "3x4+3R"), px_per_mm=4.0)
    with refused(Cause.UNCERTAIN_LAYOUT, "fit no layout surely"):
        choose(page, place_layouts(page, LayoutOptions(layouts)), load_layout_evidence())


def test_half_of_the_format_s_length_is_no_place_for_it() -> None:
    layout = next(layout for layout in load_layouts() if layout.id == "3x4")
    page = observe_ideal(layout, px_per_mm=4.0, scales=PrintedScales(25.0, 10.0))
    half = replace(page, right=page.left + (page.right - page.left) * 0.4, ends=(float("nan"),) * 3)
    assert all(candidate.features is None for candidate in place_layouts(half, LayoutOptions((layout,))))
