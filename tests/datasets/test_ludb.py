"""Marks of LUDB, whole and broken, and a folder in its form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.ludb import MarkedWave, ludb_folder, parse_marks, read_ludb
from ecgimg.errors import UnreadableInputError, UsageError


def test_marks_become_waves() -> None:
    waves = parse_marks(["(", "p", ")", "(", "N", ")", "(", "t", ")"], [10, 20, 30, 40, 50, 60, 70, 90, 110])
    assert waves == (MarkedWave("P", 10, 20, 30), MarkedWave("QRS", 40, 50, 60), MarkedWave("T", 70, 90, 110))


def test_a_peak_without_an_end_keeps_what_it_has() -> None:
    assert parse_marks(["N", ")", "(", "t"], [50, 60, 70, 90]) == (
        MarkedWave("QRS", None, 50, 60),
        MarkedWave("T", 70, 90, None),
    )


def test_marks_without_a_peak_and_peaks_marked_twice() -> None:
    assert parse_marks(["(", ")", "(", "t", "t", ")"], [1, 2, 70, 90, 90, 110]) == (MarkedWave("T", 70, 90, None),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One record whose header scales every lead to 1 mV peak to peak, as LUDB's do."""
    import wfdb

    (tmp_path / "data").mkdir()
    (tmp_path / "ludb.csv").write_text('ID,Rhythms,Cardiac pacing\n7,"Atrial fibrillation\nAberrant conduction",\n')
    units = np.tile(np.arange(100)[:, None], (1, 12)) * (1 + np.arange(12))
    names = [lead.lower() for lead in LEADS]
    wfdb.wrsamp(
        "7", 500, ["mV"] * 12, names, d_signal=units.astype(np.int64), fmt=["16"] * 12,
        adc_gain=[99.0 * (1 + k) for k in range(12)], baseline=[0] * 12, write_dir=str(tmp_path / "data"),
    )  # fmt: skip
    wfdb.wrann("7", "avr", np.array([5, 9, 14]), ["(", "N", ")"], write_dir=str(tmp_path / "data"))
    return tmp_path


def test_the_gain_of_the_headers_is_not_applied(folder: Path) -> None:
    data = read_ludb(folder)
    (record,) = data.records
    assert (record.number, record.has_no_p, record.pacing) == (7, True, "")
    signal = data.signal(record)
    np.testing.assert_allclose(signal[:, -1], 0.099 * (1 + np.arange(12)), rtol=1e-6)
    assert data.waves(record, "aVR") == (MarkedWave("QRS", 5, 9, 14),)


def test_other_folders_and_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match=r"ludb\.csv"):
        read_ludb(tmp_path)
    assert ludb_folder("ludb:some/where") == Path("some/where")
    with pytest.raises(UsageError, match="ludb:DIR"):
        ludb_folder("ptbxl:some/where")
