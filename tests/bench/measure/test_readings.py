"""Readings of drawn pages are kept, and taken from their folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgimg.bench.measure import readings
from ecgimg.bench.measure.readings import READ_BY, Reading, RecordJob, claim_readings, read_before, reading_of
from ecgimg.datamodel.page import PageGeometry, Scale
from ecgimg.errors import UsageError
from ecgimg.networks.manifest import list_weights
from ecgimg.recording.recording import Recording
from ecgimg.stages.measure.lead_beats import resolution_ms


def page(px_per_mm: float = 4.0) -> Recording:
    """A recording of a page whose second half is not seen."""
    signals = np.random.default_rng(3).normal(0, 0.3, (12, 1000)).astype(np.float32)
    signals[:, 500:] = np.nan
    confidence = np.where(np.isfinite(signals), 0.7, 0).astype(np.float32)
    geometry = PageGeometry(px_per_mm, 0.4, "grid", Scale(50.0, "text"), Scale(10.0, "assumed"), ())
    return Recording(signals, 500.0, confidence, "12", geometry=geometry)


def job(folder: Path) -> RecordJob:
    return RecordJob("ptbxl:x", "photo", 12, str(folder), 9)


def test_a_page_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(readings, "_read_page", lambda job: read.append(job) or Reading(page()))
    first, second = reading_of(job(tmp_path)).recording, reading_of(job(tmp_path)).recording
    assert len(read) == 1
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(second.signals, page().signals)
    np.testing.assert_array_equal(second.confidences, page().confidences)
    assert (second.fs, second.name, resolution_ms(second)) == (500.0, "12", resolution_ms(page()))


def test_pages_that_were_not_read_can_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_read_page", lambda job: Reading(page()))
    reading_of(job(tmp_path))
    others = [replace(job(tmp_path), record=13), replace(job(tmp_path), record=13, kind="clean")]
    assert read_before([job(tmp_path), *others]) == [job(tmp_path), others[1]]


def test_a_refusal_is_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_read_page", lambda job: Reading(None, "no layout fits"))
    reading_of(job(tmp_path))
    monkeypatch.undo()
    assert reading_of(job(tmp_path)) == Reading(None, "no layout fits")


def test_readings_of_other_networks_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claim_readings(tmp_path, ["clean", "photo"])
    claim_readings(tmp_path, ["clean"])
    changed = {name: [replace(w, sha256="0") if w.name == name else w for w in list_weights()] for name in
               ("delineation", "trace")}  # fmt: skip
    monkeypatch.setattr(readings, "list_weights", lambda: changed["delineation"])
    claim_readings(tmp_path, ["photo"])
    monkeypatch.setattr(readings, "list_weights", lambda: changed["trace"])
    with pytest.raises(UsageError, match="another benchmark"):
        claim_readings(tmp_path, ["photo"])


def test_networks_that_read_pages_are_packaged() -> None:
    assert {*READ_BY} < {weight.name for weight in list_weights()}
