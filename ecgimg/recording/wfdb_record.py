"""Recordings as WFDB records, and back: a header and 16-bit samples.

The package wfdb only reads them: its writer compares with `== np.nan` and fails on a lead that is all NaN. The samples
are made here: 16 bit, 1000 units per mV, and -32768, WFDB's invalid sample, where a sample is unknown.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ecgimg.errors import EcgimgError, UnreadableInputError, missing_package
from ecgimg.io.files import write_atomically
from ecgimg.recording.channels import Channels, Stretch, check_length, other_units
from ecgimg.recording.export import UNITS_PER_MV, Export, in_microvolts
from ecgimg.recording.record_name import record_name
from ecgimg.recording.units import is_voltage, mv_of
from ecgimg.text import printable

MAX_SIGNALS = 1000
"""Most signals, and most segments, of a record that is read."""
_MAX_LINE, _MAX_COMMENTS = 1000, 1000
_RECORD_LINE = re.compile(
    r"[^\s/]+(/(?P<segments>\d{1,9}))?\s+(?P<signals>\d{1,9})(\s*$|\s+\d+(\.\d*)?([eE][-+]?\d+)?[\s/(])"
)


def write_wfdb(export: Export, folder: Path, name: str) -> Path:
    """Writes the record of a name into `folder`; returns the header's path.

    A name that WFDB can't hold is made safe (`record_name`); the header's comments have the name as it was given, and
    the recording's origin. Both files are written under a temporary name and renamed, the header last, so that a header
    always has its samples.

    Raises:
        OutputError: the files can't be written.
    """
    samples = in_microvolts(export.signals).astype("<i2").T
    record, units = record_name(name), export.options.units
    gain = UNITS_PER_MV if units == "mV" else 1
    recorded = export.options.recorded
    time = f"{recorded:%H:%M:%S %d/%m/%Y}" if recorded else ""
    lines = [f"{record} {len(export.leads)} {export.fs:.12g} {len(samples)} {time}".rstrip()]
    for lead, column in zip(export.leads, samples.T, strict=True):
        checksum = int(column.astype(np.int64).sum()) & 0xFFFF
        checksum -= 0x10000 if checksum >= 0x8000 else 0
        lines.append(f"{record}.dat 16 {gain}(0)/{units} 16 0 {column[0]} {checksum} 0 {lead}")
    if record != name:
        lines.append(f"# name: {printable(' '.join(name.split()))}")
    if export.options.patient_id:
        lines.append(f"# patient id: {export.options.patient_id}")
    lines += [f"# {line}" for line in (*export.origin, *export.notes, *export.generated_notes)]
    write_atomically(folder / f"{record}.dat", samples.tobytes())
    return write_atomically(folder / f"{record}.hea", ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))


def read_wfdb(path: Path) -> Channels:
    """The signals of a record; the path is with or without .hea or .dat.

    Raises:
        UnreadableInputError: no such record, or it is damaged.
        DependencyError: the package wfdb is not installed.
    """
    try:
        import wfdb
    except ImportError as error:
        raise missing_package("reading WFDB", "wfdb", "wfdb", where="recording") from error
    stem = str(path.with_suffix("") if path.suffix in (".hea", ".dat") else path)
    try:
        _check_header(Path(f"{stem}.hea"))
        check_length(int(wfdb.rdheader(stem).sig_len))
        record = wfdb.rdrecord(stem)
        names = [name or "" for name in record.sig_name]  # a header may leave them out
        columns = [*zip(names, record.p_signal.T, map(str, record.units), strict=True)]
        stretches = tuple(Stretch(label, row * mv_of(unit)) for label, row, unit in columns if is_voltage(unit))
        rest = [(label, row, unit) for label, row, unit in columns if not is_voltage(unit)]
        warnings = other_units([f"{label} in {unit}" for label, _, unit in rest])
        others = tuple(Stretch(label, row) for label, row, _ in rest)
        notes = tuple(map(str, record.comments))
        return Channels(stretches, float(record.fs), has_unit=False, warnings=warnings, notes=notes, others=others)
    except EcgimgError:
        raise
    except Exception as error:  # wfdb raises anything from ValueError to IndexError on a damaged header
        what = f"{stem}.hea is no readable WFDB record ({' '.join(str(error).split())})"
        raise UnreadableInputError(what, where="recording", remedy="copy the .hea and .dat files again") from error


def _check_header(path: Path) -> None:
    """Raises ValueError where the record line is none; wfdb takes some of these, or fills the memory.

    The line is NAME[/SEGMENTS] SIGNALS [RATE ...] (WFDB Applications Guide, header(5)).
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        line = next(
            (one for one in (file.readline(_MAX_LINE) for _ in range(_MAX_COMMENTS)) if one[:1] not in "#\n"), ""
        )
    match = _RECORD_LINE.match(line)
    if match is None:
        raise ValueError(f"no record line: {line[:60].strip()!r}")
    signals, segments = int(match["signals"]), int(match["segments"] or 1)
    if not (1 <= signals <= MAX_SIGNALS and segments <= MAX_SIGNALS):
        raise ValueError(f"{signals} signals in {segments} segments")
