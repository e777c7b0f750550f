"""Beats of rows: where they are, whether a row stays one lead, and whether two rows beat together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed_pages import BEAT_S, LEFT_MM, make_trace, observe_ideal

from ecgimg.layouts import Layout, load_layout
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.observations import PageObservations
from ecgimg.stages.layout.row_beats import row_beats, row_range, synchrony

ROWS = observe_ideal(Layout(id="two", title="two", rows=(("II",), ("V5",)), column_seconds=10))
COLUMNS = observe_ideal(load_layout("3x4"))


def moved(page: PageObservations, row: int, mm: float) -> PageObservations:
    """The page with one row's curve moved to the right, as the next line of a strip would be."""
    line = page.lines[row]
    curve = np.roll(line.y, round(mm * page.px_per_mm))
    lines = list(page.lines)
    lines[row] = make_trace(
        np.where(np.isfinite(line.y), np.nan_to_num(curve, nan=line.baseline_y), np.nan), line.baseline_y
    )
    return replace(page, lines=tuple(lines))


def test_beats_stand_where_the_curve_is_steepest() -> None:
    beats = row_beats(ROWS, 0)
    assert len(beats.places_mm) == pytest.approx(10 / BEAT_S, abs=1)
    np.testing.assert_allclose(np.diff(beats.places_mm), BEAT_S * 25, atol=0.6)
    assert beats.places_mm[0] == pytest.approx(LEFT_MM + 0.3 * 25, abs=1.5)


def test_a_row_of_one_lead_is_alike_to_its_end() -> None:
    likeness = row_beats(ROWS, 0).likeness
    assert likeness is not None
    assert likeness > 0.95


def test_a_row_that_changes_its_lead_is_not() -> None:
    found = [row_beats(COLUMNS, row).likeness for row in range(3)]
    assert min(one for one in found if one is not None) < C.min_row_likeness


def test_a_row_with_a_single_beat_has_no_likeness() -> None:
    curve = np.full(len(ROWS.lines[0].y), np.nan, np.float32)
    first = round(LEFT_MM * ROWS.px_per_mm)
    curve[first : first + round(18 * ROWS.px_per_mm)] = ROWS.lines[0].y[first : first + round(18 * ROWS.px_per_mm)]
    page = replace(ROWS, lines=(make_trace(curve, ROWS.lines[0].baseline_y), ROWS.lines[1]))
    assert row_beats(page, 0).likeness is None


def test_rows_of_one_time_beat_together_and_lines_of_a_strip_do_not() -> None:
    together = synchrony(row_beats(ROWS, 0), row_beats(ROWS, 1))
    apart = synchrony(row_beats(ROWS, 0), row_beats(moved(ROWS, 1, 8.0), 1))
    assert (together, apart) == (1.0, pytest.approx(0, abs=0.2))


def test_a_row_that_is_cut_off_ends_with_the_page() -> None:
    page = replace(ROWS, begins=(float("nan"), ROWS.begins[1]), ends=(ROWS.ends[0], float("nan")))
    assert [row_range(page, row) for row in (0, 1)] == [(page.left, page.ends[0]), (page.begins[1], page.right)]
