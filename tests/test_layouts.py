"""The formats that come with the package, and files that are none."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def test_a_format_of_other_leads(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(GOOD.replace("aVF", "v4r"))
    assert [cell.lead for cell in load_layout(tmp_path / "mine.yml").cells][-1] == "V4R"


def test_lines_that_continue_one_another(tmp_path: Path) -> None:
    text = "id: watch\ntitle: a watch\nrows: [[I], [I], [I]]\ncolumn_seconds: 10\ncontinued: true\n"
    (tmp_path / "watch.yml").write_text(text)
    layout = load_layout(tmp_path / "watch.yml")
    assert [(cell.lead, cell.row, cell.start, cell.seconds) for cell in layout.cells] == [
        ("I", k, 10.0 * k, 10.0) for k in range(3)
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("aVF", "II"), "twice"),
        (GOOD.replace(", aVF", ""), "same number of cells"),
        (GOOD.replace("aVF", "V19"), "V19"),
        (GOOD + "continued: true\n", "one lead"),
        (GOOD.replace("seconds: 3", "seconds: -3"), "column_seconds"),
        (GOOD + "gain: 7\n", "7.0 mm/mV"),
        (GOOD + "paper_speed: 26\n", "26.0 mm/s"),
        (GOOD + "colour: red\n", "colour"),
        (GOOD + "rhythm: [Q]\n", "Q"),
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


@st.composite
def formats(draw: st.DrawFn) -> Layout:
    """Any format: all leads, limb or precordial ones in any order and shape, with any strips."""
    leads = draw(st.sampled_from((LEADS, LIMB_LEADS, PRECORDIAL_LEADS)).flatmap(lambda leads: st.permutations(leads)))
    n_columns = draw(st.sampled_from([n for n in (1, 2, 3, 4, 6, 12) if len(leads) % n == 0]))
    names = [f"-{lead}" if lead == "aVR" and draw(st.booleans()) else lead for lead in leads]
    return Layout(
        id="any",
        title="any",
        rows=tuple(tuple(names[k : k + n_columns]) for k in range(0, len(names), n_columns)),
        column_seconds=draw(st.floats(0.5, 60.0)),
        rhythm=tuple(draw(st.lists(st.sampled_from(LEADS), max_size=3))),
        paper_speed=draw(st.sampled_from((12.5, 25.0))),
        gain=draw(st.sampled_from((5.0, 10.0))),
        simultaneous=draw(st.booleans()),
    )


@settings(max_examples=50, deadline=None, derandomize=True)
@given(layout=formats())
def test_cells_cover_rows_and_columns(layout: Layout) -> None:
    places = [(cell.row, cell.column) for cell in layout.cells]
    assert places == [(row, column) for row in range(layout.n_rows) for column in range(layout.n_columns)]
    assert len({cell.lead for cell in layout.cells}) == len(layout.cells)
    assert [strip.row for strip in layout.strips] == list(range(layout.n_rows, layout.n_lines))
    names = [cell.printed_name for cell in (*layout.cells, *layout.strips)]
    assert names == [*(name for row in layout.rows for name in row), *layout.rhythm]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(layout=formats())
def test_columns_follow_one_another_or_share_their_time(layout: Layout) -> None:
    for cell in layout.cells:
        assert cell.start == (0.0 if layout.simultaneous else cell.column * layout.column_seconds)
        assert cell.seconds == layout.column_seconds
    for strip in layout.strips:
        assert (strip.start, strip.seconds) == (0.0, layout.seconds)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(layout=formats(), speed=st.sampled_from((25.0, 50.0, 100.0)))
def test_a_format_at_another_speed_is_as_long_on_paper(layout: Layout, speed: float) -> None:
    layout.cells  # noqa: B018 - computed before, so that a copy would hold them
    short = layout.on_same_paper(speed)
    assert short.seconds * speed == pytest.approx(layout.seconds * layout.paper_speed)
    assert {cell.seconds for cell in short.cells} == {short.column_seconds}
    assert (short.rows, short.rhythm, short.simultaneous) == (layout.rows, layout.rhythm, layout.simultaneous)
