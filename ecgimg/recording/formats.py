"""The file formats of recordings: one row a format, read by options, runs, the command line and the documentation.

Nothing heavy is imported to read the table; a writer is imported when it writes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecgimg.recording.record_name import record_name

if TYPE_CHECKING:
    from ecgimg.recording.samples import Samples


@dataclass(frozen=True)
class RecordingFormat:
    """One format.

    `suffixes` are those of its files, after the recording's name; `write(recording, folder, name)` writes them.
    `stem(name)` is the name of its files without a suffix, for a recording's name. `extra` is the optional dependency
    that it needs, empty where it needs none.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    write: Callable[[Samples, Path, str], Path]
    extra: str = ""
    stem: Callable[[str], str] = str


def _write_wfdb(recording: Samples, folder: Path, name: str) -> Path:
    from ecgimg.recording.wfdb_record import write_wfdb

    return write_wfdb(recording, folder, name)


def _write_csv(recording: Samples, folder: Path, name: str) -> Path:
    from ecgimg.recording.csv_table import write_csv

    return write_csv(recording, folder / f"{name}.csv")


FORMATS: tuple[RecordingFormat, ...] = (
    RecordingFormat("wfdb", "WFDB record, 16 bit, 1 uV a unit", (".hea", ".dat"), _write_wfdb, stem=record_name),
    RecordingFormat("csv", "table of seconds and millivolts", (".csv",), _write_csv),
)
FORMAT_NAMES = tuple(one.name for one in FORMATS)
DEFAULT_FORMAT = FORMATS[0].name
_BY_NAME = {one.name: one for one in FORMATS}


def recording_format(name: str) -> RecordingFormat:
    """The format of a name; KeyError where there is none."""
    return _BY_NAME[name]
