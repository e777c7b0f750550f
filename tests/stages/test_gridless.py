"""Pages without a grid: their edges, their turn and their scale are found, or they are refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ecgimg.errors import RefusedError
from ecgimg.layouts import load_layout, load_layouts
from ecgimg.signal_metrics import fit_page
from ecgimg.stages.assemble import assemble
from ecgimg.stages.gridless import lie_flat
from ecgimg.stages.landmarks import find_landmarks
from ecgimg.stages.layout import LayoutOptions, find_layout
from ecgimg.stages.rectify import rectify
from ecgimg.stages.trace import trace
from ecgimg.stages.words import read_scales
from ecgimg.synth.page import render_page
from ecgimg.synth.signals import FS, Simulated
from ecgimg.synth.style import GridStyle, PageStyle
from ecgimg.synth.truth import Page
from ecgimg.types import Photo

from .pages import true_signals


def bare_page() -> Page:
    style = PageStyle(px_per_mm=6.0, grid=GridStyle(kind="none"), separator="none")
    return render_page(Simulated(5).get(5).mv, FS, load_layout("3x4+1R"), style, np.random.default_rng(5))


def photograph(page: Page, degrees: float) -> Photo:
    """The page, turned and seen at a slant, on a dark table."""
    h, w = page.pixels.shape[:2]
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    slanted = corners + np.array([(60, 40), (-40, 10), (0, 0), (20, -30)], np.float32)
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    seen = cv2.transform(slanted[None], turn)[0].astype(np.float32) + 120
    matrix = cv2.getPerspectiveTransform(corners, seen)
    pixels = cv2.warpPerspective(page.pixels, matrix, (w + 240, h + 240), borderValue=(60, 50, 45))
    return Photo(np.asarray(pixels, np.uint8), Path("page.png"))


@pytest.mark.parametrize("degrees", [0.0, 8.0])
def test_edges_and_pulses_replace_the_grid(degrees: float) -> None:
    page = bare_page()
    photo = photograph(page, degrees)
    assert rectify(photo) is None
    sheet = lie_flat(photo)
    assert sheet.straightened_by == "page"
    assert sheet.pixels.shape[1] / 8.0 == pytest.approx(page.pixels.shape[1] / 6.0, rel=0.08)
    lying = find_landmarks(sheet)
    lines = trace(lying)
    match = find_layout(lying, lines, read_scales(lying), LayoutOptions(load_layouts()))
    assert match.layout_id == "3x4+1R"
    recording = assemble(lying.sheet, lines, match, "page")
    assert any("no grid" in warning for warning in recording.warnings)
    assert fit_page(true_signals(page), recording.signals, FS).db > 8


def test_a_page_without_marks_is_refused() -> None:
    blank = Photo(np.full((700, 900, 3), 230, np.uint8), Path("blank.png"))
    with pytest.raises(RefusedError, match="no ECG grid found, nor"):
        lie_flat(blank)
