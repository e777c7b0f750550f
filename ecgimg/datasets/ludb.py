"""LUDB: 200 records of 10 s whose P waves, QRS complexes and T waves cardiologists marked in each of the 12 leads.

Kalyakulina et al. 2020 (doi:10.1109/ACCESS.2020.3029211), PhysioNet `ludb` 1.0.1. The gain in the headers scales every
lead to 1 mV peak to peak. One stored unit is 1 uV, and the signals are read so.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.waves import WaveKind
from ecgimg.errors import UnreadableInputError, UsageError, missing_package

FS = 500
"""Samples a second of every record."""
UNITS_PER_MV = 1000

_KINDS: dict[str, WaveKind] = {"p": "P", "N": "QRS", "t": "T"}


@dataclass(frozen=True)
class MarkedWave:
    """One wave of one lead: its kind and the samples of its onset, peak and end; an end that is not marked is None."""

    kind: WaveKind
    onset: int | None
    peak: int
    end: int | None


@dataclass(frozen=True)
class LudbRecord:
    """A row of the table: number, and the words for its rhythm and pacing; pacing is empty where there is none."""

    number: int
    rhythm: str
    pacing: str

    @property
    def has_no_p(self) -> bool:
        """Whether the rhythm is atrial fibrillation or flutter, in which no P wave is marked."""
        return "fibrillation" in self.rhythm or "flutter" in self.rhythm


@dataclass(frozen=True)
class Ludb:
    """A LUDB folder and its records."""

    root: Path
    records: tuple[LudbRecord, ...]

    def signal(self, record: LudbRecord) -> Floats:
        """[12, 5000] in mV at 500 Hz, in the order of LEADS.

        Raises:
            DependencyError: the package wfdb is not installed.
        """
        try:
            import wfdb
        except ImportError as error:
            raise missing_package("reading WFDB", "wfdb", "wfdb", where="LUDB") from error
        read = wfdb.rdrecord(str(self.root / "data" / str(record.number)), physical=False)
        rows = {name.upper(): k for k, name in enumerate(read.sig_name)}
        samples = read.d_signal[:, [rows[lead.upper()] for lead in LEADS]].T
        return np.ascontiguousarray(samples / UNITS_PER_MV, np.float32)

    def waves(self, record: LudbRecord, lead: str) -> tuple[MarkedWave, ...]:
        """The marked waves of a lead in order of time; marks without a peak are left out.

        Raises:
            DependencyError: the package wfdb is not installed.
        """
        try:
            import wfdb
        except ImportError as error:
            raise missing_package("reading WFDB", "wfdb", "wfdb", where="LUDB") from error
        marks = wfdb.rdann(str(self.root / "data" / str(record.number)), lead.lower())
        return parse_marks(marks.symbol, [int(sample) for sample in marks.sample])


def parse_marks(symbols: Sequence[str], samples: Sequence[int]) -> tuple[MarkedWave, ...]:
    """The waves in a lead's marks, each "(", a peak and ")"; a peak may lack either end, and may be marked twice."""
    waves: dict[int, MarkedWave] = {}
    for k, symbol in enumerate(symbols):
        if symbol not in _KINDS or samples[k] in waves:
            continue
        onset = samples[k - 1] if k > 0 and symbols[k - 1] == "(" else None
        end = samples[k + 1] if k + 1 < len(symbols) and symbols[k + 1] == ")" else None
        waves[samples[k]] = MarkedWave(_KINDS[symbol], onset, samples[k], end)
    return tuple(waves[peak] for peak in sorted(waves))


def read_ludb(root: Path | str) -> Ludb:
    """Read a LUDB folder (the one that holds `ludb.csv` and `data`); UnreadableInputError when it is none."""
    folder = Path(root)
    if not (folder / "ludb.csv").is_file() or not (folder / "data").is_dir():
        raise UnreadableInputError(
            f"{folder} has no ludb.csv and data", where="LUDB", remedy="give the folder that holds them"
        )
    with open(folder / "ludb.csv", newline="", encoding="utf-8") as file:
        rows = [{name: " ".join(text.split()) for name, text in row.items()} for row in csv.DictReader(file)]
    return Ludb(folder, tuple(LudbRecord(int(row["ID"]), row["Rhythms"], row["Cardiac pacing"]) for row in rows))


def ludb_folder(name: str) -> Path:
    """The folder of "ludb:DIR", as commands are given it; UsageError for any other kind of data."""
    kind, _, folder = name.partition(":")
    if kind != "ludb" or not folder:
        raise UsageError(f"data {name!r} is not ludb:DIR", where="--ludb", remedy="name a LUDB folder: ludb:DIR")
    return Path(folder)
