"""Reads recordings from disk: WFDB records and CSV tables."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from ecgimg.datamodel.leads import LEADS, is_lead, lead_name
from ecgimg.errors import UnreadableInputError, missing_package
from ecgimg.recording.recording import Recording


def read_recording(path: str | Path) -> Recording:
    """Reads a WFDB record (path with or without .hea) or a CSV with lead columns.

    Those of the 12 leads that are not there are NaN. Other leads, such as V4R, follow them. Columns of other
    names are left out.

    A CSV needs a first column of seconds (`time_s` or `time`); its other columns are taken by lead name.

    Raises:
        UnreadableInputError: no such record, no lead in it, or it is damaged.
        DependencyError: a WFDB record, and the package wfdb is not installed.
    """
    path = Path(path)
    return _read_csv(path) if path.suffix.lower() == ".csv" else _read_wfdb(path)


def _read_wfdb(path: Path) -> Recording:
    try:
        import wfdb
    except ImportError as error:
        raise missing_package("reading WFDB", "wfdb", "wfdb", where="recording") from error
    stem = path.with_suffix("") if path.suffix in (".hea", ".dat") else path
    try:
        record = wfdb.rdrecord(str(stem))
    except Exception as error:  # wfdb raises anything from ValueError to IndexError on a damaged header
        raise UnreadableInputError(f"{stem}.hea is no readable WFDB record ({error})", where="recording") from error
    return _recording(dict(zip(record.sig_name, record.p_signal.T, strict=True)), float(record.fs), stem.name)


def _read_csv(path: Path) -> Recording:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
        table = np.array([[float(v) if v.strip() else np.nan for v in row] for row in rows[1:]], np.float64)
        head = [name.strip() for name in rows[0]]
        if head[0].lower() not in ("time_s", "time") or len(table) < 2:
            raise ValueError("the first column must be time_s")
        seconds = float(table[-1, 0] - table[0, 0])
        if not seconds > 0:  # NaN too
            raise ValueError("the times do not increase")
        fs = (len(table) - 1) / seconds
    except (OSError, ValueError, IndexError, UnicodeDecodeError) as error:
        remedy = "give a CSV with a column time_s in seconds and a column in mV for each lead"
        raise UnreadableInputError(f"{path}: {error}", where="recording", remedy=remedy) from error
    return _recording(dict(zip(head[1:], table.T[1:], strict=True)), float(round(fs, 3)), path.stem)


def _recording(columns: dict[str, np.ndarray], fs: float, name: str) -> Recording:
    known = {label: values for label, values in columns.items() if is_lead(label)}
    named = {lead_name(label): values for label, values in known.items()}
    if not named or len(named) < len(known):
        what = "no lead" if not named else "a lead that stands twice"
        remedy = "name the leads I ... V6, each once"
        raise UnreadableInputError(f"{what} in {name} ({', '.join(columns)})", where="recording", remedy=remedy)
    leads = tuple(dict.fromkeys((*LEADS, *named)))
    signals = np.full((len(leads), len(next(iter(named.values())))), np.nan, np.float32)
    for lead, values in named.items():
        signals[leads.index(lead)] = values
    return Recording(signals=signals, fs=fs, name=name, leads=leads)
