"""Which lead a rhythm strip shows, by its name and by the cells that it repeats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed_pages import make_trace, observe_ideal

from ecgimg.datamodel.page import LeadName, Scale
from ecgimg.layouts import load_layout
from ecgimg.stages.layout.match import place_cells
from ecgimg.stages.layout.strips import identify_strips, likeness_to_cell, strip_lead

LAYOUT = load_layout("3x4+1R")
PAGE = observe_ideal(LAYOUT, named=False)
CELLS = place_cells(PAGE, LAYOUT, PAGE.left, 62.5 * PAGE.px_per_mm, Scale(25.0, "text"))
STRIP = CELLS[-1]
BY_LEAD = {cell.lead: cell for cell in CELLS[:-1]}


@pytest.mark.parametrize(
    ("correlations", "printed", "lead"),
    [
        ({"II": 0.99, "V1": 0.3}, set(), "II"),
        ({"II": 0.5, "V1": 0.99}, set(), "V1"),  # repeats another lead clearly better
        ({"II": 0.9, "V1": 0.99}, set(), "II"),  # not clearly better
        ({"II": 0.5, "V1": 0.97}, set(), "II"),  # not like enough
        ({"II": 0.8, "V1": 0.9}, {"V1"}, "V1"),  # its name decides
        ({"II": 0.8, "V1": 0.6}, {"V1"}, "II"),  # unless it is another lead's
        ({"II": 0.99, "V1": 0.9}, {"V1"}, "II"),  # a misread name
        ({"II": 0.8, "V1": 0.9, "V5": 0.9}, {"V1", "V5"}, "II"),  # two names decide nothing
    ],
)
def test_the_lead_of_a_strip(correlations: dict[str, float], printed: set[str], lead: str) -> None:
    assert strip_lead("II", correlations, printed) == lead


def test_a_strip_repeats_its_cell_and_no_other() -> None:
    own, other = (likeness_to_cell(PAGE, STRIP, BY_LEAD[lead]) for lead in ("II", "V1"))
    assert own == pytest.approx(1.0, abs=0.01)
    assert other is not None
    assert other < 0.8


def test_the_strip_of_another_lead_is_renamed() -> None:
    v1 = LAYOUT.model_validate({**LAYOUT.model_dump(), "rhythm": ("V1",)})
    page = replace(PAGE, lines=observe_ideal(v1, named=False).lines)
    cells, strips = identify_strips(page, CELLS, 0.0)
    assert cells[-1].lead == strips[0].lead == "V1"
    assert strips[0].correlation == pytest.approx(1.0, abs=0.01)
    assert cells[:-1] == CELLS[:-1]


def test_a_name_beside_the_strip_decides() -> None:
    name = LeadName("V2", STRIP.x0 + 10, STRIP.y0, 0.95)
    v1 = LAYOUT.model_validate({**LAYOUT.model_dump(), "rhythm": ("V1",)})
    page = replace(PAGE, lines=observe_ideal(v1, named=False).lines, names=(name,))
    likeness = likeness_to_cell(page, STRIP, BY_LEAD["V2"])
    assert likeness is not None
    cells, _ = identify_strips(page, CELLS, 0.0)
    assert cells[-1].lead == ("V2" if likeness > 0.7 else "II")


def test_an_unseen_strip_can_not_be_compared() -> None:
    blank = make_trace(np.full_like(PAGE.lines[3].y, np.nan), PAGE.lines[3].baseline_y)
    page = replace(PAGE, lines=(*PAGE.lines[:3], blank))
    cells, strips = identify_strips(page, CELLS, 0.0)
    assert (strips[0].lead, strips[0].correlation) == ("II", None)
    assert cells == CELLS
