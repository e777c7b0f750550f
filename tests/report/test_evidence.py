"""The photo of a report: upright, and in colour where the evidence for a finding lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from made_reports import report

from ecgimg.datamodel.page import PageGeometry
from ecgimg.errors import Cause, Refusal
from ecgimg.report.evidence import evidence_image, leading, weights_of


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


def test_a_photo_without_traces_shows_the_saliency_of_the_image_network(tmp_path: Path) -> None:
    made = report(tmp_path, read=False)
    assert made.screening is not None
    saliency = np.zeros((40, 60), np.float32)
    saliency[:, 40:] = 1.0
    image = evidence_image(replace(made, screening=replace(made.screening, saliency=saliency)))
    changed = np.abs(image.astype(int) - evidence_image(made).astype(int)).sum(axis=2) > 60
    assert changed[:, 430:].all()
    assert not changed[:, :370].any()
    refused = replace(made.screening, saliency=saliency, refusal=Refusal(Cause.NOT_AN_ECG))
    assert np.array_equal(evidence_image(replace(made, screening=refused)), evidence_image(made))
