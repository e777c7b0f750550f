"""The redrawn ECG: rows of the page, true size, evidence under the traces."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from made_reports import recording, report

from ecgimg.recording.recording import Recording
from ecgimg.report.ecg_svg import LEFT_MM, SPEED, drawn_rows, ecg_svg, scale_text, trace_path
from ecgimg.report.evidence import HUES, leading


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
    ribbon = re.search(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]+rgb\(213', svg)
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
