"""The origin of a format, its columns' distance, and how long a page without a grid is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed_pages import observe_ideal

from ecgimg.layouts import load_layout
from ecgimg.stages.layout.observations import PageObservations
from ecgimg.stages.layout.origin import agreed_length, column_pitch, covers, find_origin, row_length

LAYOUT = load_layout("3x4+1R")
PAGE = observe_ideal(LAYOUT)
Q = PAGE.px_per_mm
PITCH = 62.5 * Q
NAN = (float("nan"),) * 4


def test_ends_and_beginnings_agree_on_the_origin() -> None:
    assert find_origin(PAGE, LAYOUT, 250.0, PITCH) == pytest.approx(PAGE.left, abs=0.2 * Q)


def test_one_row_that_ends_early_does_not_move_it() -> None:
    page = replace(PAGE, ends=(PAGE.right - 9 * Q, *PAGE.ends[1:]))
    assert find_origin(page, LAYOUT, 250.0, PITCH) == pytest.approx(PAGE.left, abs=0.2 * Q)


def test_names_decide_which_column_begins_at_a_start() -> None:
    """A page whose first column was cut off: its rows neither begin nor end on it."""
    starts = tuple((PAGE.left + k * PITCH, line.baseline_y) for k in range(1, 4) for line in PAGE.lines[:3])
    names = tuple(name for name in PAGE.names if name.x > PAGE.left + PITCH)
    page = replace(PAGE, begins=NAN, ends=NAN, pulses=(), starts=starts, names=names, left=PAGE.left + PITCH)
    assert find_origin(page, LAYOUT, 250.0, PITCH) == pytest.approx(PAGE.left, abs=0.5 * Q)


def test_without_signs_curves_of_the_right_length_are_centred() -> None:
    page = replace(PAGE, begins=NAN, ends=NAN, pulses=(), names=(), left=PAGE.left + 2 * Q, right=PAGE.right + 4 * Q)
    assert find_origin(page, LAYOUT, 250.0, PITCH) == pytest.approx(PAGE.left + 3 * Q)
    short = replace(page, right=page.left + 200 * Q)
    assert find_origin(short, LAYOUT, 250.0, PITCH) == short.left
    assert find_origin(replace(page, right=page.left + 300 * Q), LAYOUT, 250.0, PITCH) is None


def test_behind_a_pulse_with_a_foot_the_ends_are_counted_back() -> None:
    page = replace(PAGE, begins=NAN, names=(), ends=(PAGE.right + 2 * Q, *NAN[1:]))
    signed = replace(page, pulses=())
    assert find_origin(page, LAYOUT, 250.0, PITCH) == pytest.approx(PAGE.left + 2 * Q, abs=0.2 * Q)
    assert not signed.pulse_is_left


def test_most_of_the_format_must_be_visible() -> None:
    assert covers(PAGE, PAGE.left, 250.0)
    assert not covers(replace(PAGE, right=PAGE.left + 130 * Q), PAGE.left, 250.0)
    assert not covers(PAGE, PAGE.left + 30 * Q, 250.0)


@pytest.mark.parametrize("wrong", [0.95, 1.0, 1.05])
def test_the_length_by_rows_and_starts(wrong: float) -> None:
    starts = tuple((PAGE.left + k * PITCH, line.baseline_y) for k in range(4) for line in PAGE.lines[:3])
    page = replace(PAGE, starts=starts, px_per_mm=Q * wrong)
    found = agreed_length(page, LAYOUT, 250.0, 0.08)
    assert found is not None
    assert found * wrong == pytest.approx(250.0, abs=0.5)


def test_without_signs_there_is_no_length() -> None:
    assert agreed_length(replace(PAGE, begins=NAN, ends=NAN), LAYOUT, 250.0, 0.08) is None


def stretched(mm: float) -> PageObservations:
    """The page printed with rows of another length: ends and starts of its columns are `mm` / 4 apart."""
    pitch = mm / 4 * Q
    starts = tuple((PAGE.left + k * pitch, line.baseline_y) for k in range(4) for line in PAGE.lines[:3])
    right = PAGE.left + mm * Q
    return replace(PAGE, starts=starts, right=right, ends=(right,) * 4)


@pytest.mark.parametrize("mm", [247.5, 250.0, 252.0, 254.0, 256.0])
def test_rows_that_are_a_little_longer_or_shorter(mm: float) -> None:
    assert row_length(stretched(mm), LAYOUT, 250.0) == pytest.approx(mm, abs=0.5)


def test_one_false_start_does_not_make_rows_longer() -> None:
    page = replace(PAGE, starts=((PAGE.left + 66 * Q, PAGE.lines[0].baseline_y),))
    assert row_length(page, LAYOUT, 250.0) == 250.0


def test_lead_names_tell_rows_whose_first_beat_is_cut_off_from_short_ones() -> None:
    """Ends and beginnings agree on 239 mm, and so would columns; names are as far apart as in 250 mm."""
    cut = replace(PAGE, begins=tuple(x + 11 * Q for x in PAGE.begins), pulses=())
    assert row_length(cut, LAYOUT, 250.0) == 250.0
    assert row_length(replace(cut, names=()), LAYOUT, 250.0) == pytest.approx(239.0, abs=0.5)


def test_rows_without_signs_have_the_format_s_length() -> None:
    assert row_length(replace(PAGE, begins=NAN, ends=NAN, pulses=()), LAYOUT, 250.0) == 250.0
    assert row_length(replace(stretched(254.0), has_grid=False), LAYOUT, 250.0) == 250.0


def test_columns_of_one_lead_or_without_strips_have_the_nominal_pitch() -> None:
    for name, pitch in (("12x1", 250.0), ("6x2", 125.0)):
        layout = load_layout(name)
        page = observe_ideal(layout)
        early = replace(page, ends=tuple(np.array(page.ends) - Q))
        assert column_pitch(early, layout, 250.0) == pitch * Q
