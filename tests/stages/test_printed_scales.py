"""Printed speed and gain: the network where it is sure, tesseract elsewhere, and nothing where nothing is printed."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from ecgimg.datamodel.page import PrintedScales, Sheet, SheetMap, UprightSheet
from ecgimg.stages import printed_scales as module
from ecgimg.stages.printed_scales import PRINTED_SCALES, Box, lines_beside_grid, read_scales, read_text

BOX = (20.0, 10.0, 100.0, 30.0)


def page(boxes: tuple[tuple[float, float, float, float], ...] = (BOX,)) -> UprightSheet:
    """A sheet of 8 px/mm with dark letters of a kind in the box."""
    pixels = np.full((61, 141, 3), 240, np.uint8)
    pixels[14:26, 24:96:6] = 30
    sheet = Sheet(pixels, 8.0, SheetMap(np.zeros((2, 2, 2), np.float32), 20.0), (61, 141), 0.0, "grid", 1.0)
    return UprightSheet(sheet, np.zeros((2, 30, 141), np.float32), (), scale_texts=boxes)


class Reader:
    """Stands for the network: the scales that it is sure of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, sure: dict[str, float], text: str = "") -> None:
        self.texts_asked = 0
        self.boxes: tuple[Box, ...] = ()
        monkeypatch.setattr(module, "load_network", lambda name: self)
        monkeypatch.setattr(module.net, "cut_texts", lambda planes, boxes: np.zeros((len(boxes), 1), np.float32))
        monkeypatch.setattr(module.net, "read_texts", lambda logits: dict(sure))
        monkeypatch.setattr(module, "_tesseract_text", self.text)
        self.answer = text

    def run(self, cut: np.ndarray) -> tuple[np.ndarray]:
        return (cut,)

    def text(self, sheet: Sheet, boxes: tuple[Box, ...]) -> str:
        self.texts_asked += 1
        self.boxes = boxes
        return self.answer


def test_a_page_without_scale_texts_has_no_scales() -> None:
    assert read_scales(page(boxes=())) == PrintedScales()


def with_grid(*sides: float) -> UprightSheet:
    """A page on whose print the landmark network sees no scale, with a grid in a box."""
    x0, y0, x1, y1 = sides
    upright = page(boxes=())
    return replace(upright, sheet=replace(upright.sheet, grid_box=(x0, y0, x1, y1)))


def test_lines_beside_the_grid_are_read_where_no_text_looks_like_a_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(monkeypatch, {}, "Filter: 50 Hz Scale: 25mm/s, 10mm/mV")
    assert read_scales(with_grid(0, 40, 140, 60)) == PrintedScales(25.0, 10.0)
    assert reader.boxes == ((24, 14, 91, 26),)


def test_print_within_the_grid_and_rules_are_no_such_lines() -> None:
    assert lines_beside_grid(with_grid(0, 0, 140, 60).sheet) == ()
    upright = with_grid(0, 40, 140, 60)
    upright.sheet.pixels[17:26] = 240
    assert lines_beside_grid(upright.sheet) == ()


def test_the_lines_of_a_letter_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PRINTED_SCALES", replace(PRINTED_SCALES, max_lines=0))
    assert lines_beside_grid(with_grid(0, 40, 140, 60).sheet) == ()


def test_tesseract_is_not_asked_where_the_network_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(monkeypatch, {"speed": 50.0, "gain": 5.0}, "25 mm/s 10 mm/mV")
    assert read_scales(page()) == PrintedScales(50.0, 5.0)
    assert reader.texts_asked == 0


def test_the_network_goes_before_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    Reader(monkeypatch, {"speed": 50.0}, "25 mm/s 10 mm/mV")
    assert read_scales(page()) == PrintedScales(50.0, 10.0)


@pytest.mark.parametrize(
    ("text", "speed", "gain"),
    [
        ("25 mm/s 10 mm/mV", 25.0, 10.0),
        ("Speed: 50mm/sec  Gain 5 MM/MV", 50.0, 5.0),
        ("25mm / s", 25.0, None),
        ("12,5 mm/s", 12.5, None),
        ("10 mm/mu", None, 10.0),
        ("25 mm/s, then 50 mm/s", None, None),
        ("25 mm/s 25 mm/s", 25.0, None),
        ("37 mm/s 11 mm/mV", None, None),
        ("", None, None),
    ],
)
def test_text_gives_allowed_scales_that_do_not_contradict_each_other(
    text: str, speed: float | None, gain: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Reader(monkeypatch, {}, text)
    assert read_scales(page()) == PrintedScales(speed, gain)


def test_without_tesseract_there_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda program: None)
    assert module._tesseract_text(page().sheet, (BOX,)) == ""


def test_letters_are_dark_on_white_with_a_border() -> None:
    sheet = page().sheet
    line = module._line(sheet.pixels, BOX, sheet.px_per_mm)
    quiet = PRINTED_SCALES.quiet_px
    assert (line[:quiet] == 255).all()
    assert (line[:, :quiet] == 255).all()
    margin, scale = PRINTED_SCALES.box_margin_mm * 8, PRINTED_SCALES.text_px_per_mm / 8
    assert line.shape == pytest.approx(
        ((20 + 2 * margin) * scale + 2 * quiet, (80 + 2 * margin) * scale + 2 * quiet), abs=2
    )
    assert line.min() == 0
    assert np.median(line) == 255


@pytest.mark.parametrize("box", [(200.0, 10.0, 260.0, 30.0), (-90.0, 10.0, -60.0, 30.0), (20.0, 100.0, 60.0, 120.0)])
def test_a_box_beyond_the_sheet_has_no_letters(box: tuple[float, float, float, float]) -> None:
    assert module._line(page().sheet.pixels, box, 8.0).size == 0


def test_patterns_do_not_mistake_gain_for_speed() -> None:
    assert re.findall(module._SPEED, "10 mm/mV") == []
    assert re.findall(module._GAIN, "25 mm/s") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("25 mm/s Limb: 10 mm/mV Chest: 5 mm/mV 0.05-150 Hz", {"speed": 25, "gain": 10, "chest_gain": 5}),
        ("100mm/sec\nChest 10mm/mV\nLimb 20mm/mV", {"speed": 100, "gain": 20, "chest_gain": 10}),
        ("25 mm/s Limb: 10 mm/mV Chest: 10 mm/mV", {"speed": 25, "gain": 10}),
        ("12.5 mm/s 10 mm/mV", {"speed": 12.5, "gain": 10}),
        ("Chest: 5 mm/mV", {}),
        ("5 mm/mV 10 mm/mV", {}),
    ],
)
def test_a_text_may_give_another_gain_of_the_chest_leads(text: str, found: dict[str, float]) -> None:
    assert read_text(text) == found
