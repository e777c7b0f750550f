from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from made_corrections import corrections

from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import Curve, LayoutMatch, PlacedCell, Scale, Sheet, SheetMap, UprightSheet
from ecgimg.errors import UsageError
from ecgimg.recording.export import export
from ecgimg.recording.recording import Recording
from ecgimg.stages.assemble.assemble import assemble
from ecgimg.stages.correct.curves import correct_curves

HEIGHT, WIDTH, LEVEL = 200, 600, 100.0
CELL = PlacedCell("V1", 1, 0, False, 0.0, 2.5, 50.0, 550.0, LEVEL)
STRIP = PlacedCell("V1", 1, 1, True, 0.0, 2.5, 50.0, 550.0, LEVEL)


def page(ink_y: np.ndarray | None = None) -> UprightSheet:
    """A sheet that is its photo; ink of 3 px lies at `ink_y` of each column."""
    nodes = np.stack(np.meshgrid([0.0, 300.0, 600.0], [0.0, 300.0]), axis=2).astype(np.float32)
    sheet = Sheet(np.zeros((HEIGHT, WIDTH, 3), np.uint8), 8.0, SheetMap(nodes, 300.0), (HEIGHT, WIDTH), 0, "grid", 1.0)
    planes = np.zeros((2, HEIGHT // 2, WIDTH), np.float32)
    if ink_y is not None:
        fine = np.abs(np.arange(HEIGHT)[:, None] - ink_y) <= 1
        planes[:] = fine.reshape(HEIGHT // 2, 2, WIDTH).mean(axis=1)
    return UprightSheet(sheet, planes, (LEVEL,))


def match(*cells: PlacedCell) -> LayoutMatch:
    return LayoutMatch("made", cells, Scale(25.0, "text"), Scale(10.0, "text"), 0.9, (), 2.5)


def flat() -> Curve:
    return Curve(np.arange(float(WIDTH)), np.full(WIDTH, LEVEL), np.full(WIDTH, 0.8, np.float32))


def read(*changes: dict[str, Any], cells: tuple[PlacedCell, ...] = (CELL,), ink: np.ndarray | None = None) -> Recording:
    found = match(*cells)
    curves = correct_curves(tuple(flat() for _ in cells), found, corrections(*changes), page(ink))
    return assemble(page().sheet, curves, found, "made")


def test_a_redrawn_stretch_is_the_user_s_and_marked() -> None:
    points = [[150.0, LEVEL], [200.0, LEVEL - 80], [250.0, LEVEL]]
    made = read({"kind": "redraw", "row": 1, "points": points})
    assert made.corrected_stretches == (("V1", pytest.approx(0.5, abs=0.01), pytest.approx(1.0, abs=0.01)),)
    assert made.lead("V1")[375] == pytest.approx(1.0, abs=0.02), "80 px are 10 mm are 1 mV"
    row = LEADS.index("V1")
    assert (made.confidences[row][made.by_user[row]] == 1).all()
    assert (made.confidences[row][~made.by_user[row] & np.isfinite(made.signals[row])] < 1).all()
    assert not made.by_user[np.arange(12) != row].any()
    assert made.marks == ("drawn or erased by the user: V1 0.50-1.00 s",)
    assert export(made).notes == made.marks
    assert made.geometry is not None
    assert made.geometry.corrected[0].sum() == 101


def test_an_erased_stretch_is_unknown_and_marked() -> None:
    made = read({"kind": "erase", "row": 1, "points": [[150.0, 0.0], [250.0, 0.0]]})
    (first, last) = made.corrected_stretches[0][1:]
    assert (first, last) == (pytest.approx(0.5, abs=0.01), pytest.approx(1.0, abs=0.01))
    erased = made.lead("V1")[round(first * 500) : round(last * 500)]
    assert np.isnan(erased).all()
    assert np.isfinite(made.lead("V1")[:200]).all()


def test_an_erased_end_is_not_held() -> None:
    made = read({"kind": "erase", "row": 1, "points": [[540.0, 0.0], [599.0, 0.0]]})
    assert np.isnan(made.lead("V1")[round(2.46 * 500) :]).all()


def test_a_redrawn_column_goes_before_its_strip_and_an_erased_strip_leaves_the_column() -> None:
    points = [[150.0, LEVEL - 40], [250.0, LEVEL - 40]]
    drawn = read({"kind": "redraw", "row": 1, "points": points}, cells=(CELL, STRIP))
    assert drawn.lead("V1")[375] == pytest.approx(0.5, abs=0.01)
    erased = read({"kind": "erase", "row": 2, "points": points}, cells=(CELL, STRIP))
    assert erased.lead("V1")[375] == pytest.approx(0.0, abs=0.01)
    assert erased.corrected_stretches == ()


def test_the_laws_of_the_leads_leave_what_was_drawn() -> None:
    cells = tuple(PlacedCell(lead, 1, k, False, 0.0, 2.5, 50.0, 550.0, LEVEL) for k, lead in enumerate(LEADS[:6]))
    points = [[150.0, LEVEL - 40], [250.0, LEVEL - 40]]
    made = read({"kind": "redraw", "row": 3, "points": points}, cells=cells)
    assert made.lead("III")[375] == pytest.approx(0.5, abs=1e-3)


def test_later_changes_go_over_earlier_ones() -> None:
    points = [[150.0, LEVEL - 40], [250.0, LEVEL - 40]]
    made = read({"kind": "erase", "row": 1, "points": points}, {"kind": "redraw", "row": 1, "points": points})
    assert made.lead("V1")[375] == pytest.approx(0.5, abs=0.01)


def test_a_snapped_curve_follows_the_ink_and_not_the_drawing() -> None:
    x = np.arange(float(WIDTH))
    ink = LEVEL - 60 * np.exp(-0.5 * ((x - 200) / 6) ** 2)
    rough = [[float(k), float(ink[k]) + 5 * (-1) ** k] for k in range(150, 251, 5)]
    plain = read({"kind": "redraw", "row": 1, "points": rough})
    snapped = read({"kind": "redraw", "row": 1, "points": rough, "snap": True}, ink=ink)
    truth = (LEVEL - np.interp(50 + np.arange(1250) * 0.4, x, ink)) / 80
    inside = slice(260, 490)
    error = {name: np.sqrt(np.mean((one.lead("V1") - truth)[inside] ** 2)) for name, one in
             (("plain", plain), ("snapped", snapped))}  # fmt: skip
    assert error["snapped"] < 0.02
    assert error["plain"] > 2 * error["snapped"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"row": 2, "points": [[150.0, 0.0], [250.0, 0.0]]}, "lies on no lead of row 2; the page has 1 rows"),
        ({"row": 1, "points": [[2.0, 0.0], [40.0, 0.0]]}, "lies on no lead of row 1"),
        ({"row": 1, "points": [[150.0, 0.0], [150.2, 50.0]]}, "its points have no width on the page"),
        ({"row": 1, "points": [[9150.0, 0.0], [9250.0, 0.0]]}, "its points have no width on the page"),
    ],
)
def test_a_stretch_beside_the_curves_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read({"kind": "erase", **change})
