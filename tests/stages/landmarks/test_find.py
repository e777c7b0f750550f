"""Rows, names, starts, pulses and scales are found on drawn pages, however they lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_pages import drawn, flat, upright

from ecgimg.datamodel.page import Sheet, SheetMap
from ecgimg.layouts import load_layout
from ecgimg.stages.landmarks.find import find_landmarks, turn_sheet
from ecgimg.synth.page.style import PageStyle

STYLE = PageStyle(px_per_mm=8.0)


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "layout"), [("clean", "3x4+1R"), ("scan", "6x2"), ("photo", "3x4+1R")])
def test_every_row_is_found_on_its_zero_line(preset: str, layout: str) -> None:
    page = upright(preset, layout, 3)
    wanted = sorted({c.cell.y0 * 8 / drawn(preset, layout, 3).sheet.px_per_mm for c in drawn(preset, layout, 3).curves})
    assert len(page.baselines) == load_layout(layout).n_lines
    offset = np.median(np.array(page.baselines) - np.array(wanted))
    np.testing.assert_allclose(np.array(page.baselines) - offset, wanted, atol=2.0 * 8)


@pytest.mark.parametrize("layout", ["3x4+1R", "6x2+1R", "12x1"])
def test_names_and_starts_are_read_where_they_stand(layout: str) -> None:
    page, lying = flat(layout, STYLE)
    printed = [text for text in page.texts if text.lead is not None]
    read = 0
    for text in printed:
        x, y = text.corners.mean(axis=0)
        read += any(name.lead == text.lead and np.hypot(name.x - x, name.y - y) < 24 for name in lying.names)
    assert read >= 0.75 * len(printed)
    assert sum(any(abs(c.cell.x0 - x) < 16 for x, _ in lying.starts) for c in page.curves) >= 0.75 * len(page.curves)


def test_pulses_and_scale_texts_are_found() -> None:
    page, lying = flat("3x4+1R", STYLE)
    assert len(lying.pulses) >= 3
    assert np.median([pulse.height for pulse in lying.pulses]) == pytest.approx(80, abs=6)
    scale = [text for text in page.texts if text.kind in ("speed", "gain")]
    for text in scale:
        x, y = text.corners.mean(axis=0)
        assert any(x0 < x < x1 and y0 < y < y1 for x0, y0, x1, y1 in lying.scale_texts)


@pytest.mark.slow
@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_turned_sheet_is_turned_back(quarter_turns: int) -> None:
    right = upright("clean", "3x4+1R", 3)
    again = find_landmarks(turn_sheet(right.sheet, quarter_turns))
    np.testing.assert_array_equal(again.sheet.pixels, right.sheet.pixels)
    np.testing.assert_allclose(again.baselines, right.baselines, atol=8)


def test_a_sheet_of_another_scale_than_the_networks_take_is_an_error() -> None:
    _, lying = flat("3x4+1R", PageStyle())
    assert len({name.lead for name in lying.names}) >= 9
    with pytest.raises(ValueError, match="8 px/mm"):
        find_landmarks(replace(lying.sheet, px_per_mm=4.0))


def test_empty_paper_has_no_rows() -> None:
    nodes = np.stack(np.meshgrid(np.arange(36.0), np.arange(26.0)), axis=2).astype(np.float32) * 20
    paper = np.full((501, 701, 3), 250, np.uint8)
    assert find_landmarks(Sheet(paper, 8.0, SheetMap(nodes, 20.0), (501, 701), 0.0, "grid", 1.0)).baselines == ()


@pytest.mark.parametrize(("gain", "side"), [(5.0, "right"), (20.0, "left")])
def test_unusual_pulses_are_measured(gain: float, side: str) -> None:
    _, lying = flat("3x4+1R", PageStyle(px_per_mm=8.0, gain=gain, pulse=side, pitch=45, strip_pitch=45))
    assert lying.pulses
    assert np.median([p.height for p in lying.pulses]) / 8 == pytest.approx(gain, rel=0.1)
    assert np.median([p.right - p.left for p in lying.pulses]) / 8 == pytest.approx(5, abs=0.5)
    assert all((p.right < lying.planes.shape[2] / 2) == (side == "left") for p in lying.pulses)


def test_a_page_without_pulses_has_none() -> None:
    _, lying = flat("3x4+1R", PageStyle(px_per_mm=8.0, pulse="none"))
    assert lying.pulses == ()


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3, 5, -1])
def test_a_turned_sheet_still_maps_to_the_photo(quarter_turns: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (41, 61, 3), np.uint8)
    nodes = np.stack(np.meshgrid(np.arange(4.0), np.arange(3.0)), axis=2).astype(np.float32) * 30 + 100
    sheet = Sheet(pixels, 8.0, SheetMap(nodes, 20.0), (400, 400), 0.0, "grid", 1.0)
    turned = turn_sheet(sheet, quarter_turns)
    assert np.array_equal(turned.pixels, np.rot90(pixels, quarter_turns))
    ys, xs = np.indices(pixels.shape[:2])
    places = np.rot90(np.stack([xs, ys], axis=2), quarter_turns)
    tys, txs = np.indices(turned.pixels.shape[:2])
    now = turned.map.to_photo(np.stack([txs, tys], axis=2))
    np.testing.assert_allclose(now, sheet.map.to_photo(places), atol=1e-3)
    assert (turned.rotation + 90 * quarter_turns + 180) % 360 == pytest.approx(180, abs=1e-3)
