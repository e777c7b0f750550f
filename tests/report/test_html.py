"""The report as HTML: self-contained, safe, and with the evidence where it belongs."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from made_reports import recording, report
from PIL import Image

from ecgimg.api import Report
from ecgimg.datamodel.page import PageGeometry
from ecgimg.recording.recording import Recording
from ecgimg.report.ecg_svg import LEFT_MM, SPEED, drawn_rows, ecg_svg, scale_text, trace_path
from ecgimg.report.evidence import HUES, evidence_image, leading, weights_of
from ecgimg.report.html import report_html

VOID = {"meta", "img", "br", "path", "rect"}


class Balanced(HTMLParser):
    """Fails where a tag is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def html_of(made: Report) -> str:
    return report_html(made, made.result())


def checked(html: str) -> str:
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    return html


def test_one_file_that_loads_nothing(tmp_path: Path) -> None:
    html = checked(html_of(report(tmp_path)))
    assert "<script" not in html
    assert re.findall(r'(?:src|href)="(?!data:)', html) == []
    assert re.findall(r"url\((?!#)", html) == []
    assert html.count('<section class="page">') == 3
    assert html.count("This is no medical device") == 3


def test_what_a_reader_needs_stands_in_it(tmp_path: Path) -> None:
    html = html_of(report(tmp_path))
    for text in ("Atrial fibrillation", "92 %", "threshold 10 %", "signal 90 %", "image 70 %", "II 5.0&ndash;6.2 s"):
        assert text in html
    for text in ("Not visible: V4, V5, V6.", "agree on 1 of 1", "75 /min", "10 mm/mV (assumed)", "from the print"):
        assert text in html
    assert "a warning &amp; more" in html
    assert "page &lt;1&gt;" in html
    assert "<1>" not in html


def test_a_page_only_the_image_network_read_says_so(tmp_path: Path) -> None:
    html = checked(html_of(report(tmp_path, read=False)))
    assert "no grid &lt;found&gt;" in html
    assert "rest on the image network alone" in html
    assert "<svg" not in html
    assert html.count('<section class="page">') == 2


def test_the_photo_glows_where_a_finding_was_driven_from(tmp_path: Path) -> None:
    made = report(tmp_path)
    assert [f.code for f in leading(made)] == ["AFIB"]
    assert made.findings[0].signal is not None
    assert weights_of(made.findings[0].signal, "II") == ((5.0, 6.25, 1.0),)
    assert weights_of(made.findings[0].signal, "I") == ()
    whole = evidence_image(replace(made, findings=()))
    lit = np.abs(evidence_image(made).astype(int) - whole.astype(int)).sum(axis=2) > 60
    columns = np.flatnonzero(lit.any(axis=0))
    rows = np.flatnonzero(lit.any(axis=1))
    left = 40 - 0.1 * 499  # the crop begins a tenth of the traces' extent before them
    assert abs(columns.min() - (40 + 250 - max(left, 0))) < 12
    assert abs(columns.max() - (40 + 312 - max(left, 0))) < 12
    assert np.ptp(rows) < 30  # the strip glows, the column of the same lead does not


def test_a_photo_that_lies_on_its_side_is_shown_upright(tmp_path: Path) -> None:
    made = report(tmp_path)
    assert made.recording is not None
    assert made.recording.geometry is not None
    geometry: PageGeometry = made.recording.geometry
    height = made.photo.pixels.shape[0]
    turned = tuple((c, np.stack([p[:, 1], 600 - 1 - p[:, 0]], axis=1).astype(np.float32)) for c, p in geometry.curves)
    side = replace(
        made,
        photo=replace(made.photo, pixels=np.ascontiguousarray(np.rot90(made.photo.pixels))),
        recording=replace(made.recording, geometry=replace(geometry, rotation=90.0, curves=turned)),
    )
    assert height == 400
    assert np.array_equal(evidence_image(side), evidence_image(made))


def test_the_embedded_photo_is_a_jpeg(tmp_path: Path) -> None:
    data = re.search(r"data:image/jpeg;base64,([^\"]+)", html_of(report(tmp_path)))
    assert data is not None
    assert Image.open(io.BytesIO(base64.b64decode(data.group(1)))).format == "JPEG"


def test_rows_are_those_of_the_page_or_one_a_lead() -> None:
    rows = drawn_rows(recording())
    assert [[s.lead for s in row] for row in rows] == [
        ["I", "aVR", "V1"],
        ["II", "aVL", "V2"],
        ["III", "aVF", "V3"],
        ["II"],
    ]
    assert [row[0].lead for row in drawn_rows(replace(recording(), geometry=None))][:2] == ["I", "II"]


def test_the_drawing_is_in_true_size(tmp_path: Path) -> None:
    svg = ecg_svg(recording(), leading(report(tmp_path)), 150.0)
    assert 'height="150.0mm"' in svg
    ribbon = re.search(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]+rgb\(217', svg)
    assert ribbon is not None
    assert float(ribbon.group(1)) == LEFT_MM + 5 * SPEED
    assert float(ribbon.group(2)) == round(1.25 * SPEED, 2)
    assert f"rgb{HUES[0]}" in svg
    assert 'class="doubt"' in svg  # V3 is doubtful
    assert "nan" not in svg


def test_a_long_recording_is_drawn_smaller_and_says_so() -> None:
    long = Recording(np.zeros((12, 15000), np.float32), 500.0)
    assert "3 times smaller" in scale_text(long).replace("2.9", "3")
    width = re.search(r'width="([\d.]+)mm"', ecg_svg(long, (), 150.0))
    assert width is not None
    assert float(width.group(1)) < 280


def test_a_path_keeps_the_curve_within_its_tolerance() -> None:
    x = np.linspace(0, 50, 2000).astype(np.float32)
    y = np.sin(x).astype(np.float32)
    numbers = [int(n) for n in re.findall(r"-?\d+", trace_path(x, y))]
    points = np.cumsum(np.array(numbers).reshape(-1, 2), axis=0) / 100
    assert len(points) < 1000
    assert np.abs(np.interp(x, points[:, 0], points[:, 1]) - y).max() < 0.05
