"""Calipers on the redrawn ECG and on the photo: as long as their interval, under the trace of their lead."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_reports import recording, report

from ecgimg.findings.calipers import Caliper
from ecgimg.report import evidence
from ecgimg.report.calipers import draw_calipers
from ecgimg.report.ecg_svg import LEFT_MM, SPEED, ecg_svg

LAID = (
    Caliper("PR", "II", 6.2, 6.36, "PR 160 ms"),
    Caliper("QRS", "II", 6.36, 6.45, "QRS 90 ms"),
    Caliper("QT", "II", 6.36, 6.75, "QT 390 ms"),
)


def bars(svg: str) -> list[tuple[float, float, float]]:
    """y, first and last x of each caliper."""
    found = re.findall(r'M([\d.]+) ([\d.]+)H([\d.]+)" class="caliper"', svg)
    return [(float(y), float(x0), float(x1)) for x0, y, x1 in found]


def test_they_are_redrawn_in_true_size_in_the_row_of_the_strip() -> None:
    svg = ecg_svg(recording(), (), 150.0, LAID)
    lines = bars(svg)
    assert [x0 for _, x0, _ in lines] == [pytest.approx(LEFT_MM + one.start * SPEED, abs=0.01) for one in LAID]
    assert [x1 for _, _, x1 in lines] == [pytest.approx(LEFT_MM + one.end * SPEED, abs=0.01) for one in LAID]
    assert all(150 * 3 / 4 < y < 150 for y, _, _ in lines), "the strip is the last of four rows"
    assert lines[0][0] == lines[1][0] > lines[2][0]
    assert "QRS 90 ms</text>" in svg
    assert bars(ecg_svg(recording(), (), 150.0)) == []


def test_a_beat_that_no_row_shows_whole_has_none() -> None:
    cut = tuple(replace(one, lead="V1", start=one.start + 1.2, end=one.end + 1.2) for one in LAID)
    assert bars(ecg_svg(recording(), (), 150.0, cut)) == []


def test_they_lie_on_the_photo_under_the_points_that_were_read() -> None:
    geometry = recording().geometry
    assert geometry is not None
    canvas = np.full((400, 600, 3), 255, np.uint8)
    draw_calipers(canvas, geometry.curves[-1:], LAID[2:])
    dark = canvas[..., 0] < 128
    first, last = round(40 + 6.36 * 50), round(40 + 6.75 * 50)
    assert dark[:, first + 2 : last - 2].sum(axis=0).tolist() == [1] * (last - first - 4), "a bar between the two ends"
    assert not dark[:, : first - 2].any()
    assert not dark[:317].any()
    cut = np.full_like(canvas, 255)
    draw_calipers(cut, geometry.curves[:1], tuple(replace(one, lead="I") for one in LAID))
    assert (cut == 255).all(), "the cell of I ends at 2.5 s"


def test_the_photo_of_a_report_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = evidence.evidence_image(report(tmp_path))
    monkeypatch.setattr(evidence, "calipers", lambda measured: LAID)
    changed = np.argwhere((evidence.evidence_image(report(tmp_path)) != plain).any(axis=2))
    assert len(changed) > 50
