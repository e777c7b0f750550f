"""One channel of a file, whatever its unit, or a strip of a recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_recordings import whole

from ecgimg.errors import UnreadableInputError
from ecgimg.recording.waveform import Waveform, lead_waveform, read_waveform

HEADER = "p 2 125 4\np.dat 16 1000(0)/mV 16 0 0 0 0 II\np.dat 16 100(0)/NU 16 0 0 0 0 Pleth\n"


def test_a_channel_of_a_table_is_found_by_its_name_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("time_s,II,Pleth\n0.00,1,5\n0.01,2,\n0.02,3,7\n", encoding="utf-8")
    wave = read_waveform(path, "pleth")
    assert (wave.fs, wave.name) == (100.0, "p")
    np.testing.assert_array_equal(wave.samples, [5, np.nan, 7])


def test_a_channel_of_wfdb_may_have_any_unit(tmp_path: Path) -> None:
    (tmp_path / "p.hea").write_text(HEADER, encoding="ascii")
    samples = np.array([[0, 100], [0, 250], [0, -50], [0, 0]], "<i2")
    (tmp_path / "p.dat").write_bytes(samples.tobytes())
    wave = read_waveform(tmp_path / "p.hea", "PLETH")
    assert wave.fs == 125
    np.testing.assert_allclose(wave.samples, [1, 2.5, -0.5, 0])


def test_a_strip_of_a_recording_is_a_waveform() -> None:
    recording = whole()
    np.testing.assert_array_equal(lead_waveform(recording, "ii").samples, recording.lead("II"))
    with pytest.raises(UnreadableInputError, match="pleth"):
        lead_waveform(recording, "pleth")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("time_s,flow\n0.00,1\n0.01,2\n", encoding="utf-8")
    with pytest.raises(UnreadableInputError, match="no channel 'pleth', only flow"):
        read_waveform(path, "pleth")
    (tmp_path / "p.txt").write_text("no signals", encoding="utf-8")
    with pytest.raises(UnreadableInputError, match="no file of signals"):
        read_waveform(tmp_path / "p.txt", "pleth")


@pytest.mark.parametrize("samples", [np.zeros(0, np.float32), np.array([1, np.inf], np.float32), np.zeros(3)])
def test_a_waveform_rejects_what_cannot_be(samples: np.ndarray) -> None:
    with pytest.raises(ValueError, match="samples are"):
        Waveform(samples, 100)
