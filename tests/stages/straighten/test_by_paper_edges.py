"""Pages without a grid: their edges, their rotation and their scale are found."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_pages import true_signals

from ecgimg.bench.common.signal_metrics import fit_page
from ecgimg.datamodel.page import Photo
from ecgimg.layouts import load_layout, load_layouts
from ecgimg.pipelines import page_search
from ecgimg.stages.assemble.assemble import assemble
from ecgimg.stages.landmarks.find import find_landmarks
from ecgimg.stages.layout.match import find_layout
from ecgimg.stages.layout.scales import LayoutOptions
from ecgimg.stages.printed_scales import read_scales
from ecgimg.stages.straighten import by_paper_edges as module
from ecgimg.stages.straighten.by_grid import by_grid
from ecgimg.stages.trace import trace
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import GridStyle, PageStyle
from ecgimg.synth.signals.sources import FS, Simulated
from ecgimg.synth.truth import Page


def bare_page() -> Page:
    style = PageStyle(px_per_mm=6.0, grid=GridStyle(kind="none"), separator="none")
    return render_page(Simulated(5).get(5).mv, FS, load_layout("3x4+1R"), style, np.random.default_rng(5))


def seen_corners(size: tuple[float, float], tilt: tuple[float, float, float], focal: float) -> np.ndarray:
    """Corners [4, 2] of a page of that width and height, turned by angles about three axes, seen by a camera of a focal
    length in widths of the page; about the picture's middle.
    """
    w, h = size
    corners = np.array([(-w, -h, 0), (w, -h, 0), (w, h, 0), (-w, h, 0)]) / 2
    turned = corners @ cv2.Rodrigues(np.deg2rad(np.array([tilt[0], tilt[1], 0.0])))[0].T
    turned = turned @ cv2.Rodrigues(np.deg2rad(np.array([0.0, 0.0, tilt[2]])))[0].T
    return np.asarray(turned[:, :2] / (turned[:, 2:] + 1.3 * focal * w) * focal * w)


def photograph(page: Page, degrees: float) -> Photo:
    """The page, turned and seen at a slant, on a dark table."""
    h, w = page.pixels.shape[:2]
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    seen = seen_corners((w, h), (14.0, -12.0, degrees), 1.0) + np.array([w, h]) / 2
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    pixels = cv2.warpPerspective(page.pixels, matrix, (w, h), borderValue=(60, 50, 45))
    return Photo(np.asarray(pixels, np.uint8), Path("page.png"))


@pytest.mark.parametrize("tilt", [(0.0, 0.0, 0.0), (25.0, 0.0, 0.0), (0.0, -25.0, 10.0), (15.0, 20.0, -4.0)])
@pytest.mark.parametrize("focal", [0.8, 1.3])
def test_a_slant_does_not_change_a_pages_shape(tilt: tuple[float, float, float], focal: float) -> None:
    """One vanishing point alone does not give the focal length: then a usual one is taken."""
    corners = seen_corners((2970.0, 2100.0), tilt, focal) + np.array([1499.5, 1099.5])
    width, height = module._size(corners.astype(np.float32), (2200, 3000))
    both = tilt[0] != 0 and tilt[1] != 0
    assert width / height == pytest.approx(297 / 210, rel=0.005 if both or not any(tilt) else 0.05)


def test_edges_meet_beyond_a_folded_corner() -> None:
    paper = np.zeros((600, 800), np.uint8)
    cv2.fillPoly(paper, [np.array([(100, 90), (640, 120), (700, 170), (690, 500), (90, 480)])], 255)
    outlines, _ = cv2.findContours(paper, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    rough = np.array([(101, 92), (688, 132), (690, 500), (90, 480)], np.int32)
    found = module._sharpened(outlines[0][:, 0], rough)
    meets = np.array([(100, 90), (700.6, 123.4), (690, 500), (90, 480)])
    np.testing.assert_allclose(found, meets, atol=1.5)


@pytest.mark.slow
@pytest.mark.parametrize("degrees", [0.0, 8.0])
def test_edges_and_pulses_replace_the_grid(degrees: float) -> None:
    page = bare_page()
    photo = photograph(page, degrees)
    assert by_grid(photo) is None
    sheet = page_search._by_paper_edges(photo)
    assert sheet.straightened_by == "page"
    assert sheet.pixels.shape[1] / 8.0 == pytest.approx(page.pixels.shape[1] / 6.0, rel=0.03)
    lying = find_landmarks(sheet)
    lines = trace(lying)
    match = find_layout(lying, lines, read_scales(lying), LayoutOptions(load_layouts()))
    assert match.layout_id == "3x4+1R"
    recording = assemble(lying.sheet, match.curves_of(lines), match, "page")
    assert any("no grid" in warning for warning in recording.warnings)
    assert fit_page(true_signals(page), recording.signals, FS).db > 8
