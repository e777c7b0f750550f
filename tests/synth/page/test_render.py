from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.layouts import load_layout
from ecgimg.synth.page.render import plan_page, pulse_outlines, render_page
from ecgimg.synth.page.style import GridStyle, PageStyle
from ecgimg.synth.truth import Page

FS = 100.0
BARE = PageStyle(px_per_mm=3.0, pulse="none", header="none", footer=False, top=15.0, grid=GridStyle(kind="none"))


def flat(seconds: float = 10.0, level_mv: float = 0.0) -> Floats:
    return np.full((12, round(seconds * FS)), level_mv, np.float32)


def draw(style: PageStyle = BARE, layout: str = "3x4+1R", mv: Floats | None = None) -> Page:
    return render_page(flat() if mv is None else mv, FS, load_layout(layout), style, np.random.default_rng(0))


def test_rows_stand_a_pitch_apart_and_strips_a_strip_pitch() -> None:
    style = replace(BARE, pitch=20.0, strip_pitch=30.0)
    rows = np.array(plan_page(load_layout("3x4+1R"), style).zero_lines) / style.px_per_mm
    assert np.diff(rows) == pytest.approx([20.0, 20.0, 30.0])
    assert rows[0] == pytest.approx(style.top)


def test_a_page_is_as_large_as_its_paper_or_its_content() -> None:
    layout = load_layout("3x4")
    content = plan_page(layout, BARE)
    assert content.width == round((BARE.left + 250 + BARE.right) * 3)
    large = plan_page(layout, replace(BARE, paper=(400.0, 300.0)))
    assert (large.width, large.height) == (1200, 900)
    assert large.zero_lines[0] > content.zero_lines[0]
    small = plan_page(layout, replace(BARE, paper=(10.0, 10.0)))
    assert (small.width, small.height) == (content.width, content.height)


@pytest.mark.parametrize("pulse", ["left", "right"])
def test_pulses_are_one_millivolt_high_beside_the_traces(pulse: str) -> None:
    layout, style = load_layout("3x4+1R"), replace(BARE, pulse=pulse, gain=5.0)
    plan = plan_page(layout, style)
    outlines = pulse_outlines(layout, style, plan)
    assert len(outlines) == len(plan.zero_lines)
    end = plan.left + layout.seconds * style.paper_speed * style.px_per_mm
    for outline, zero_line in zip(outlines, plan.zero_lines, strict=True):
        assert outline[:, 1].max() == pytest.approx(zero_line)
        assert np.ptp(outline[:, 1]) == pytest.approx(5.0 * 3.0)
        assert outline[:, 0].max() < plan.left if pulse == "left" else outline[:, 0].min() > end
        assert ((outline >= 0) & (outline <= (plan.width, plan.height))).all()
    assert len(draw(style).pulses) == len(outlines)
    assert draw().pulses == ()


@pytest.mark.parametrize("separator", ["none", "tick", "full", "dotted", "double"])
def test_separators_mark_the_ends_of_columns(separator: str) -> None:
    style = replace(BARE, separator=separator, label_shift=(20.0, -6.0), join=False)
    unknown = np.full((12, 1000), np.nan, np.float32)
    page = draw(style, "3x4", unknown)
    plan = plan_page(page.layout, style)
    x = round(plan.left + 2 * 2.5 * 25 * style.px_per_mm)
    columns = (page.pixels[:, x - 2 : x + 3] < 200).any(axis=(1, 2))
    assert columns.any() == (separator != "none")
    between = round((plan.zero_lines[0] + plan.zero_lines[1]) / 2)
    assert columns[between - 6 : between + 7].any() == (separator in ("full", "dotted"))


def test_columns_of_a_row_are_joined_or_apart() -> None:
    mv = flat()
    mv[LEADS.index("aVR")] = 1.0
    x = {}
    for join in (True, False):
        page = draw(replace(BARE, join=join, label_shift=(15.0, -6.0)), "3x4", mv)
        cell = next(cell for cell in page.cells if cell.lead == "aVR")
        middle = round(cell.y0 - 0.5 * page.gain * page.px_per_mm)
        x[join] = (page.pixels[middle, round(cell.x0) - 4 : round(cell.x0) + 5] < 200).any()
    assert x == {True: True, False: False}


def test_unknown_samples_are_not_drawn() -> None:
    mv = flat()
    mv[:, 500:] = np.nan
    page = draw(mv=mv)
    strip = page.curves[-1]
    assert strip.visible[:500].all()
    assert not strip.visible[500:].any()
    row = (page.pixels[round(strip.cell.y0)] < 128).any(axis=1)
    assert row[round(strip.cell.x0) + 5 : round((strip.cell.x0 + strip.cell.x1) / 2) - 5].all()
    assert not row[round((strip.cell.x0 + strip.cell.x1) / 2) + 5 :].any()


def test_a_recording_shorter_than_the_page_ends_on_it() -> None:
    page = draw(mv=flat(4.0))
    assert page.curves[-1].time[-1] == pytest.approx(10.0, abs=0.02)
    assert int(page.curves[-1].visible.sum()) == 400


def test_an_inverted_lead_is_drawn_upside_down_with_its_sign() -> None:
    page = draw(layout="6x2-cabrera", mv=flat(level_mv=0.5))
    inverted = [curve for curve in page.curves if curve.cell.sign < 0]
    assert [curve.cell.lead for curve in inverted] == ["aVR"]
    assert (inverted[0].points[:, 1] > inverted[0].cell.y0).all()
    assert (inverted[0].mv == 0.5).all()
    assert "-aVR" in {text.text for text in page.texts}
