"""Recordings come back from disk, and what is no recording is one error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import UnreadableInputError
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording


def recording() -> Recording:
    signals = np.random.default_rng(0).normal(0, 0.5, (12, 100)).astype(np.float32)
    signals[2:] = np.nan
    signals[0, :40] = np.nan
    return Recording(signals, 500.0, name="x")


@pytest.mark.parametrize("name", ["x", "x.hea", "x.dat", "x.csv"])
def test_a_round_trip(tmp_path: Path, name: str) -> None:
    made = recording()
    made.to_wfdb(tmp_path)
    made.to_csv(tmp_path / "x.csv")
    found = read_recording(tmp_path / name)
    assert (found.fs, found.name, found.signals.shape) == (500.0, "x", (12, 100))
    np.testing.assert_allclose(found.signals, made.signals, atol=0.00052)


@pytest.mark.parametrize("name", ["y.hea", "y.csv"])
def test_other_leads_come_back(tmp_path: Path, name: str) -> None:
    signals = np.zeros((13, 50), np.float32)
    signals[12] = np.linspace(0, 1, 50)
    made = Recording(signals, 500.0, name="y", leads=(*LEADS, "V4R"))
    made.to_wfdb(tmp_path)
    made.to_csv(tmp_path / "y.csv")
    found = read_recording(tmp_path / name)
    assert found.leads == made.leads
    np.testing.assert_allclose(found.lead("V4R"), made.lead("V4R"), atol=0.00052)


def test_a_lead_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("time_s,v1,V1\n0,1,7\n0.004,2,7\n")
    with pytest.raises(UnreadableInputError, match="twice"):
        read_recording(tmp_path / "x.csv")


def test_columns_are_taken_by_lead_name(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("time,v1,note,AVR\n0.0,1,7,\n0.004,2,7,-3\n")
    found = read_recording(tmp_path / "x.csv")
    assert found.fs == 250.0
    assert found.lead("V1").tolist() == [1, 2]
    assert np.isnan(found.lead("aVR")[0])
    assert found.lead("aVR")[1] == -3
    assert np.isnan(found.lead("I")).all()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I,II\n1,2\n3,4\n",  # no time
        "time_s,I\n0,1\n",  # one row
        "time_s,I\n0,1\n0,2\n",  # no time between samples
        "time_s,I\n0,one\n1,2\n",
        "time_s,I\n0,1,2\n1,2\n",
        "time_s,pressure\n0,1\n1,2\n",  # no lead
    ],
)
def test_tables_that_hold_no_recording(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(UnreadableInputError):
        read_recording(tmp_path / "x.csv")


def test_records_that_are_missing_or_damaged(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="No such file"):
        read_recording(tmp_path / "none")
    (tmp_path / "x.hea").write_text("x 12 500 100\n")
    with pytest.raises(UnreadableInputError, match="no readable WFDB record"):
        read_recording(tmp_path / "x.hea")
