"""Recordings as WFDB records: a header and 16-bit samples.

The package wfdb only reads them: its writer compares with `== np.nan` and fails on a lead that is all NaN. The samples
are made here: 16 bit, 1000 units per mV, and -32768, WFDB's invalid sample, where a sample is unknown.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgimg.io.files import write_atomically
from ecgimg.recording.record_name import record_name
from ecgimg.recording.samples import Samples
from ecgimg.text import printable

UNITS_PER_MV = 1000
"""One unit is 1 uV."""
INVALID = -32768
"""WFDB's invalid sample in format 16."""


def write_wfdb(recording: Samples, folder: Path, name: str) -> Path:
    """Writes the record of a name into `folder`; returns the header's path.

    A name that WFDB can't hold is made safe (`record_name`); the header's comments have the name as it was given, and
    the recording's origin. Both files are written under a temporary name and renamed, the header last, so that a header
    always has its samples.

    Raises:
        OutputError: the files can't be written.
    """
    units = np.rint(np.nan_to_num(recording.signals, nan=0.0) * UNITS_PER_MV)
    samples = np.where(np.isnan(recording.signals), INVALID, units.clip(INVALID + 1, -INVALID - 1)).astype("<i2").T
    record = record_name(name)
    lines = [f"{record} {len(recording.leads)} {recording.fs:g} {len(samples)}"]
    for lead, column in zip(recording.leads, samples.T, strict=True):
        checksum = int(column.astype(np.int64).sum()) & 0xFFFF
        checksum -= 0x10000 if checksum >= 0x8000 else 0
        lines.append(f"{record}.dat 16 {UNITS_PER_MV}(0)/mV 16 0 {column[0]} {checksum} 0 {lead}")
    if record != name:
        lines.append(f"# name: {printable(' '.join(name.split()))}")
    lines += [f"# {printable(line)}" for line in recording.origin]
    write_atomically(folder / f"{record}.dat", samples.tobytes())
    return write_atomically(folder / f"{record}.hea", ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))
