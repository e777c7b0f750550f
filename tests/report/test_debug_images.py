"""Debug pictures: every artifact is drawn where it lies on its sheet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.ink import ExplainedInk, InkStretch
from ecgimg.datamodel.page import (
    LayoutMatch,
    LeadName,
    Photo,
    PlacedCell,
    Pulse,
    Scale,
    Sheet,
    SheetMap,
    Trace,
    UprightSheet,
)
from ecgimg.recording.recording import Recording
from ecgimg.report import debug_images
from ecgimg.report.debug_images import CONFIDENCE_COLORS, DebugImages

HEIGHT, WIDTH = 240, 400


@pytest.fixture
def sheet() -> Sheet:
    nodes = np.stack(np.meshgrid([0.0, 200.0, 400.0], [0.0, 200.0, 400.0]), axis=2).astype(np.float32)
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    return Sheet(pixels, 8.0, SheetMap(nodes, 200.0), (HEIGHT, WIDTH), 0.0, "grid", 1.0)


def page_of(sheet: Sheet) -> UprightSheet:
    return UprightSheet(
        sheet=sheet,
        planes=np.zeros((2, HEIGHT // 2, WIDTH), np.float32),
        baselines=(80.0, 160.0),
        starts=((60.0, 80.0),),
        names=(LeadName("aVR", 200.0, 50.0, 0.9),),
        pulses=(Pulse(20.0, 40.0, 40.0),),
        scale_texts=((300.0, 200.0, 340.0, 215.0),),
    )


def match() -> LayoutMatch:
    cells = tuple(
        PlacedCell(lead, sign, row, False, 0.0, 2.5, 60.0, 380.0, 80.0 + 80 * row)
        for row, (lead, sign) in enumerate((("I", 1), ("aVR", -1)))
    )
    return LayoutMatch("6x1", cells, Scale(25.0, "text"), Scale(10.0, "assumed"), 0.7, ("seen",), 2.5)


def drawn(pixels: Pixels) -> np.ndarray:
    """Where a picture of a white sheet is coloured, [H, W]."""
    return (pixels.max(axis=2).astype(int) - pixels.min(axis=2) > 60)[:HEIGHT]


def trace(y: Floats, confidence: float) -> Trace:
    return Trace(y, np.full(len(y), confidence, np.float32), 1.0, 80.0)


def test_photos_and_sheets_are_shown_as_they_are(sheet: Sheet) -> None:
    images = DebugImages()
    assert images.draw(Photo(sheet.pixels, Path("x.png"))) is sheet.pixels
    assert images.draw(sheet) is sheet.pixels


def test_landmarks_lie_on_the_sheet(sheet: Sheet) -> None:
    image = DebugImages().draw(page_of(sheet))
    assert image is not None
    assert image.shape[1:] == (WIDTH, 3)
    assert image.shape[0] > HEIGHT  # the legend stands below
    seen = drawn(image)
    assert seen[79:82, 250:390].any(axis=0).all()
    assert seen[5:60, 20].all()
    assert seen[5:60, 40].all()
    assert seen[66:76, 60].any()
    assert seen[200, 305:335].all()
    assert not seen[100:150, 300:390].any()


def test_a_page_without_landmarks_can_be_drawn(sheet: Sheet) -> None:
    page = replace(page_of(sheet), baselines=(), starts=(), names=(), pulses=(), scale_texts=())
    image = DebugImages().draw(page)
    assert image is not None
    assert not drawn(image).any()


def test_the_colour_of_a_trace_is_its_confidence(sheet: Sheet) -> None:
    images = DebugImages()
    images.draw(page_of(sheet))
    for confidence, (_, color) in zip((0.0, 0.4, 0.6, 0.9), CONFIDENCE_COLORS, strict=True):
        image = images.draw((trace(np.full(WIDTH, 120.0, np.float32), confidence),))
        assert image is not None
        assert np.abs(image[120, 200].astype(int) - color).max() < 30


def test_ink_that_was_not_read_lies_at_its_height(sheet: Sheet) -> None:
    images = DebugImages()
    ink = ExplainedInk(0.5, (), (InkStretch(100.0, 300.0, 150.0, 25.0, np.zeros((1, 2), np.float32)),))
    assert images.draw(ink) is None
    images.draw(page_of(sheet))
    image = images.draw(ink)
    assert image is not None
    assert drawn(image)[149:152, 105:295].any(axis=0).all()
    assert not drawn(image)[160:].any()


def test_a_trace_is_broken_where_nothing_was_seen(sheet: Sheet) -> None:
    y = np.full(WIDTH, 120.0, np.float32)
    y[100:200] = np.nan
    seen = drawn(debug_images.traces_image(sheet, [trace(y, 0.9)]))
    assert seen[120, 10:95].all()
    assert not seen[:, 105:195].any()


def test_neighbouring_confidences_leave_no_gap(sheet: Sheet) -> None:
    y = np.full(WIDTH, 120.0, np.float32)
    confidence = np.where(np.arange(WIDTH) % 7 < 3, 0.2, 0.9).astype(np.float32)
    assert drawn(debug_images.traces_image(sheet, [Trace(y, confidence, 1.0, 80.0)]))[120, 5:390].all()


def test_cells_lie_where_the_layout_puts_them(sheet: Sheet) -> None:
    images = DebugImages()
    images.draw(sheet)
    image = images.draw(match())
    assert image is not None
    seen = drawn(image)
    assert seen[85:110, 60].all()
    assert seen[85:110, 380].all()
    assert seen[80, 70:370].all()
    assert not seen[:, :55].any()


def test_what_needs_a_sheet_is_left_out_without_one() -> None:
    images = DebugImages()
    assert images.draw((trace(np.zeros(5, np.float32), 1.0),)) is None
    assert images.draw(match()) is None


def test_a_recording_is_redrawn_and_other_artifacts_have_no_picture() -> None:
    images = DebugImages()
    image = images.draw(Recording(np.zeros((12, 500), np.float32), 500.0))
    assert image is not None
    assert image.ndim == 3
    assert [images.draw(artifact) for artifact in (None, (), "gate", 0.5)] == [None] * 4
