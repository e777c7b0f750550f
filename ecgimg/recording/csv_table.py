"""Recordings as CSV, and back: a column of seconds and one column of voltages a lead.

The unit is mV. Where the user asked for another unit or for filled samples, lines of `# ...` stand before the table.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from ecgimg.errors import UnreadableInputError
from ecgimg.io.files import write_atomically
from ecgimg.recording.channels import Channels, Stretch
from ecgimg.recording.export import UNITS_PER_MV, Export

_COMMENT = "#"
_UNITS = "# units: uV"
MAX_BYTES = 500_000_000
"""Largest table that is read."""


def write_csv(export: Export, path: Path) -> Path:
    """Writes `time_s` and a column for each lead; an unknown sample is an empty field.

    Raises:
        OutputError: the file can't be written.
    """
    text = io.StringIO()
    in_uv, notes = export.options.units == "uV", (*export.notes, *export.generated_notes)
    text.writelines(f"{line}\n" for line in (*([_UNITS] if in_uv else ()), *(f"# {note}" for note in notes)))
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["time_s", *export.leads])
    factor, decimals = (UNITS_PER_MV, 1) if in_uv else (1, 4)
    time_decimals = 4 if (10_000 / export.fs).is_integer() else 6
    for k, sample in enumerate(export.signals.T * np.float32(factor)):
        rows.writerow(
            [f"{k / export.fs:.{time_decimals}f}", *("" if np.isnan(v) else f"{v:.{decimals}f}" for v in sample)]
        )
    return write_atomically(path, text.getvalue().encode())


def read_csv(path: Path) -> Channels:
    """The columns of a table whose first column is `time_s` or `time`, in seconds.

    Raises:
        UnreadableInputError: the file is no such table.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"the file has {path.stat().st_size} bytes")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        rows = list(csv.reader(line for line in lines if not line.startswith(_COMMENT)))
        uneven = next((k for k, row in enumerate(rows) if len(row) != len(rows[0])), None)
        if uneven is not None:
            raise ValueError(f"row {uneven} has {len(rows[uneven])} of {len(rows[0])} columns")
        table = np.array([[float(v) if v.strip() else np.nan for v in row] for row in rows[1:]], np.float64)
        head = [name.strip() for name in rows[0]]
        if head[0].lower() not in ("time_s", "time") or len(table) < 2:
            raise ValueError("the first column must be time_s")
        seconds = float(table[-1, 0] - table[0, 0])
        if not seconds > 0:  # NaN too
            raise ValueError("the times do not increase")
        fs = (len(table) - 1) / seconds
        if not (np.abs(table[:, 0] - table[0, 0] - np.arange(len(table)) / fs) < 0.5 / fs).all():
            raise ValueError("the times are not evenly spaced")
    except (OSError, ValueError, IndexError, UnicodeDecodeError, csv.Error) as error:
        remedy = "give a CSV with a column time_s in seconds and a column in mV for each lead"
        raise UnreadableInputError(f"{path}: {error}", where="recording", remedy=remedy) from error
    in_uv = _UNITS in lines
    values = table.T[1:] / (UNITS_PER_MV if in_uv else 1)
    stretches = tuple(Stretch(name, column) for name, column in zip(head[1:], values, strict=True))
    notes = tuple(line for line in lines if line.startswith(_COMMENT))
    return Channels(stretches, float(round(fs, 3)), has_unit=in_uv, notes=notes)
