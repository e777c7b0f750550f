"""Every curve of a page is read or noticed; print, frames, marks and grid are no curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from inked_pages import HEIGHT, WIDTH, curve_of, inked_page, with_pixels

from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.ink import ExplainedInk, InkStretch
from ecgimg.datamodel.page import LeadName, PlacedCell, Pulse, SheetMap, UprightSheet
from ecgimg.stages.explain.explain import doubted_curves, explain_cells, explain_rows
from ecgimg.stages.explain.ink import find_ink
from ecgimg.stages.explain.warnings import ink_warnings

ZEROS = (250.0, 450.0, 650.0)
ROW_MM = WIDTH / 8


def cell(row: int, x0: float = 0.0, x1: float = WIDTH - 1.0) -> PlacedCell:
    return PlacedCell(("I", "II", "III")[row], 1, row, False, 0.0, (x1 - x0) / 200, x0, x1, ZEROS[row])


def explained(page: UprightSheet, curves: list[np.ndarray], read: tuple[int, ...] = (0, 1, 2)) -> ExplainedInk:
    """What of a page is explained where only some of its rows were traced."""
    known = [curve_of(curves[k]) for k in read]
    return explain_rows(page, find_ink(page, known), known, sees_all)


def sees_all(stretches: tuple[InkStretch, ...]) -> tuple[bool, ...]:
    """Takes all ink that is left for curves."""
    return (True,) * len(stretches)


def drawn_over(page: UprightSheet, draw: Callable[[Pixels], object]) -> UprightSheet:
    pixels = page.sheet.pixels.copy()
    draw(pixels)
    return with_pixels(page, pixels)


def test_a_page_of_which_all_is_read_is_explained() -> None:
    page, curves = inked_page(ZEROS)
    ink = explained(page, curves)
    assert ink.share == 1
    assert ink.unexplained == ()
    assert list(ink_warnings(ink)) == []


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_row_that_was_not_traced_is_noticed_at_its_place(lost: int) -> None:
    page, curves = inked_page(ZEROS)
    ink = explained(page, curves, tuple(k for k in range(3) if k != lost))
    (row,) = ink.unexplained
    assert abs(row.y - ZEROS[lost]) < 8  # 1 mm
    assert row.length_mm == pytest.approx(ROW_MM, abs=10)
    assert ink.share == pytest.approx(2 / 3, abs=0.03)
    x = row.path[np.isfinite(row.path[:, 0])]
    assert np.abs(x[:, 1] - np.interp(x[:, 0], np.arange(WIDTH), curves[lost])).mean() < 3


def test_what_the_network_does_not_see_as_a_curve_is_none() -> None:
    page, curves = inked_page(ZEROS)
    known = [curve_of(curves[1])]
    ink = explain_rows(page, find_ink(page, known), known, lambda stretches: tuple(one.y > 600 for one in stretches))
    assert [one.y > 600 for one in ink.unexplained] == [True]
    assert ink.share == pytest.approx(1 / 2, abs=0.03)


def test_the_place_of_ink_is_on_the_photo() -> None:
    page, curves = inked_page(ZEROS)
    moved = SheetMap(2 * page.sheet.map.nodes + 7, page.sheet.map.step)
    shape = (2 * HEIGHT + 40, 2 * WIDTH + 40)
    page = replace(page, sheet=replace(page.sheet, map=moved, photo_shape=shape))
    x0, y0, x1, y1 = explained(page, curves, (0, 1)).unexplained[0].box
    assert 0 <= x0 < 100
    assert 2 * WIDTH - 100 < x1 < 2 * WIDTH + 10
    assert 2 * 590 < y0 < y1 < 2 * 660 + 10


def test_what_is_printed_beside_the_curves_is_no_curve() -> None:
    page, curves = inked_page(ZEROS)

    def draw(pixels: Pixels) -> None:
        cv2.rectangle(pixels, (20, 120), (WIDTH - 20, HEIGHT - 40), (20, 20, 20), 3)
        cv2.line(pixels, (30, 790), (WIDTH - 30, 800), (20, 20, 20), 2)
        for k in range(4):
            at = (40, 30 + 26 * k)
            cv2.putText(pixels, "ECG REPORT  Sinus rhythm 25 mm/s", at, cv2.FONT_HERSHEY_SIMPLEX, 0.7, (20, 20, 20), 2)
        for x in (300, 600, 900):
            cv2.line(pixels, (x, 200), (x, 700), (20, 20, 20), 2)
        cv2.ellipse(pixels, (600, 820), (200, 30), 0, 0, 360, (60, 60, 60), -1)

    assert explained(drawn_over(page, draw), curves).unexplained == ()


def test_scribble_is_noticed() -> None:
    page, curves = inked_page(ZEROS)
    path = np.array([(100, 60), (300, 150), (420, 70), (600, 170), (760, 90), (1000, 160)], np.int32)
    ink = explained(drawn_over(page, lambda pixels: cv2.polylines(pixels, [path], False, (20, 20, 20), 3)), curves)
    assert sum(one.length_mm for one in ink.unexplained) > 80
    assert max(one.y for one in ink.unexplained) < 180


@pytest.mark.parametrize(
    "marks",
    [
        {"scale_texts": ((196.0, 310.0, 524.0, 386.0),)},
        {"pulses": (Pulse(200.0, 520.0, 48.0),)},
        {"names": tuple(LeadName("aVR", 230.0 + 60 * k, 348.0, 0.9) for k in range(6))},
    ],
)
def test_what_was_recognised_as_a_mark_is_no_curve(marks: dict[str, Any]) -> None:
    page, curves = inked_page(ZEROS)
    x = np.arange(200, 521)
    wave = np.stack([x, 348 - 20 * np.sin(x / 16)], axis=1).astype(np.int32)
    drawn = drawn_over(page, lambda pixels: cv2.polylines(pixels, [wave], False, (20, 20, 20), 3))
    drawn = replace(drawn, baselines=(350.0, *ZEROS[1:]))
    assert explained(drawn, curves).unexplained
    assert explained(replace(drawn, **marks), curves).unexplained == ()


def test_a_cell_has_the_share_of_its_own_curve() -> None:
    page, curves = inked_page(ZEROS)
    half = curves[1].copy()
    half[590:] = np.nan
    cells = (cell(0), cell(1, 0, 589), cell(1, 590), cell(2))
    read = [curve_of(one) for one in (curves[0], half, half, curves[2])]
    ink = explain_cells(page, find_ink(page, read), cells, read, sees_all)
    np.testing.assert_allclose(ink.cell_shares, (1, 1, 0, 1), atol=0.02)
    assert ink.share == pytest.approx(2.5 / 3, abs=0.04)


def test_a_curve_is_as_sure_as_its_cell_s_ink_was_read() -> None:
    whole, half = curve_of(np.full(600, 80.0)), curve_of(np.full(600, 160.0))
    drawn = replace(half, corrected=np.arange(len(half.x)) < 200)
    found = doubted_curves((whole, drawn), ExplainedInk(0.8, (1.0, 0.6), ()))
    assert found[0] is whole
    np.testing.assert_allclose(found[1].confidence[:200], half.confidence[:200])
    np.testing.assert_allclose(found[1].confidence[200:], 0.6 * half.confidence[200:], rtol=1e-6)


def test_a_row_that_goes_on_beyond_its_cells_is_noticed() -> None:
    page, curves = inked_page(ZEROS)
    cells = (cell(0), cell(1), cell(2, 0, 599))
    read = [curve_of(one) for one in curves]
    (beyond,) = explain_cells(page, find_ink(page, read), cells, read, sees_all).unexplained
    assert beyond.x0 > 599 + 24 - 2
    assert beyond.length_mm == pytest.approx(600 / 8 - 3, abs=20)


def test_the_warning_names_each_stretch_by_its_letter_and_place() -> None:
    page, curves = inked_page(ZEROS)
    (text,) = ink_warnings(explained(page, curves, (1,)))
    assert "A, " in text
    assert "; B, " in text
    assert "--layout" not in text


def test_shares_and_stretches_are_possible() -> None:
    with pytest.raises(ValueError, match=r"0\.\.1"):
        ExplainedInk(1.2, (), ())
    many = ExplainedInk(0.5, (), explained(*inked_page(ZEROS), (0, 1)).unexplained * 28)
    assert many.letters[:2] == ("A", "B")
    assert len({*many.letters}) == 28
