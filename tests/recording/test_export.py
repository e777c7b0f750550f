"""What files hold: rate, length, filling and notes, each only where asked for."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_recordings import columns, whole
from made_reports import recording as read_from_a_page
from scipy.io import loadmat

from ecgimg.errors import OutputError
from ecgimg.recording.csv_table import write_csv
from ecgimg.recording.export import export, in_microvolts, provenance
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.formats import FORMAT_NAMES, recording_format
from ecgimg.recording.generated import runs_of
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording


def test_the_defaults_leave_a_recording_as_it_is() -> None:
    made = columns()
    held = export(made)
    assert held.signals is made.signals
    assert (held.fs, held.notes, held.name) == (500.0, (), "columns")


def test_another_rate_keeps_times_and_unknown_stretches() -> None:
    times = np.arange(5000) / 500
    signals = np.tile(np.sin(2 * np.pi * 3 * times), (12, 1)).astype(np.float32)
    signals[0, :1250] = np.nan
    held = export(Recording(signals, 500.0), ExportOptions(fs=360))
    assert (held.fs, held.signals.shape) == (360, (12, 3600))
    assert np.isnan(held.signals[0, :900]).all()
    assert np.isfinite(held.signals[0, 901:]).all()
    inner = slice(1000, 3500)
    wanted = np.sin(2 * np.pi * 3 * np.arange(3600) / 360)
    np.testing.assert_allclose(held.signals[1, inner], wanted[inner], atol=0.01)
    assert held.notes == ("resampled from 500 Hz to 360 Hz, polyphase filter",)
    assert not held.confidences[np.isnan(held.signals)].any()


def test_lengths_are_cut_and_padded_with_unknown_samples() -> None:
    assert export(whole(), ExportOptions(seconds=4)).signals.shape == (12, 2000)
    longer = export(whole(), ExportOptions(seconds=12))
    assert longer.signals.shape == (12, 6000)
    assert np.isnan(longer.signals[:, 5000:]).all()
    assert not longer.confidences[:, 5000:].any()


def test_filling_is_counted_and_an_empty_lead_is_not_interpolated() -> None:
    signals = np.zeros((12, 10), np.float32)
    signals[0] = [np.nan, 1, np.nan, np.nan, 4, 5, np.nan, 7, 8, np.nan]
    signals[5] = np.nan
    made = Recording(signals, 500.0)
    lines = export(made, ExportOptions(fill="interpolate"))
    assert lines.signals[0].tolist() == [1, 1, 2, 3, 4, 5, 6, 7, 8, 8]
    assert np.isnan(lines.signals[5]).all()
    assert "5 of 120 samples were unknown and are filled: straight lines" in lines.notes[0]
    zeros = export(made, ExportOptions(fill="zero"))
    assert np.isfinite(zeros.signals).all()
    assert not zeros.confidences[np.isnan(signals)].any()
    assert "15 of 120" in zeros.notes[0]


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_every_file_says_that_samples_were_filled(name: str, tmp_path: Path) -> None:
    pytest.importorskip("pydicom")
    pytest.importorskip("pyedflib")
    path = recording_format(name).write(export(columns(), ExportOptions(fill="zero")), tmp_path, "x")
    if name == "mat":
        from scipy.io import loadmat

        text = str(loadmat(path)["notes"])
    else:
        text = path.read_bytes().replace(b"\0", b"").decode("latin-1")
    assert "samples were unknown and" in text
    assert np.isfinite(read_recording(path).signals).all()


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_microvolts_are_read_as_microvolts(name: str, tmp_path: Path) -> None:
    pytest.importorskip("pydicom")
    pytest.importorskip("pyedflib")
    made = columns()
    path = recording_format(name).write(export(made, ExportOptions(units="uV")), tmp_path, "x")
    found = read_recording(path)
    assert found.warnings == ()
    np.testing.assert_allclose(found.signals, made.signals, atol=0.00051)


def test_a_table_in_microvolts_gives_its_unit(tmp_path: Path) -> None:
    path = write_csv(export(whole(2), ExportOptions(units="uV")), tmp_path / "x.csv")
    first, *rows = path.read_text().splitlines()
    assert first == "# units: uV"
    assert float(next(csv.DictReader(rows))["I"]) == pytest.approx(1000 * whole(2).signals[0, 0], abs=0.051)


def test_numbers_of_16_bit_are_cut_and_a_note_says_so() -> None:
    assert in_microvolts(np.array([np.nan, 0.0015, 40, -40], np.float32)).tolist() == [-32768, 2, 32767, -32767]
    signals = whole(2).signals.copy()
    signals[0, 0] = 33
    assert export(Recording(signals, 500.0)).notes == ("voltages beyond 32.767 mV are cut in formats of 16 bit",)


def test_the_date_is_the_users_or_said_to_be_unknown() -> None:
    dated = export(whole(2), ExportOptions.model_validate({"recorded": "2020-02-03T04:05"}))
    assert (dated.recorded.year, provenance(dated)) == (2020, ())
    assert provenance(export(whole(2))) == ("the date of the ECG is not known: times are those of writing",)


def test_runs() -> None:
    assert runs_of(np.array([True, True, False, True])) == ((0, 2), (3, 4))
    assert runs_of(np.zeros(3, bool)) == ()


def test_nothing_known_is_one_error() -> None:
    with pytest.raises(OutputError, match="no sample of any lead is known"):
        export(Recording(np.full((12, 9), np.nan, np.float32), 500.0)).known_rows()


@pytest.mark.parametrize("value", [{"fs": 0}, {"seconds": -1}, {"units": "V"}, {"fill": "mean"}, {"sex": "x"}])
def test_values_that_cannot_be(value: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(value))):
        ExportOptions.model_validate(value)


@pytest.mark.parametrize("text", ["a\\b", "a\nb", "x" * 65])
def test_patient_texts_that_a_file_cannot_hold(text: str) -> None:
    with pytest.raises(ValueError, match="patient_id"):
        ExportOptions(patient_id=text)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_files_have_the_origin_of_the_recording_where_they_can(tmp_path: Path, name: str) -> None:
    made = replace(read_from_a_page(), source_sha256="abc123")
    path = recording_format(name).write(export(made), tmp_path, "x")
    text = str(loadmat(path)["notes"].tolist()) if name == "mat" else path.read_bytes().decode("latin-1")
    for line in ("picture: sha256 abc123", "layout: 3x4+1R", "paper speed: 25 mm/s (text)", "gain: 10 mm/mV (assumed)"):
        assert (line in text) is (name != "csv")
