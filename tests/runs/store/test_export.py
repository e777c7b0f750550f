"""Pages come out of a store as the recordings that went in, by condition and in any format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ecgimg
from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.record_name import record_name
from ecgimg.runs.store.export import _free_name, export_store
from ecgimg.runs.store.read import StoredPages, recording_of


def test_the_recordings_of_a_condition(store: str, tmp_path: Path) -> None:
    found = export_store(store, tmp_path, ("wfdb", "csv"), "name < 'page 03'", ExportOptions())
    assert (found.written, found.without_recording, found.failed) == (3, 1, {})  # bug.png is before page
    names = {f"page_0{k}{suffix}" for k in range(3) for suffix in (".hea", ".dat")} | {
        f"page 0{k}.csv" for k in range(3)
    }
    assert {path.name for path in tmp_path.iterdir()} == names
    recording = ecgimg.read(tmp_path / "page_00.hea")
    assert np.abs(recording.lead("I") - np.linspace(-1, 1, 5000)).max() < 0.0011
    assert np.isnan(recording.lead("II")).all()


def test_a_recording_has_its_confidence_and_its_picture(store: str) -> None:
    (row,) = StoredPages(store).rows(where="name == 'page 07'")
    recording = recording_of(row)
    assert recording is not None
    assert (recording.name, recording.layout_id) == ("page 07", "12x1")
    assert recording.source_sha256 == row["sha256"]
    assert (recording.lead_confidence("I"), recording.lead_confidence("II")) == (1.0, 0.0)


def test_findings_go_where_a_format_has_a_place_for_them(store: str, tmp_path: Path) -> None:
    export_store(store, tmp_path, ("fhir",), "name == 'page 01'", ExportOptions())
    assert "Atrial fibrillation" in (tmp_path / "page 01.fhir.json").read_text()


def test_options_of_the_files(store: str, tmp_path: Path) -> None:
    export_store(store, tmp_path, ("csv",), "name == 'page 01'", ExportOptions(fs=100, seconds=5))
    assert len((tmp_path / "page 01.csv").read_text().splitlines()) == 2 + 500


def test_what_is_no_store(store: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="is no store"):
        export_store(str(tmp_path), tmp_path, ("csv",), "", ExportOptions())
    with pytest.raises(UsageError, match="there is no column 'sureness'"):
        export_store(store, tmp_path, ("csv",), "sureness > 1", ExportOptions())
    (tmp_path / "_manifest.json").write_text("{}")
    with pytest.raises(UnreadableInputError, match="no manifest of a store of this version"):
        StoredPages(str(tmp_path))


def test_names_that_a_format_makes_the_same_have_a_hash() -> None:
    taken: set[str] = set()
    names = [_free_name(name, taken) for name in ("a b", "a_b", "ä b", "x" * 150, "x" * 151, "c")]
    assert (names[0], names[3], names[5]) == ("a b", "x" * 150, "c")
    assert len({record_name(name) for name in names}) == 6
