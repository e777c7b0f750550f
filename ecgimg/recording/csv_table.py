"""Recordings as CSV: a column of seconds and one column of mV a lead."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from ecgimg.io.files import write_atomically
from ecgimg.recording.samples import Samples


def write_csv(recording: Samples, path: Path) -> Path:
    """Writes `time_s` and a column in mV for each lead; an unknown sample is an empty field.

    Raises:
        OutputError: the file can't be written.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["time_s", *recording.leads])
    for k, sample in enumerate(recording.signals.T):
        rows.writerow([f"{k / recording.fs:.4f}", *("" if np.isnan(v) else f"{v:.4f}" for v in sample)])
    return write_atomically(path, text.getvalue().encode())
