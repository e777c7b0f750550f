"""CSV tables: seconds, 12 leads, and empty fields where nothing is known."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from ecgimg.datamodel.leads import LEADS
from ecgimg.recording.recording import Recording


def test_a_table(tmp_path: Path) -> None:
    signals = np.full((12, 3), np.nan, np.float32)
    signals[0], signals[11, 1] = (0.5, -0.25, 0.0), 1.23456
    with Recording(signals, 500.0).to_csv(tmp_path / "x.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["time_s", *LEADS]
    assert [row["time_s"] for row in rows] == ["0.0000", "0.0020", "0.0040"]
    assert [row["I"] for row in rows] == ["0.5000", "-0.2500", "0.0000"]
    assert [row["V6"] for row in rows] == ["", "1.2346", ""]
    assert {row["aVR"] for row in rows} == {""}
