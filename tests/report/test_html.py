"""The report as HTML: self-contained, safe, and with the evidence where it belongs."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from made_corrections import corrections
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
    assert html.count('<div class="sheet') == 2
    assert html.count("This is no medical device") == 2


def test_the_first_part_answers_before_the_ecg_and_the_details(tmp_path: Path) -> None:
    first = html_of(report(tmp_path)).partition('<section class="ecg">')[0]
    for text in (
        '<p class="normal">Atrial fibrillation</p>',
        "Rhythm",
        "75 /min",
        "Atrial fibrillation",
        "92 %",
        "likely",
        "seen in II 5.0\u20136.2 s",
    ):
        assert text in first
    for text in ("signal 90 %", "image 70 %", "9 of 12 leads read", "Not visible: V4"):
        assert text in first
    assert "Assumed, not read: 10 mm/mV." in first
    assert "no P wave" in first


def test_the_details_have_all(tmp_path: Path) -> None:
    html = html_of(report(tmp_path))
    details = html.partition('class="sheet details"')[2]
    for text in ("Sinus rhythm", "agree on 1 of 1", "10 mm/mV (assumed)", "from the print", "A warning &amp; more."):
        assert text in details
    assert "page &lt;1&gt;" in html
    assert "<1>" not in html


def test_measurements_stand_with_their_uncertainty_or_their_reason(tmp_path: Path) -> None:
    html = html_of(report(tmp_path))
    assert "<dt>QRS duration</dt><dd>96 ms <small>\u00b1 8</small></dd>" in html
    assert re.search(r">QRS duration</th><td[^>]*>96 ms</td><td[^>]*>8\.0</td>", html)
    assert "<dt>PR interval</dt><dd>\u2013 <small>no P wave</small></dd>" in html
    assert "Rhythm: not measured" in html_of(report(tmp_path, read=False))


def test_a_page_only_the_image_network_read_says_so(tmp_path: Path) -> None:
    html = checked(html_of(report(tmp_path, read=False)))
    assert "no grid &lt;found&gt;" in html
    assert "rest on the image network alone" in html
    assert "<svg" not in html


def test_what_the_user_corrected_is_named_and_marked(tmp_path: Path) -> None:
    made = report(tmp_path)
    assert made.recording is not None
    by_user = np.zeros(made.recording.signals.shape, bool)
    by_user[0, 500:750] = True
    changes = corrections({"kind": "redraw", "row": 1, "points": [[1, 2], [3, 4]]})
    drawn = replace(
        made,
        recording=replace(made.recording, corrected=by_user),
        settings=made.settings.model_copy(update={"corrections": changes}),
    )
    html = checked(html_of(drawn))
    assert "a stretch of row 1 redrawn" in html
    assert "Drawn or erased: I 1.00\u20131.50 s (marked U" in html
    assert 'class="user"' in html
    assert ">U</text>" in html
    assert 'class="user"' not in html_of(made)


def test_the_embedded_photo_is_a_jpeg(tmp_path: Path) -> None:
    data = re.search(r"data:image/jpeg;base64,([^\"]+)", html_of(report(tmp_path)))
    assert data is not None
    assert Image.open(io.BytesIO(base64.b64decode(data.group(1)))).format == "JPEG"
