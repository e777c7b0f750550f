"""Which format a file of signals has, and which file stands for a recording."""

from __future__ import annotations

import os
from pathlib import Path

SUFFIXES = frozenset((".hea",))
"""Suffixes of recordings that a folder is searched for; a table in a folder need not be an ECG."""


def is_recording(path: Path) -> bool:
    """Whether a file is a recording and no picture."""
    return kind_of(path) is not None


def main_file(path: Path) -> Path:
    """The file that stands for a recording: the header of a WFDB record, else the file itself."""
    if not os.path.lexists(path) and os.path.lexists(path.with_name(f"{path.name}.hea")):
        return path.with_name(f"{path.name}.hea")
    return path.with_suffix(".hea") if path.suffix == ".dat" and os.path.lexists(path.with_suffix(".hea")) else path


def kind_of(path: Path) -> str | None:
    """The name of the format of a file (see `ecgimg.recording.formats`), None where it is no recording."""
    if main_file(path).suffix == ".hea":
        return "wfdb"
    return "csv" if path.suffix.lower() == ".csv" else None
