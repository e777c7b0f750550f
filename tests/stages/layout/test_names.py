"""Which names are right, wrong, missing and idle, on cells made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from observed_pages import observe_ideal

from ecgimg.datamodel.page import LeadName, Scale
from ecgimg.layouts import load_layout
from ecgimg.stages.layout.match import place_cells
from ecgimg.stages.layout.names import NameCounts, count_names, name_shift, names_near
from ecgimg.stages.layout.observations import PageObservations

LAYOUT = load_layout("6x2")
PAGE = observe_ideal(LAYOUT)
CELLS = place_cells(PAGE, LAYOUT, PAGE.left, 125.0 * PAGE.px_per_mm, Scale(25.0, "text"))
SHIFT = -6.0 * PAGE.px_per_mm


def renamed(leads: dict[str, str | None], confidence: float = 0.99) -> PageObservations:
    """The ideal page with other names; None removes one."""
    names = []
    for name in PAGE.names:
        lead = leads.get(name.lead, name.lead)
        if lead is not None:
            names.append(name if lead == name.lead else LeadName(lead, name.x, name.y, confidence))
    return replace(PAGE, names=tuple(names))


def test_all_names_are_right() -> None:
    assert count_names(PAGE, CELLS, SHIFT) == NameCounts(12, sure_right=12)
    unsure = replace(PAGE, names=tuple(replace(name, confidence=0.6) for name in PAGE.names))
    assert count_names(unsure, CELLS, SHIFT) == NameCounts(12, unsure_right=12)


def test_a_wrong_name_is_sure_or_unsure() -> None:
    assert count_names(renamed({"V3": "V5"}), CELLS, SHIFT).sure_wrong == 1
    unsure = count_names(renamed({"V3": "V5"}, 0.5), CELLS, SHIFT)
    assert (unsure.sure_wrong, unsure.unsure_wrong, unsure.right, unsure.wrong) == (0, 1, 11, 1)


def test_a_missing_name_counts_as_much_as_others_are_read() -> None:
    counts = count_names(renamed({"V3": None}), CELLS, SHIFT)
    assert counts.missing_in_columns == pytest.approx(11 / 12)
    assert counts.missing_columns == 0
    column = count_names(renamed({f"V{k}": None for k in range(1, 7)}), CELLS, SHIFT)
    assert column.missing_in_columns == 0
    assert column.missing_columns == pytest.approx(6)


def test_names_without_a_cell_are_idle() -> None:
    away = PAGE.names[0].y + 40 * PAGE.px_per_mm * 20
    page = replace(
        PAGE, names=(*PAGE.names, replace(PAGE.names[0], y=away), replace(PAGE.names[1], y=away, confidence=0.2))
    )
    counts = count_names(page, CELLS, SHIFT)
    assert (counts.sure_idle, counts.unsure_idle, counts.right) == (1, 1, 12)


def test_no_names_at_all() -> None:
    assert count_names(replace(PAGE, names=()), CELLS, 0.0) == NameCounts(12)


def test_of_fewer_cells_each_name_counts_more() -> None:
    assert NameCounts(12, sure_right=1).share_of_one == NameCounts(15, sure_right=1).share_of_one == 1 / 12
    assert NameCounts(6, sure_right=1).share_of_one == NameCounts(6, unsure_wrong=1).share_of_one == 1 / 6
    assert NameCounts(6, sure_idle=3).share_of_one == 1 / 12


def test_names_agree_on_their_distance_from_the_baselines() -> None:
    assert name_shift(PAGE, CELLS) == pytest.approx(SHIFT)
    stray = replace(PAGE.names[0], y=PAGE.names[0].y + 15 * PAGE.px_per_mm)
    assert name_shift(replace(PAGE, names=(*PAGE.names[1:], stray)), CELLS) == pytest.approx(SHIFT)
    assert name_shift(replace(PAGE, names=()), CELLS) == 0


def test_of_two_readings_of_a_lead_the_surer_one_counts() -> None:
    again = replace(PAGE.names[0], x=PAGE.names[0].x + 5, confidence=0.3)
    assert names_near(replace(PAGE, names=(*PAGE.names, again)), CELLS[0], SHIFT) == {"I": 0.99}
