"""Which rows and which range of a sheet hold curves."""

from __future__ import annotations

import numpy as np
import pytest
from observed_pages import make_trace, observe_ideal
from refused import refused

from ecgimg.datamodel.page import PrintedScales, Pulse, Sheet, SheetMap, Trace, UprightSheet
from ecgimg.errors import Cause
from ecgimg.layouts import load_layout
from ecgimg.stages.layout.observations import observe, printed_range, samples, seen_share

PAGE = observe_ideal(load_layout("3x4"))
Q, WIDTH = PAGE.px_per_mm, len(PAGE.lines[0].y)
SHEET = Sheet(
    pixels=np.zeros((4, WIDTH, 3), np.uint8),
    px_per_mm=Q,
    map=SheetMap(np.array([[(0, 0), (WIDTH, 0)], [(0, WIDTH), (WIDTH, WIDTH)]], np.float32), float(WIDTH)),
    photo_shape=(WIDTH, WIDTH),
    rotation=0.0,
    straightened_by="grid",
    grid_confidence=1.0,
)


def upright(lines: tuple[Trace, ...], pulses: tuple[Pulse, ...] = ()) -> UprightSheet:
    baselines = tuple(line.baseline_y for line in lines)
    return UprightSheet(SHEET, np.zeros((2, 4, WIDTH), np.float32), baselines, pulses=pulses)


def test_the_range_of_the_curves() -> None:
    left, right, begins, ends = printed_range(PAGE.lines, (), SHEET)
    assert (left, right) == pytest.approx((PAGE.left, PAGE.right), abs=2)
    assert begins == pytest.approx((PAGE.left,) * 3, abs=2)
    assert ends == pytest.approx((PAGE.right,) * 3, abs=2)


def test_a_pulse_is_no_part_of_the_curves() -> None:
    first = Pulse(PAGE.left, PAGE.left + 5 * Q, 10 * Q)
    assert printed_range(PAGE.lines, (first,), SHEET)[0] == first.right
    last = Pulse(PAGE.right - 5 * Q, PAGE.right, 10 * Q)
    assert printed_range(PAGE.lines, (last,), SHEET)[1] == last.left


def test_a_curve_at_the_sheet_s_edge_was_cut() -> None:
    y = np.full(WIDTH, 100.0)
    cut = printed_range((make_trace(y, 100.0),), (), SHEET)
    assert np.isnan([*cut[2], *cut[3]]).all()


def test_a_stroke_beside_the_curve_is_not_its_end() -> None:
    y = PAGE.lines[0].y.copy()
    y[:10] = 100.0
    assert printed_range((make_trace(y, 100.0),), (), SHEET)[0] == pytest.approx(PAGE.left, abs=2)


def test_rows_of_text_above_the_curves_are_left_out() -> None:
    text = np.where(np.arange(WIDTH) < PAGE.left + 40 * Q, 20.0, np.nan)
    lines = (make_trace(text, 20.0), *PAGE.lines)
    page, first = observe(upright(lines), lines, PrintedScales())
    assert first == 1
    assert page.lines == PAGE.lines
    assert page.length_mm == pytest.approx(250.0, abs=0.5)
    assert page.has_grid


def test_no_curves_are_refused() -> None:
    with refused(Cause.NO_CURVES):
        observe(upright(()), (), PrintedScales())
    faint = (make_trace(np.full(WIDTH, np.nan), 100.0),)
    with refused(Cause.FAINT_CURVES):
        observe(upright(faint), faint, PrintedScales())


def test_samples_and_the_share_that_is_seen() -> None:
    line = make_trace(np.r_[np.arange(10.0), np.full(10, np.nan)], 0.0)
    assert samples(line, 2, 5).tolist() == [2, 3, 4]
    assert np.isnan(samples(line, -2, 0)).all()
    assert seen_share(line, 0, 19) == 0.5
