"""EDF+: read by pyedflib, gaps as annotations, rates that it can't hold, and hostile files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_recordings import columns, whole

from ecgimg.errors import OutputError, UnreadableInputError
from ecgimg.recording.edf_file import write_edf
from ecgimg.recording.export import Interpretation, Measured, export
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording

pyedflib = pytest.importorskip("pyedflib")


def test_pyedflib_reads_samples_and_gaps(tmp_path: Path) -> None:
    made = columns()
    held = Interpretation((Measured("heart rate", 72, "/min"),))
    path = write_edf(export(made, ExportOptions(patient_id="7", sex="F"), held), tmp_path / "x.edf")
    assert [one.name for one in tmp_path.iterdir()] == ["x.edf"]
    with pyedflib.EdfReader(str(path)) as file:
        assert file.getSignalLabels() == [f"ECG {lead}" for lead in made.leads]
        assert (file.getPatientCode(), file.getSex()) == ("7", "Female")
        for k, row in enumerate(made.signals):
            known = np.isfinite(row)
            values = file.readSignal(k)
            np.testing.assert_allclose(values[known], row[known], atol=0.00051)
            np.testing.assert_allclose(values[~known], -32.768)
        onsets, seconds, texts = file.readAnnotations()
    gaps = sorted(
        (float(t), float(d)) for t, d, text in zip(onsets, seconds, texts, strict=True) if text == "unknown@@ECG V1"
    )
    assert gaps == [(0.0, 5.0), (7.5, 2.5)]
    assert "heart rate 72 /min" in texts
    assert float(onsets[list(texts).index("end of recording")]) == 10.0


@pytest.mark.parametrize(("fs", "length"), [(500.0, 1001), (257.5, 1001), (333.0, 700), (128.0, 129)])
def test_rate_and_length_come_back(fs: float, length: int, tmp_path: Path) -> None:
    signals = np.random.default_rng(0).normal(0, 0.5, (12, length)).astype(np.float32)
    path = write_edf(export(Recording(signals, fs)), tmp_path / "x.edf")
    found = read_recording(path)
    assert (found.fs, found.signals.shape) == (fs, (12, length))
    np.testing.assert_allclose(found.signals, signals, atol=0.00051)


def test_what_edf_cannot_hold_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"EDF\+ can't hold a rate of 499\.98"):
        write_edf(export(whole(2, 499.98765)), tmp_path / "x.edf")
    signals = whole(2).signals.copy()
    signals[:, ::2] = np.nan
    with pytest.raises(OutputError, match=r"EDF\+ can't hold \d+ annotations of gaps"):
        write_edf(export(Recording(signals, 500.0)), tmp_path / "x.edf")
    assert list(tmp_path.iterdir()) == []


def test_microvolts_without_a_unit_are_found_out(tmp_path: Path) -> None:
    path = write_edf(export(whole(2), ExportOptions(units="uV")), tmp_path / "x.edf")
    data = path.read_bytes()
    assert data.count(b"uV      ") == 12
    path.write_bytes(data.replace(b"uV      ", b"        "))
    found = read_recording(path)
    np.testing.assert_allclose(found.signals, whole(2).signals, atol=0.00051)
    assert "taken as microvolts" in found.warnings[0]


@pytest.mark.parametrize(
    ("at", "new"),
    [
        (236, b"1000000000"[:8]),
        (236, b"-5      "),
        (244, b"0       "),
        (252, b"9999"),
        (252, b"0   "),
        (184, b"7       "),
    ],
)
def test_hostile_headers_are_one_error(at: int, new: bytes, tmp_path: Path) -> None:
    path = write_edf(export(whole(2)), tmp_path / "x.edf")
    data = bytearray(path.read_bytes())
    data[at : at + len(new)] = new
    path.write_bytes(bytes(data))
    with pytest.raises(UnreadableInputError, match="damaged or no ECG") as caught:
        read_recording(path)
    assert "\n" not in str(caught.value)
