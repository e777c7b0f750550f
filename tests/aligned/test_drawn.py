"""The record of a drawn page: its four parts are those of the page and its signal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ecgimg.aligned.record import read_arrays, read_record
from ecgimg.schemas.aligned import AlignedRecord
from ecgimg.synth.storage import StoredPage, read_page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("drawn_set")]


@pytest.fixture
def record(drawn_set: Path) -> AlignedRecord:
    return read_record(drawn_set / "pages/000000.aligned.json")


@pytest.fixture
def truth(drawn_set: Path) -> StoredPage:
    return read_page(drawn_set / "pages/000000.json")


def test_places_and_scales_are_those_of_the_page(drawn_set: Path, record: AlignedRecord, truth: StoredPage) -> None:
    page, stored = record.page, json.loads((drawn_set / "pages/000000.json").read_text())
    assert page is not None
    assert page.exact
    assert (page.paper_speed, page.gain, page.layout) == (truth.paper_speed, truth.gain, truth.layout.id)
    assert [cell.lead for cell in page.cells] == [curve.cell.lead for curve in truth.curves]
    assert [(one.text, one.kind, one.lead) for one in page.texts] == [(t.text, t.kind, t.lead) for t in truth.texts]
    for one, other in zip(page.texts, truth.texts, strict=True):
        np.testing.assert_allclose(one.corners, other.corners, atol=2e-3)
    for outline, other in zip(page.pulses, stored["pulses"], strict=True):
        np.testing.assert_allclose(outline, other, atol=2e-3)


def test_the_mask_is_what_the_curves_show(drawn_set: Path, record: AlignedRecord, truth: StoredPage) -> None:
    arrays = read_arrays(record, drawn_set / "pages")
    shown = np.zeros(arrays["signal"].shape, bool)
    for curve in truth.curves:
        row = list(record.waveform.leads).index(curve.cell.lead)
        shown[row, np.rint(curve.time[curve.visible] * 500).astype(int)] = True
    np.testing.assert_array_equal(arrays["shown"], shown)
    assert 0 < shown.mean() < 1
    np.testing.assert_array_equal(arrays["confidence"], np.isfinite(arrays["signal"]))


def test_words_and_codes_of_the_source_stand_beside_ours(record: AlignedRecord, truth: StoredPage) -> None:
    stated = record.statements
    assert (stated.labels, stated.report) == (truth.labels, truth.text)
    assert stated.conclusion in stated.interpretation
    assert {one.verdict.value for one in stated.rules} >= {"met", "not met"}
    assert all(one.evidence for one in stated.rules)


def test_beats_are_measured_on_the_whole_signal(record: AlignedRecord) -> None:
    beats = record.beats
    assert len(beats.times) >= 5
    assert {lead: len(one.beats) for lead, one in beats.leads.items()}.keys() == record.waveform.leads.keys()
    rate = next(one.value for one in beats.figures if one.name == "heart rate")
    assert rate == pytest.approx(60 / np.median(np.diff(beats.times)), rel=0.1)
