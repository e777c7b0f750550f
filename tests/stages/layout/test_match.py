"""Formats are found by what the page shows, or refused."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
from drawn_pages import flat
from refused import refused

from ecgimg.datamodel.leads import PRECORDIAL_LEADS
from ecgimg.datamodel.page import PrintedScales, Scale
from ecgimg.errors import Cause
from ecgimg.layouts import load_layout, load_layouts
from ecgimg.networks import printed_scales as scales
from ecgimg.stages.landmarks.find import find_landmarks
from ecgimg.stages.layout.match import find_layout
from ecgimg.stages.layout.observations import PageObservations
from ecgimg.stages.layout.origin import column_pitch
from ecgimg.stages.layout.scales import LayoutOptions
from ecgimg.stages.printed_scales import read_scales
from ecgimg.stages.trace import trace
from ecgimg.synth.page.style import PageStyle

ANY = LayoutOptions(load_layouts())
STYLE = PageStyle(px_per_mm=8.0)
needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="the program tesseract is not there")


@pytest.mark.parametrize("layout", ["3x4+1R", "3x4+1R-cabrera", "6x2", "3x4+3R", "12x1"])
def test_the_format_is_found(layout: str) -> None:
    page, lying = flat(layout, STYLE)
    match = find_layout(lying, trace(lying), read_scales(lying), ANY)
    assert match.layout_id == layout
    assert match.confidence > 0.6
    wanted = {(c.cell.lead, c.cell.is_strip): c.cell for c in page.curves}
    for cell in match.cells:
        true = wanted[cell.lead, cell.is_strip]
        assert (cell.sign, cell.start, cell.seconds) == (true.sign, true.start, true.seconds)
        assert abs((cell.x1 - cell.x0) - (true.x1 - true.x0)) < 8


@pytest.mark.parametrize("layout", ["12x1", "12x1-cabrera", "6x1", "6x1-cabrera"])
def test_rows_that_obey_the_limb_leads_laws_need_no_names(layout: str) -> None:
    _, lying = flat(layout, STYLE)
    nameless = replace(lying, names=())
    match = find_layout(nameless, trace(nameless), read_scales(nameless), ANY)
    assert match.layout_id == layout
    assert any("law" in words for words in match.evidence)


def test_precordial_rows_without_names_are_not_guessed() -> None:
    _, lying = flat("6x1-precordial", STYLE)
    nameless = replace(lying, names=())
    with refused(Cause.UNCERTAIN_LAYOUT, "no layout surely"):
        find_layout(nameless, trace(nameless), read_scales(nameless), ANY)


@pytest.mark.parametrize("speed", [25.0, 50.0])
def test_beats_tell_the_speed_where_no_text_does(speed: float) -> None:
    """Both pages are 250 mm long: the faster one shows half as much."""
    page, lying = flat("12x1", replace(STYLE, paper_speed=speed))
    lines = trace(lying)
    match = find_layout(lying, lines, PrintedScales(), ANY)
    assert (match.paper_speed.value, match.paper_speed.source) == (speed, "beats")
    assert match.seconds == page.layout.seconds
    still = tuple(replace(line, y=np.where(np.isfinite(line.y), line.baseline_y, np.nan)) for line in lines)
    assert find_layout(lying, still, PrintedScales(), ANY).paper_speed == Scale(25.0, "assumed")


@pytest.mark.parametrize("wrong", [0.95, 1.0, 1.06])
def test_without_a_grid_rows_and_starts_tell_how_long_a_second_is(wrong: float) -> None:
    _, lying = flat("3x4+1R", STYLE)
    lines, scales = trace(lying), read_scales(lying)
    bare = replace(lying, sheet=replace(lying.sheet, straightened_by="page", px_per_mm=8.0 * wrong))
    ruled, match = (find_layout(page, lines, scales, ANY) for page in (lying, bare))
    assert match.paper_speed.source == "signal"
    assert match.paper_speed.value * wrong == pytest.approx(25.0, rel=0.003)
    for one, other in zip(ruled.cells, match.cells, strict=True):
        assert other.x0 == pytest.approx(one.x0, abs=8)


def test_a_misread_name_does_not_rename_a_strip() -> None:
    """A pale "II" looks like "I"; the strip repeats the cell of II all the same."""
    _, lying = flat("3x4+1R", STYLE)
    first = next(name for name in lying.names if name.lead == "I")
    on_strip = replace(first, y=first.y + lying.baselines[3] - lying.baselines[0])
    misread = replace(lying, names=(*lying.names, on_strip))
    match = find_layout(misread, trace(misread), read_scales(misread), ANY)
    assert [cell.lead for cell in match.cells if cell.is_strip] == ["II"]


def test_limb_leads_that_go_on_are_no_two_columns() -> None:
    _, lying = flat("6x1", STYLE)
    first = replace(lying, names=tuple(name for name in lying.names if name.lead != "III"))
    lines = trace(first)
    with refused(Cause.GIVEN_LAYOUT, "go on in the next column"):
        find_layout(first, lines, read_scales(first), LayoutOptions((load_layout("6x2"),)))
    assert find_layout(first, lines, read_scales(first), ANY).layout_id == "6x1"


def test_another_order_of_leads_is_not_read_as_a_known_one() -> None:
    _, lying = flat("12x1", STYLE)
    lines, scales = trace(lying), read_scales(lying)
    turned = {f"V{k}": f"V{7 - k}" for k in range(1, 7)}
    other = replace(lying, names=tuple(replace(n, lead=turned.get(n.lead, n.lead)) for n in lying.names))
    match = find_layout(other, lines, scales, ANY)
    assert [cell.lead for cell in match.cells][6:] == list(reversed(PRECORDIAL_LEADS))
    with refused(Cause.GIVEN_LAYOUT, "6 against"):
        find_layout(other, lines, scales, LayoutOptions((load_layout("12x1"),)))
    first = next(name for name in lying.names if name.lead == "V2")
    misread = replace(lying, names=tuple(replace(n, lead="V3") if n is first else n for n in lying.names))
    assert find_layout(misread, lines, scales, ANY).layout_id == "12x1"


def test_a_curve_from_end_to_end_is_not_left_over() -> None:
    _, lying = flat("6x2", STYLE)
    lines = trace(lying)
    with refused(Cause.GIVEN_LAYOUT, "2 rows left over"):
        find_layout(lying, lines, read_scales(lying), LayoutOptions((load_layout("3x4+1R"),)))


def test_a_frame_around_the_grid_is_left_over() -> None:
    _, lying = flat("3x4", STYLE)
    lines, scales = trace(lying), read_scales(lying)
    middle = lines[1]
    top, bottom = (
        replace(middle, y=np.full_like(middle.y, at), confidence=np.ones_like(middle.confidence), baseline_y=at)
        for at in (lying.baselines[0] - 240, lying.baselines[-1] + 240)
    )
    framed = find_layout(lying, (top, *lines, bottom), scales, ANY)
    assert framed.layout_id == "3x4"
    assert framed.confidence > 0.95
    assert [cell.line for cell in framed.cells] == [
        cell.line + 1 for cell in find_layout(lying, lines, scales, ANY).cells
    ]
    beating = (*lines, replace(middle, baseline_y=bottom.baseline_y))
    assert find_layout(lying, beating, scales, ANY).layout_id == "3x4+1R"


def test_scales_come_from_pulse_and_user() -> None:
    _, lying = flat("3x4+1R", STYLE)
    lines = trace(lying)
    layouts = (load_layout("3x4+1R"),)
    match = find_layout(lying, lines, read_scales(lying), LayoutOptions(layouts))
    assert (match.gain.value, match.gain.source) == (10, "pulse")
    given = find_layout(lying, lines, read_scales(lying), LayoutOptions(layouts, paper_speed=25.0, gain=20.0))
    assert (given.gain.value, given.gain.source) == (20, "given")
    assert (given.paper_speed.value, given.paper_speed.source) == (25, "given")


def test_at_a_higher_speed_the_same_columns_are_shorter_in_time() -> None:
    """25 cm of paper at 50 mm/s hold 5 s, not half of 10 s."""
    _, lying = flat("6x2", STYLE)
    match = find_layout(lying, trace(lying), read_scales(lying), LayoutOptions(load_layouts(), paper_speed=50.0))
    assert match.layout_id == "6x2"
    assert match.seconds == 5
    assert {cell.seconds for cell in match.cells} == {2.5}
    assert {cell.start for cell in match.cells} == {0, 2.5}


@pytest.mark.parametrize(("layout", "speed"), [("3x4+1R", 12.5), ("12x1", 100.0)])
def test_unusual_speeds_are_read_from_the_beats_and_warned_of(layout: str, speed: float) -> None:
    """25 cm of paper hold 20 s at 12.5 mm/s, and 2.5 s at 100 mm/s."""
    page, lying = flat(layout, replace(STYLE, paper_speed=speed))
    lines = trace(lying)
    match = find_layout(lying, lines, PrintedScales(), ANY)
    assert (match.layout_id, match.paper_speed.value, match.paper_speed.source) == (layout, speed, "beats")
    assert match.seconds == page.layout.seconds
    wrong = find_layout(lying, lines, PrintedScales(), replace(ANY, paper_speed=25.0))
    assert [(w.source, w.value) for w in wrong.paper_speed.contradictions] == [("beats", speed)]


def test_rows_that_no_format_has_are_refused_with_what_was_seen() -> None:
    _, lying = flat("3x4+1R", STYLE)
    two = replace(lying, baselines=lying.baselines[:2])
    strip = replace(two, baselines=two.baselines[:1], names=two.names[:1])
    with refused(Cause.STRIP, "1 row of curves"):
        find_layout(strip, trace(strip), read_scales(strip), ANY)
    with refused(Cause.UNKNOWN_LAYOUT, "2 rows of curves"):
        find_layout(two, trace(two), read_scales(two), ANY)


def test_half_a_page_is_refused() -> None:
    _, lying = flat("3x4+1R", STYLE)
    pixels = lying.sheet.pixels.copy()
    pixels[:, pixels.shape[1] * 2 // 5 :] = 255
    half = find_landmarks(replace(lying.sheet, pixels=pixels))
    with refused(Cause.UNKNOWN_LAYOUT, "mm"):
        find_layout(half, trace(half), read_scales(half), ANY)


def test_another_format_than_the_page_s_is_refused() -> None:
    _, lying = flat("6x2", STYLE)
    with refused(Cause.GIVEN_LAYOUT):
        find_layout(lying, trace(lying), read_scales(lying), LayoutOptions((load_layout("3x4+1R"),)))


def test_speed_and_gain_are_read() -> None:
    _, lying = flat("3x4+1R", STYLE)
    assert read_scales(lying) == PrintedScales(25, 10)


@needs_tesseract
def test_tesseract_reads_what_the_network_is_not_sure_of(monkeypatch: pytest.MonkeyPatch) -> None:
    _, lying = flat("3x4+1R", STYLE)
    monkeypatch.setattr(scales, "read_texts", lambda _: {"gain": 5.0})
    assert read_scales(lying) == PrintedScales(25, 5)


def test_missing_tesseract_reads_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    _, lying = flat("3x4+1R", STYLE)
    assert lying.scale_texts
    monkeypatch.setattr(scales, "read_texts", lambda _: {})
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert read_scales(lying) == PrintedScales()
    assert read_scales(replace(lying, scale_texts=())) == PrintedScales()


def test_texts_that_contradict_each_other_tell_nothing() -> None:
    sure = 9 * np.eye(len(scales.SCALES) + 1, dtype=np.float32)
    kinds = [scales.SCALES.index(scale) for scale in (("speed", 25.0), ("speed", 50.0), ("gain", 10.0))]
    assert scales.read_texts(sure[kinds]) == {"gain": 10.0}
    assert scales.read_texts(sure[[kinds[0], -1]]) == {"speed": 25.0}
    assert scales.read_texts(0.1 * sure[kinds]) == {}


def test_a_wide_text_is_cut_out_in_parts() -> None:
    planes = np.zeros((2, 100, 800), np.float32)
    assert len(scales.cut_texts(planes, [(100, 100, 250, 120)])) == 1
    parts = scales.cut_texts(planes + np.arange(800, dtype=np.float32), [(100, 100, 500, 120)])
    assert len(parts) > 2
    assert parts[0][0, 20, 0] == 100
    assert parts[-1][0, 20, -1] == 499


def test_six_names_prove_six_leads_as_surely_as_twelve_names_prove_twelve() -> None:
    _, lying = flat("6x1-precordial", STYLE)
    match = find_layout(lying, trace(lying), read_scales(lying), ANY)
    assert match.layout_id == "6x1-precordial"
    assert any(text.startswith("6 of 6 lead names") for text in match.evidence)
    assert match.confidence > 0.9


def test_six_leads_are_not_found_on_a_page_that_names_twelve() -> None:
    _, lying = flat("6x2-cabrera", STYLE)
    assert find_layout(lying, trace(lying), read_scales(lying), ANY).layout_id == "6x2-cabrera"


@pytest.mark.parametrize("missed", [0.0, 0.5])
def test_columns_shorter_than_their_time_are_told_by_the_rows_length(missed: float) -> None:
    """Each stretch ends half a millimetre early; half a millimetre of the strip's flat end may be missed beside."""
    _, lying = flat("3x4+1R", STYLE)
    layout, q = load_layout("3x4+1R"), lying.sheet.px_per_mm
    page = PageObservations(
        lines=trace(lying),
        names=(),
        starts=(),
        pulses=(),
        scales=PrintedScales(),
        left=100.0,
        right=100.0 + 249.5 * q,
        begins=(100.0,) * 4,
        ends=(*(100.0 + 248.0 * q,) * 3, 100.0 + (249.5 - missed) * q),
        px_per_mm=q,
        has_grid=True,
    )
    assert column_pitch(page, layout, 250.0) == pytest.approx(62.0 * q, abs=0.05 * q)
    full = replace(page, ends=(100.0 + 250.0 * q,) * 4)
    assert column_pitch(full, layout, 250.0) == 62.5 * q
    cut = replace(page, ends=(*(100.0 + 248.0 * q,) * 3, 100.0 + 250.5 * q))
    assert column_pitch(cut, layout, 250.0) == 62.5 * q
