"""The report as HTML: self-contained, safe, and with the evidence where it belongs."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path

from made_reports import report
from PIL import Image

from ecgimg.api import Report
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


def test_measurements_stand_with_their_uncertainty_or_their_reason(tmp_path: Path) -> None:
    html = html_of(report(tmp_path))
    assert "<dt>QRS duration</dt><dd>96 ms</dd>" in html
    assert "<tr><td>QRS duration</td><td>96 ms</td><td>8.0</td></tr>" in html
    assert "<dt>PR interval</dt><dd>&ndash;</dd>" in html
    assert "<td>no P wave</td>" in html
    assert "No signal to measure." in html_of(report(tmp_path, read=False))


def test_a_page_only_the_image_network_read_says_so(tmp_path: Path) -> None:
    html = checked(html_of(report(tmp_path, read=False)))
    assert "no grid &lt;found&gt;" in html
    assert "rest on the image network alone" in html
    assert "<svg" not in html
    assert html.count('<section class="page">') == 2


def test_the_embedded_photo_is_a_jpeg(tmp_path: Path) -> None:
    data = re.search(r"data:image/jpeg;base64,([^\"]+)", html_of(report(tmp_path)))
    assert data is not None
    assert Image.open(io.BytesIO(base64.b64decode(data.group(1)))).format == "JPEG"
