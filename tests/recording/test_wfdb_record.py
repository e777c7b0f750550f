"""WFDB records: what the package wfdb reads is what was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import PageGeometry, Scale
from ecgimg.recording.export import INVALID
from ecgimg.recording.recording import Recording


def written(folder: Path, signals: np.ndarray) -> wfdb.Record:
    Recording(signals.astype(np.float32), 500.0).to_wfdb(folder, "x")
    return wfdb.rdrecord(str(folder / "x"))


def test_samples_are_within_half_a_microvolt(tmp_path: Path) -> None:
    signals = np.random.default_rng(0).normal(0, 1, (12, 300))
    record = written(tmp_path, signals)
    assert (record.sig_name, record.fs, {*record.units}) == (list(LEADS), 500, {"mV"})
    assert np.abs(record.p_signal.T - signals).max() < 0.00051


def test_unknown_samples_are_invalid_and_not_zero(tmp_path: Path) -> None:
    signals = np.full((12, 20), np.nan)
    signals[3, 5:10] = 0.0
    record = written(tmp_path, signals)
    assert np.array_equal(np.isnan(record.p_signal.T), np.isnan(signals))
    raw = np.frombuffer((tmp_path / "x.dat").read_bytes(), "<i2").reshape(20, 12)
    assert set(raw[:, 0]) == {INVALID}


def test_what_16_bits_do_not_hold_is_clipped_and_stays_valid(tmp_path: Path) -> None:
    signals = np.zeros((12, 4))
    signals[0] = [40.0, -40.0, 32.7, -32.7]
    assert written(tmp_path, signals).p_signal[:, 0] == pytest.approx([32.767, -32.767, 32.7, -32.7])


def test_checksums_hold(tmp_path: Path) -> None:
    written(tmp_path, np.random.default_rng(1).normal(0, 9, (12, 400)))
    header = wfdb.rdheader(str(tmp_path / "x"))
    raw = np.frombuffer((tmp_path / "x.dat").read_bytes(), "<i2").reshape(400, 12).astype(np.int64)
    sums = (raw.sum(axis=0) + 0x8000) % 0x10000 - 0x8000
    assert header.checksum == sums.tolist()


def test_the_header_has_the_origin_of_the_recording(tmp_path: Path) -> None:
    geometry = PageGeometry(8.0, 0.0, "grid", Scale(50.0, "text"), Scale(5.0, "pulse"), ())
    signals = np.zeros((12, 5), np.float32)
    recording = Recording(
        signals, 500.0, name="a b\x1b[2J", layout_id="3x4+1R", geometry=geometry, source_sha256="ab" * 32
    )
    header = wfdb.rdheader(str(recording.to_wfdb(tmp_path).with_suffix("")))
    assert header.comments == [
        "name: a b\\x1b[2J",
        f"picture: sha256 {'ab' * 32}",
        "layout: 3x4+1R",
        "paper speed: 50 mm/s (text)",
        "gain: 5 mm/mV (pulse)",
    ]
