"""PDFs that draw their curves are read from these; all others from their pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.page import Photo
from ecgimg.datamodel.vector_page import VectorPage
from ecgimg.io.images import read_page
from ecgimg.layouts import load_layouts
from ecgimg.options import PageOptions
from ecgimg.pipelines.digitize import STEPS, Digitized, digitize_photo
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.pipelines.vector_page import VectorReading, read_vector
from ecgimg.stages.layout.scales import LayoutOptions
from tests.vector_pdfs import VectorStyle, drawn_samples, vector_pdf


def digitized(path: Path, page: int = 1) -> Digitized:
    return digitize_photo(read_page(path, page), PageOptions(), "page", StepRunner(None, STEPS))


def reading(photo: Photo) -> VectorReading | None:
    return read_vector(photo, LayoutOptions(load_layouts()), StepRunner(None, STEPS))


@pytest.mark.parametrize(
    ("layout", "style"),
    [
        ("3x4+1R", VectorStyle()),
        ("3x4+1R", VectorStyle(rate=500)),
        ("3x4+1R", VectorStyle(rate=125, joined=False, headline="")),
        ("3x4-cabrera", VectorStyle()),
        ("6x2", VectorStyle()),
        ("12x1", VectorStyle()),
        ("3x4+1R", VectorStyle(gain=5.0, headline="25 mm/s 5 mm/mV")),
    ],
    ids=["plain", "500 Hz", "single lines", "cabrera", "6x2", "12x1", "5 mm/mV"],
)
def test_the_samples_are_the_points_that_are_drawn(tmp_path: Path, layout: str, style: VectorStyle) -> None:
    made = digitized(vector_pdf(tmp_path / "page.pdf", layout, style))
    assert made.sheet.straightened_by == "vector"
    assert made.match.layout_id == layout
    assert (made.match.paper_speed.value, made.match.gain.value) == (style.speed, style.gain)
    if style.headline:
        assert made.match.paper_speed.source == "text"
        assert ("text", style.gain) in {(one.source, one.value) for one in made.match.gain.witnesses}
    drawn = drawn_samples(layout, style)
    known = np.isfinite(drawn)
    assert np.abs(made.recording.signals[known] - drawn[known]).max() <= 0.002


def test_each_page_of_a_document_is_read(tmp_path: Path) -> None:
    path = vector_pdf(tmp_path / "two.pdf", pages=2)
    for page in (1, 2):
        photo = read_page(path, page)
        assert (photo.page, photo.pages) == (page, 2)
        assert reading(photo) is not None


@pytest.mark.parametrize(
    "style", [VectorStyle(has_grid=False), VectorStyle(has_curves=False)], ids=["no grid", "no curves"]
)
def test_a_page_that_proves_no_ecg_is_left_to_its_pixels(tmp_path: Path, style: VectorStyle) -> None:
    assert reading(read_page(vector_pdf(tmp_path / "page.pdf", style=style))) is None


def test_a_scan_in_a_pdf_is_left_to_its_pixels(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "scan.pdf"
    Image.fromarray(np.full((400, 600, 3), 255, np.uint8)).save(path)
    photo = read_page(path)
    assert photo.vector is not None
    assert photo.vector.lines == ()
    assert reading(photo) is None


def test_a_scan_with_a_trend_drawn_on_it_is_left_to_its_pixels(tmp_path: Path) -> None:
    photo = read_page(vector_pdf(tmp_path / "page.pdf"))
    assert photo.vector is not None
    curves = [line for line in photo.vector.lines if len(line) > 100]
    grid = [line for line in photo.vector.lines if len(line) == 2]
    mixed = VectorPage((*grid, curves[0]), photo.vector.words, photo.vector.text, photo.vector.px_per_mm)
    assert reading(Photo(photo.pixels, photo.source, vector=mixed)) is None
