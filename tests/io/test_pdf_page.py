"""What a PDF draws is read where it is seen, and only so much of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.vector_page import VectorPage
from ecgimg.io import pdf_page
from ecgimg.io.images import read_page
from tests.vector_pdfs import write_pdf

LINE = b"100 100 m 200 100 l 200 150 l S"


def vector(path: Path) -> VectorPage:
    page = read_page(path).vector
    assert page is not None
    return page


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_lines_and_words_lie_where_they_are_drawn(tmp_path: Path, turned: int) -> None:
    drawing = LINE + b" BT /F 40 Tf 500 300 Td (II) Tj ET"
    photo = read_page(write_pdf(tmp_path / "a.pdf", [drawing], turned))
    assert photo.vector is not None
    (line,) = photo.vector.lines
    dark = np.argwhere(photo.pixels.min(axis=2) < 200)[:, ::-1]
    for point in np.concatenate([line, [[word.x, word.y] for word in photo.vector.words]]):
        assert np.abs(dark - point).max(axis=1).min() < 20
    near = np.abs(dark - line.mean(axis=0)).max(axis=1) < 400
    ends = [dark[near].min(axis=0), dark[near].max(axis=0)]
    np.testing.assert_allclose([line.min(axis=0), line.max(axis=0)], ends, atol=3.5)


def test_text_is_read_as_words(tmp_path: Path) -> None:
    page = vector(write_pdf(tmp_path / "a.pdf", [b"BT /F 9 Tf 50 50 Td (aVR 25 mm/s) Tj ET"]))
    assert [word.text for word in page.words] == ["aVR", "25", "mm/s"]
    assert "25 mm/s" in page.text


def test_lines_of_forms_are_moved_by_their_matrix(tmp_path: Path) -> None:
    page = vector(write_pdf(tmp_path / "a.pdf", [b"1 0 0 1 5 0 cm /X0 Do " + LINE], forms=(LINE,)))
    inner, outer = page.lines
    scale = 300 / 72
    np.testing.assert_allclose(np.diff(inner, axis=0), np.diff(outer, axis=0) * 2, atol=0.01)
    assert inner[0, 0] - outer[0, 0] == pytest.approx((2 * 100 + 10 - 100) * scale, abs=0.05)


def test_lines_outside_a_clip_and_fills_are_left_out(tmp_path: Path) -> None:
    drawing = b"q 0 0 150 400 re W n 100 100 m 120 110 l 140 100 l 200 100 l S Q 10 10 50 50 re f"
    (line,) = vector(write_pdf(tmp_path / "a.pdf", [drawing])).lines
    assert len(line) == 3


def test_bezier_curves_are_no_points(tmp_path: Path) -> None:
    assert vector(write_pdf(tmp_path / "a.pdf", [b"10 10 m 20 20 30 30 40 10 c S"])).lines == ()


@pytest.mark.parametrize("limit", ["MAX_OBJECTS", "MAX_POINTS"])
def test_a_page_of_too_many_lines_has_no_vector(tmp_path: Path, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_pdf(tmp_path / "a.pdf", [b"\n".join([LINE] * 5)])
    assert len(vector(path).lines) == 5
    monkeypatch.setattr(pdf_page, limit, 4)
    assert read_page(path).vector is None
