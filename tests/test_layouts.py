"""The formats that come with the package, and files that are none."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ecgimg.datamodel.leads import LEADS, LIMB_LEADS, PRECORDIAL_LEADS
from ecgimg.errors import UsageError
from ecgimg.layouts import Layout, layout_ids, load_layout, load_layouts

CABRERA = ["aVL", "I", "aVR", "II", "aVF", "III"]


def test_the_formats_of_the_issue_are_there() -> None:
    plain = {"3x4", "3x4+1R", "3x4+2R", "3x4+3R", "6x2", "6x2+1R", "12x1", "6x1"}
    assert plain | {f"{name}-cabrera" for name in plain} <= set(layout_ids())


@pytest.mark.parametrize("layout", load_layouts(), ids=lambda layout: layout.id)
def test_each_lead_stands_exactly_once_outside_the_strips(layout: Layout) -> None:
    count = Counter(cell.lead for cell in layout.cells)
    wanted = {"6x1": LIMB_LEADS, "6x1-cabrera": LIMB_LEADS, "6x1-precordial": PRECORDIAL_LEADS}.get(layout.id, LEADS)
    assert count == Counter(wanted)


@pytest.mark.parametrize("layout", load_layouts(), ids=lambda layout: layout.id)
def test_a_format_is_what_its_name_says(layout: Layout) -> None:
    shape = layout.id.removesuffix("-cabrera").removesuffix("-precordial")
    size, _, strips = shape.partition("+")
    rows, columns = map(int, size.split("x"))
    assert (layout.n_rows, layout.n_columns) == (rows, columns)
    assert len(layout.rhythm) == int(strips.removesuffix("R") or 0)
    assert layout.seconds == pytest.approx(10.0)
    assert (layout.paper_speed, layout.gain) == (25.0, 10.0)
    for row in range(rows):
        cells = [cell for cell in layout.cells if cell.row == row]
        starts = [0.0 if layout.simultaneous else k * layout.column_seconds for k in range(columns)]
        assert [cell.start for cell in cells] == pytest.approx(starts)
    assert [(strip.start, strip.seconds) for strip in layout.strips] == [(0.0, layout.seconds)] * len(layout.rhythm)


@pytest.mark.parametrize(
    "layout", [x for x in load_layouts() if x.id.endswith("cabrera")], ids=lambda layout: layout.id
)
def test_cabrera_turns_avr(layout: Layout) -> None:
    limb = sorted((c for c in layout.cells if c.lead in LIMB_LEADS), key=lambda c: (c.column, c.row))
    assert [cell.lead for cell in limb] == CABRERA
    assert [cell.sign for cell in limb] == [1, 1, -1, 1, 1, 1]
    assert limb[2].printed_name == "-aVR"


GOOD = "id: mine\ntitle: mine\nrows: [[I, II, III], [aVR, aVL, aVF]]\ncolumn_seconds: 3\n"


def test_a_users_own_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(GOOD)
    layout = load_layout(tmp_path / "mine.yml")
    assert (layout.n_rows, layout.n_columns, layout.seconds) == (2, 3, 9)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("aVF", "II"), "twice"),
        (GOOD.replace(", aVF", ""), "same number of cells"),
        (GOOD.replace("aVF", "V9"), "V9"),
        (GOOD.replace("aVF", "V1"), "all 12 leads"),
        (GOOD.replace("seconds: 3", "seconds: -3"), "column_seconds"),
        (GOOD + "gain: 7\n", "7.0 mm/mV"),
        (GOOD + "paper_speed: 26\n", "26.0 mm/s"),
        (GOOD + "colour: red\n", "colour"),
        (GOOD + "rhythm: [X]\n", "X"),
        ("rows: [", "YAML"),
        ("", "layout"),
    ],
)
def test_a_file_that_is_no_format(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(UsageError) as error:
        load_layout(tmp_path / "bad.yaml")
    assert told in str(error.value)
    assert "bad.yaml" in str(error.value)
