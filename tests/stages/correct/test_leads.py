from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from made_corrections import corrections

from ecgimg.datamodel.page import LayoutMatch, PlacedCell, Scale, Sheet, SheetMap
from ecgimg.errors import UsageError
from ecgimg.stages.correct.leads import correct_leads

PX_PER_S = 200.0
"""25 mm/s at 8 px/mm."""


def cell(lead: str, line: int, column: int, sign: int = 1) -> PlacedCell:
    x0 = 100 + 500.0 * column
    return PlacedCell(lead, sign, line, False, 2.5 * column, 2.5, x0, x0 + 500, 80.0 + 160 * line)


CELLS = (
    cell("I", 0, 0), cell("V1", 0, 1), cell("aVR", 1, 0, -1), cell("V2", 1, 1),
    PlacedCell("II", 1, 2, True, 0.0, 5.0, 100.0, 1100.0, 400.0),
)  # fmt: skip
MATCH = LayoutMatch("made", CELLS, Scale(25.0, "text"), Scale(10.0, "text"), 0.9, (), 5.0)


def sheet() -> Sheet:
    """A sheet that is its photo, moved by 10 px to the left."""
    nodes = np.stack(np.meshgrid([10.0, 610.0, 1210.0], [0.0, 600.0]), axis=2).astype(np.float32)
    return Sheet(np.zeros((600, 1200, 3), np.uint8), 8.0, SheetMap(nodes, 600.0), (600, 1210), 0.0, "grid", 1.0)


def changed(*changes: dict[str, Any]) -> LayoutMatch:
    return correct_leads(MATCH, corrections(*changes), sheet())


def leads(match: LayoutMatch) -> list[tuple[str, int]]:
    return [(one.lead, one.sign) for one in match.cells]


def test_a_lead_is_renamed_everywhere_or_in_one_row() -> None:
    assert leads(changed({"kind": "rename", "lead": "V2", "to": "V3"}))[3] == ("V3", 1)
    assert leads(changed({"kind": "rename", "lead": "I", "to": "-aVF", "row": 1}))[0] == ("aVF", -1)
    with pytest.raises(
        UsageError, match=r"change c0: the page has no lead V2 in row 1; the page has 3 rows with I, V1"
    ):
        changed({"kind": "rename", "lead": "V2", "to": "V3", "row": 1})
    with pytest.raises(UsageError, match="has no lead V6"):
        changed({"kind": "rename", "lead": "V6", "to": "V3"})


def test_leads_that_are_exchanged_keep_how_they_are_printed() -> None:
    match = changed({"kind": "exchange", "leads": ["V1", "aVR"]})
    assert leads(match) == [("I", 1), ("aVR", -1), ("V1", 1), ("V2", 1), ("II", 1)]
    assert [one.x0 for one in match.cells] == [one.x0 for one in CELLS]
    twice = changed({"kind": "exchange", "leads": ["V1", "aVR"]}, {"kind": "exchange", "leads": ["aVR", "V1"]})
    assert twice.cells == CELLS


def test_a_lead_does_not_stand_twice_at_a_time() -> None:
    with pytest.raises(UsageError, match=r"lead V1 would stand in row 1 and in row 2; exchange the two leads"):
        changed({"kind": "rename", "lead": "V2", "to": "V1"})
    assert leads(changed({"kind": "rename", "lead": "I", "to": "V1"}))[0] == ("V1", 1), "at another time"
    assert leads(changed({"kind": "rename", "lead": "I", "to": "II"}))[0] == ("II", 1), "a strip repeats its cell"


def test_a_column_begins_elsewhere_and_its_neighbour_ends_there() -> None:
    match = changed({"kind": "column_start", "column": 2, "at": [590.0, 50.0]})
    for row in (0, 2):
        before, after = match.cells[row : row + 2]
        assert after.x0 == pytest.approx(580, abs=0.1)
        assert before.x1 == pytest.approx(580, abs=0.1)
        assert after.x1 == pytest.approx(580 + 2.5 * PX_PER_S, abs=0.1)
        assert after.start == 2.5
    assert match.cells[4] == CELLS[4], "a row of one stretch has no second column"
    wider = changed({"kind": "column_start", "column": 2, "at": [630.0, 50.0], "row": 1})
    assert wider.cells[0].x1 == 600, "a stretch is no longer than its time"
    assert wider.cells[2:] == CELLS[2:]


def test_the_first_column_is_that_of_the_strips_too() -> None:
    match = changed({"kind": "column_start", "column": 1, "at": [130.0, 50.0]})
    assert [one.x0 for one in match.cells] == pytest.approx([120, 600, 120, 600, 120], abs=0.1)
    assert match.cells[0].x1 == 600


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"column": 2, "at": [90.0, 50.0]}, "column 2 would begin beyond its neighbour"),
        ({"column": 1, "at": [700.0, 50.0]}, "column 1 would begin beyond its neighbour"),
        ({"column": 3, "at": [700.0, 50.0]}, "the page has no column 3"),
        ({"column": 2, "at": [700.0, 50.0], "row": 3}, "the page has no column 2 in row 3"),
    ],
)
def test_a_column_that_can_not_begin_there_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        changed({"kind": "column_start", **change})


def test_a_lead_has_its_own_gain() -> None:
    match = changed({"kind": "gain", "mm_per_mv": 5, "lead": "V1"})
    assert (match.gain_of("V1"), match.gain_of("V2")) == (5, 10)
    with pytest.raises(UsageError, match="the page has no lead V6"):
        changed({"kind": "gain", "mm_per_mv": 5, "lead": "V6"})


def test_columns_count_from_the_left_of_their_row() -> None:
    assert MATCH.columns == (1, 2, 1, 2, 1)
