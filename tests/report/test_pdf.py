"""The PDF of a report: the text of the HTML, the ECG as lines in true size, one page and the details on the next."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from made_reports import recording, report

from ecgimg.report.ecg_svg import LEFT_MM, SPEED, ecg_svg

pytest.importorskip("reportlab", reason="the extra pdf is not installed")
import pypdfium2

from ecgimg.report.pdf import report_pdf, write_pdf
from ecgimg.report.pdf_ecg import points_of

MM = 72 / 25.4


def document(data: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(data)


def text_of(data: bytes, page: int) -> str:
    return document(data)[page].get_textpage().get_text_range()


def test_the_first_page_answers_and_the_second_has_the_details(tmp_path: Path) -> None:
    made = report(tmp_path)
    data = report_pdf(made, made.result())
    assert len(document(data)) == 2
    assert [round(side / MM) for side in document(data)[0].get_size()] == [297, 210]
    first, second = text_of(data, 0), text_of(data, 1)
    for text in ("Atrial fibrillation", "92 %", "75 /min", "no P wave", "Not visible: V4, V5, V6.", "aVR"):
        assert text in first
    for text in ("Measurements", "Warnings", "A warning & more."):
        assert text in second
    assert all("no medical device" in page for page in (first, second))


def test_the_ecg_is_drawn_as_lines_in_true_size(tmp_path: Path) -> None:
    made = report(tmp_path)
    page = document(report_pdf(made, made.result()))[0]
    boxes = [item.get_bounds() for item in page.get_objects() if item.type == pypdfium2.raw.FPDF_PAGEOBJ_PATH]
    widths = {round((right - left) / MM, 1) for left, _, right, _ in boxes}
    expected = LEFT_MM + 10 * SPEED + 6
    assert any(abs(width - expected) < 0.3 for width in widths), "the grid is as wide as the recording is long"
    assert any(abs(width - 10 * SPEED) < 0.6 for width in widths), "a strip of 10 s is 250 mm long"


def test_it_is_the_same_file_each_time_and_in_both_languages(tmp_path: Path) -> None:
    made = report(tmp_path)
    assert report_pdf(made, made.result()) == report_pdf(made, made.result())
    german = write_pdf(made, made.result(), tmp_path / "x.pdf", "de").read_bytes()
    assert "Vorhofflimmern" in text_of(german, 0)
    assert "Messwerte" in text_of(german, 1)


def test_a_page_without_a_signal_has_no_ecg(tmp_path: Path) -> None:
    made = report(tmp_path, read=False)
    first = text_of(report_pdf(made, made.result()), 0)
    assert "The leads could not be read" in first
    assert "aVR" not in first


def test_paths_of_the_drawing_are_read_as_they_are_drawn() -> None:
    assert list(points_of("M2 5h1.5v-10l3 4 1 1M0 0H7V3")) == [
        (True, 2, 5), (False, 3.5, 5), (False, 3.5, -5), (False, 6.5, -1), (False, 7.5, 0),
        (True, 0, 0), (False, 7, 0), (False, 7, 3),
    ]  # fmt: skip
    for data in re.findall(r'<path d="([^"]+)" class="sure"', ecg_svg(recording(), (), 116.0)):
        points = np.array([(x, y) for _, x, y in points_of(data)])
        assert np.isfinite(points).all()
        assert (np.diff(points[:, 0]) >= 0).all()
