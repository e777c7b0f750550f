"""Where the pages' signals come from: the simulator, a folder of WFDB records, or PTB-XL, behind one interface."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from scipy.signal import resample_poly

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord, read_ptbxl
from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.recording.read import read_recording
from ecgimg.synth.signals.simulator import draw_heart, simulate

FS = 500
"""Every source gives 500 Hz."""
_MAX_MV = 20.0


@dataclass(frozen=True, eq=False)
class Signal:
    """One recording to draw: `mv` [12, T] float32 at 500 Hz, NaN where a lead or a sample is not known.

    `record` is the name at its source, `labels` its diagnostic codes, `text` its report, `notes` what is wrong with it.
    """

    mv: Floats
    record: str
    labels: tuple[str, ...] = ()
    text: str = ""
    age: float | None = None
    sex: str | None = None
    notes: tuple[str, ...] = ()


class SignalSource(Protocol):
    """Anything that gives recordings by number; the same number always gives the same recording."""

    @property
    def name(self) -> str:
        """A word for the source."""
        ...

    def __len__(self) -> int:
        """How many there are."""
        ...

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """Recording `index` modulo the length; sources of fixed length ignore `seconds`."""
        ...


@dataclass(frozen=True)
class Simulated:
    """The simulator as a source: as many different hearts as there are numbers."""

    seed: int = 0
    name: str = "simulator"

    def __len__(self) -> int:
        return 2**31 - 1

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """A heart drawn from seed and number, and its signals."""
        rng = np.random.default_rng([self.seed, index, 12])
        heart = draw_heart(rng)
        age, sex = float(rng.integers(18, 92)), str(rng.choice(["F", "M"]))
        labels = tuple(x for x in (heart.rhythm, heart.block, heart.st) if x != "none")
        mv = simulate(heart, rng, seconds, FS)
        return Signal(mv, f"sim{self.seed}-{index}", labels, heart.words(), age, sex)


class WfdbFolder:
    """Every WFDB record below a folder, in the order of their names."""

    def __init__(self, folder: Path | str) -> None:
        """Looks for headers.

        Raises:
            UnreadableInputError: no header anywhere below the folder.
        """
        self.folder = Path(folder)
        self.name = self.folder.name
        self.headers: Sequence[Path] = sorted(self.folder.rglob("*.hea"))
        if not self.headers:
            raise UnreadableInputError(
                f"no WFDB record below {folder}", where="signals", remedy="give a folder with .hea files"
            )

    def __len__(self) -> int:
        return len(self.headers)

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """Reads, resamples to 500 Hz and checks one record."""
        header = self.headers[index % len(self)]
        recording = read_recording(header)
        mv = to_500_hz(recording.signals, recording.fs)
        return checked(Signal(mv, str(header.relative_to(self.folder).with_suffix(""))))


class PtbxlSource:
    """PTB-XL, some folds of it: at 500 Hz where the folder has that, else 100 Hz resampled."""

    def __init__(self, folder: Path | str, folds: Iterable[int] = range(1, 9)) -> None:
        """Reads the database.

        Raises:
            UnreadableInputError: the folder is not PTB-XL, or the folds hold no record.
        """
        self.ptbxl: Ptbxl = read_ptbxl(folder)
        self.records: Sequence[PtbxlRecord] = self.ptbxl.select(folds, diagnostic_only=False)
        self.name = "ptbxl"
        if not self.records:
            raise UnreadableInputError(
                f"no record of folds {list(folds)} in {folder}", where="signals", remedy="choose folds within 1-10"
            )

    def __len__(self) -> int:
        return len(self.records)

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """One record with its labels and report."""
        record = self.records[index % len(self)]
        rate = 500 if record.filename_hr else 100
        mv = to_500_hz(self.ptbxl.signal(record, rate), rate)
        sex = None if record.sex is None else "FM"[1 - record.sex]
        labels = tuple(sorted(self.ptbxl.subclasses_of(record)))
        return checked(Signal(mv, f"{record.ecg_id:05d}", labels, record.report, record.age, sex))


def open_source(text: str, folds: Iterable[int] = range(1, 9), seed: int = 0) -> SignalSource:
    """The source of a text: `sim`, `ptbxl:DIR` or `wfdb:DIR`.

    Raises:
        UsageError: none of the three.
        UnreadableInputError: the folder has no records.
    """
    kind, _, folder = text.partition(":")
    if kind == "sim" and not folder:
        return Simulated(seed)
    if kind == "ptbxl" and folder:
        return PtbxlSource(folder, folds)
    if kind == "wfdb" and folder:
        return WfdbFolder(folder)
    raise UsageError(f"no signal source {text!r}", where="synth", remedy="use sim, ptbxl:DIR or wfdb:DIR")


def to_500_hz(mv: Floats, fs: float) -> Floats:
    """Band-limited resampling [12, T] to 500 Hz (polyphase filter, Kaiser window); gaps of NaN stay gaps.

    Raises:
        UnreadableInputError: a sampling rate outside 50..10000 Hz.
    """
    if not 50 <= fs <= 10_000:
        raise UnreadableInputError(f"a sampling rate of {fs:g} Hz", where="signals", remedy="give 50 to 10000 Hz")
    if fs == FS:
        return mv
    up, down = FS * 100, round(fs * 100)
    g = int(np.gcd(up, down))
    known = np.isfinite(mv)
    out: Floats = resample_poly(np.where(known, mv, 0.0), up // g, down // g, axis=1, padtype="line").astype(np.float32)
    at = np.clip((np.arange(out.shape[1]) * fs / FS).round().astype(int), 0, mv.shape[1] - 1)
    return np.where(known[:, at], out, np.float32(np.nan))


def checked(signal: Signal) -> Signal:
    """The signal with its defects noted: absent, flat and partly unknown leads stay as they are.

    Raises:
        UnreadableInputError: no lead has a known sample, or the values can't be millivolts.
    """
    mv = signal.mv
    known = np.isfinite(mv)
    if not known.any():
        raise UnreadableInputError(
            f"record {signal.record} has no known sample", where="signals", remedy="leave it out"
        )
    # An offset of any size is harmless (pages are drawn around zero), a span is not.
    span = max(float(np.ptp(row[k])) for row, k in zip(mv, known, strict=True) if k.any())
    if span > _MAX_MV * 10:
        raise UnreadableInputError(
            f"record {signal.record} spans {span:.3g} mV", where="signals", remedy="check the gain in its header"
        )
    notes = []
    for lead, row, k in zip(LEADS, mv, known, strict=True):
        if not k.any():
            notes.append(f"{lead} is absent")
        elif not k.all():
            notes.append(f"{lead} has {int((~k).sum())} unknown samples")
        elif float(np.ptp(row)) == 0:
            notes.append(f"{lead} is flat")
    return Signal(mv, signal.record, signal.labels, signal.text, signal.age, signal.sex, tuple(notes))
