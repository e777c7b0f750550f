"""Formats are found by what the page shows, or refused."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from ecgimg.errors import RefusedError
from ecgimg.layouts import load_layout, load_layouts
from ecgimg.stages.landmarks import find_landmarks
from ecgimg.stages.layout import LayoutOptions, find_layout
from ecgimg.stages.trace import trace
from ecgimg.stages.words import read_gain, read_scales, read_speed
from ecgimg.synth.style import PageStyle

from .pages import flat

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


def test_rows_that_no_format_has_are_refused_with_what_was_seen() -> None:
    _, lying = flat("3x4+1R", STYLE)
    two = replace(lying, zeros=lying.zeros[:2])
    with pytest.raises(RefusedError, match="2 rows of curves"):
        find_layout(two, trace(two), read_scales(two), ANY)


def test_half_a_page_is_refused() -> None:
    _, lying = flat("3x4+1R", STYLE)
    pixels = lying.sheet.pixels.copy()
    pixels[:, pixels.shape[1] * 2 // 5 :] = 255
    half = find_landmarks(replace(lying.sheet, pixels=pixels))
    with pytest.raises(RefusedError, match="mm"):
        find_layout(half, trace(half), read_scales(half), ANY)


def test_another_format_than_the_page_s_is_refused() -> None:
    _, lying = flat("6x2", STYLE)
    with pytest.raises(RefusedError):
        find_layout(lying, trace(lying), read_scales(lying), LayoutOptions((load_layout("3x4+1R"),)))


@needs_tesseract
def test_speed_and_gain_are_read() -> None:
    _, lying = flat("3x4+1R", STYLE)
    text = read_scales(lying)
    assert (read_speed(text), read_gain(text)) == (25, 10)


def test_numbers_count_only_where_they_agree() -> None:
    assert read_speed("25 mm/s 10mm/mV") == 25
    assert read_gain("25 mm/s\n10mm/mV") == 10
    assert read_speed("25mm/s 50mm/s") is None
    assert read_speed("37 mm/s") is None
    assert read_gain("no scale here") is None


def test_missing_tesseract_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _, lying = flat("3x4+1R", STYLE)
    assert lying.scale_texts
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert read_scales(lying) == ""
