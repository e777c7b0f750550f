"""Pages of one lead a row: strips, a monitor's leads, and a strip that goes on over several lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed_pages import leads_mv, make_trace, observe_ideal

from ecgimg.datamodel.page import LeadName, Scale
from ecgimg.layouts import Layout, load_layout
from ecgimg.stages.layout.observations import PageObservations
from ecgimg.stages.layout.single_leads import place_single_leads, read_single_leads

SPEED = Scale(25.0, "assumed")


def rows_of(*leads: str, seconds: float = 8.0) -> PageObservations:
    """A page that shows these leads, one a row, without pulses."""
    layout = Layout(id="rows", title="rows", rows=tuple((lead,) for lead in leads), column_seconds=seconds)
    return replace(observe_ideal(layout), pulses=())


def lines_of_one_strip(lines: int, seconds: float = 8.0) -> PageObservations:
    """A page whose lines go on one behind the other; `seconds` is no multiple of the beats' distance."""
    page = rows_of(*("I", "II", "III")[:lines], seconds=seconds - 0.3)
    mv, curves = leads_mv(30.0)["II"], []
    for row, line in enumerate(page.lines):
        known = np.isfinite(line.y)
        at = (np.arange(known.sum()) / (25 * page.px_per_mm) + row * (seconds - 0.3)) * 250
        curve = line.y.copy()
        curve[known] = line.baseline_y - 10 * page.px_per_mm * np.interp(at, np.arange(len(mv)), mv)
        curves.append(make_trace(curve, line.baseline_y))
    return replace(page, lines=tuple(curves), names=())


@pytest.mark.parametrize("leads", [("V2",), ("II", "V5"), ("V1", "II", "V5"), ("I", "II", "III", "aVR", "aVL", "aVF")])
def test_named_rows(leads: tuple[str, ...]) -> None:
    page = rows_of(*leads)
    found = read_single_leads(page)
    assert found is not None
    assert (found.leads, found.continued, found.layout_id) == (leads, False, f"{len(leads)}x1-strips")
    assert found.confidence > 0.9
    cells = place_single_leads(page, found, SPEED)
    assert cells is not None
    assert [(cell.lead, cell.start) for cell in cells] == [(lead, 0.0) for lead in leads]
    assert all(cell.seconds == pytest.approx(8.0, abs=0.1) for cell in cells)


def test_rows_without_names_are_given_as_such() -> None:
    found = read_single_leads(replace(rows_of("II", "V5"), names=()))
    assert found is not None
    assert found.leads == ("unnamed", "unnamed 2")
    assert found.confidence < 0.8


def test_lines_that_do_not_beat_together_are_one_strip() -> None:
    page = lines_of_one_strip(3)
    found = read_single_leads(page)
    assert found is not None
    assert (found.leads, found.layout_id) == (("unnamed",) * 3, "3x1-continued")
    cells = place_single_leads(page, found, SPEED)
    assert cells is not None
    assert [cell.start for cell in cells] == pytest.approx([0.0, 7.7, 15.4], abs=0.1)


def test_a_name_on_its_first_line_is_the_strip_s() -> None:
    page = lines_of_one_strip(2)
    name = LeadName("I", page.left + 16, page.lines[0].baseline_y - 48, 0.97)
    found = read_single_leads(replace(page, names=(name,)))
    assert found is not None
    assert found.leads == ("I", "I")


def test_rows_of_columns_are_no_single_leads() -> None:
    page = replace(observe_ideal(load_layout("3x4")), names=())
    assert read_single_leads(page) is None


def test_a_name_in_the_middle_of_a_row_is_another_lead_s() -> None:
    page = rows_of("II", "V5")
    name = LeadName("V1", (page.left + page.right) / 2, page.names[0].y, 0.99)
    assert read_single_leads(replace(page, names=(*page.names, name))) is None


def test_many_rows_without_names_are_not_read() -> None:
    assert read_single_leads(replace(rows_of("I", "II", "V1", "V2", "V3"), names=())) is None


def test_limb_leads_that_contradict_each_other_are_not_placed() -> None:
    page = rows_of("I", "II", "III")
    swapped = tuple(replace(name, lead={"II": "III", "III": "II"}.get(name.lead, name.lead)) for name in page.names)
    found = read_single_leads(replace(page, names=swapped))
    assert found is not None
    assert place_single_leads(page, found, SPEED) is None
