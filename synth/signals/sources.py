"""Sources of signals behind one interface: the simulator, the generator, a folder of WFDB records, PTB-XL, LUDB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from scipy.signal import resample_poly

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.ludb import read_ludb
from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord, read_ptbxl
from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.findings.requests import NOTHING, EcgRequest
from ecgimg.networks.generation import RATE, beat_map, condition, load_generator, text_features
from ecgimg.recording.read import read_recording
from ecgimg.synth.signals.simulator import draw_heart, simulate, twelve_leads

FS = 500
"""The rate in Hz of all signals of sources."""

MAX_SPAN_MV = 200.0
"""The largest span of a lead; a larger one means a wrong gain in the header."""

FS_LIMITS = (50, 10_000)
"""Rates in Hz between which a record can be."""

GENERATED_NOTE = "generated: no patient had this ECG; labels and report are what was requested"
"""The note of a generated recording, which all its files carry."""


@dataclass(frozen=True, eq=False)
class Signal:
    """One recording to draw: `mv` [12, T] float32 at 500 Hz in the order of LEADS, NaN where unknown.

    `record` is its name at the source, `labels` its diagnostic codes, `text` its report, `sex` F or M, `notes` the
    defects of its leads. Of a `generated` signal, which no patient had, labels, text, age and sex are
    what was requested.
    """

    mv: Floats
    record: str
    labels: tuple[str, ...] = ()
    text: str = ""
    age: float | None = None
    sex: str | None = None
    notes: tuple[str, ...] = ()
    generated: bool = False


class SignalSource(Protocol):
    """Recordings by number; a number always gives the same recording."""

    @property
    def name(self) -> str:
        """A name of the source."""
        ...

    def __len__(self) -> int:
        """The number of recordings."""
        ...

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """Recording `index` modulo the length; sources whose recordings have a length of their own ignore `seconds`.

        Raises:
            UnreadableInputError: the recording is damaged.
        """
        ...


@dataclass(frozen=True)
class Simulated:
    """The simulator as a source: each number is another heart."""

    seed: int = 0
    name: str = "simulator"

    def __len__(self) -> int:
        return 2**31 - 1

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """The heart of seed and number, and its signals of `seconds`."""
        rng = np.random.default_rng([self.seed, index, 12])
        heart = draw_heart(rng)
        age, sex = float(rng.integers(18, 92)), str(rng.choice(["F", "M"]))
        labels = tuple(label for label in (heart.rhythm, heart.block, heart.st) if label != "none")
        mv = simulate(heart, rng, seconds, FS)
        return Signal(mv, f"sim{self.seed}-{index}", labels, heart.description(), age, sex)


@dataclass(frozen=True)
class Generated:
    """The generator as a source: each number is another recording of 10 s that was made for the same request."""

    request: EcgRequest = NOTHING
    seed: int = 0
    name: str = "generator"

    def __len__(self) -> int:
        return 2**31 - 1

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """The recording of seed and number; one thread computes it, so that bytes don't depend on the machine's load.

        Raises:
            DependencyError: the weights of the generator are missing or damaged.
        """
        ask, generator, key = self.request, load_generator(threads=1), (self.seed, index)
        beats = beat_map(generator.beats(ask.codes, ask.rate, (*key, 42)))
        asked, text = condition(ask.codes, ask.sex, ask.age, ask.rate), text_features(ask.text)
        (eight,) = generator.sample(beats[None], asked[None], text[None], [(*key, 41)])
        return Signal(
            mv=to_500_hz(twelve_leads(eight), RATE),
            record=f"generated{self.seed}-{index}",
            labels=ask.codes,
            text=f"requested: {ask}" + (f"; in words: {ask.text}" if ask.text else ""),
            age=ask.age,
            sex=ask.sex and ask.sex[0].upper(),
            notes=(GENERATED_NOTE,),
            generated=True,
        )


class WfdbFolder:
    """The WFDB records below a folder, in the order of their names."""

    def __init__(self, folder: Path | str) -> None:
        """Finds the headers.

        Raises:
            UnreadableInputError: there is no header below the folder.
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
        """One record, at 500 Hz.

        Raises:
            UnreadableInputError: the record is damaged.
            DependencyError: the package wfdb is not installed.
        """
        header = self.headers[index % len(self)]
        recording = read_recording(header)
        mv = to_500_hz(recording.twelve.signals, recording.fs)
        return checked(Signal(mv, str(header.relative_to(self.folder).with_suffix(""))))


class PtbxlSource:
    """Folds of PTB-XL: the signals of 500 Hz where the folder has them, else those of 100 Hz, resampled."""

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
        """One record with its labels and report, at 500 Hz.

        Raises:
            UnreadableInputError: the record is damaged.
            DependencyError: the package wfdb is not installed.
        """
        record = self.records[index % len(self)]
        rate = 500 if record.filename_hr else 100
        mv = to_500_hz(self.ptbxl.signal(record, rate), rate)
        sex = None if record.sex is None else "FM"[1 - record.sex]
        labels = tuple(sorted(self.ptbxl.subclasses_of(record)))
        return checked(Signal(mv, f"{record.ecg_id:05d}", labels, record.report, record.age, sex))


class LudbSource:
    """The records of LUDB, scaled as they were recorded: its headers give every lead another gain."""

    name = "ludb"

    def __init__(self, folder: Path | str) -> None:
        """Reads the database.

        Raises:
            UnreadableInputError: the folder is not LUDB.
        """
        self.ludb = read_ludb(folder)

    def __len__(self) -> int:
        return len(self.ludb.records)

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """One record with the words for its rhythm, at 500 Hz.

        Raises:
            DependencyError: the package wfdb is not installed.
        """
        record = self.ludb.records[index % len(self)]
        return checked(Signal(self.ludb.signal(record), f"{record.number:03d}", (record.rhythm,)))


def open_source(
    text: str, folds: Iterable[int] = range(1, 9), seed: int = 0, request: EcgRequest = NOTHING
) -> SignalSource:
    """The source of a text: `sim`, `generate`, `ptbxl:DIR`, `ludb:DIR` or `wfdb:DIR`.

    Args:
        text: the text.
        folds: the folds of PTB-XL.
        seed: the seed of the simulator or the generator.
        request: what is asked of the generator.

    Raises:
        UsageError: the text is none of these, or something is asked of another source than the generator.
        UnreadableInputError: the folder has no records.
    """
    kind, _, folder = text.partition(":")
    if kind == "generate" and not folder:
        return Generated(request, seed)
    if request != NOTHING:
        remedy = "add --source generate, or ask for nothing"
        raise UsageError(f"the source {text!r} takes no request", where="synth", remedy=remedy)
    if kind == "sim" and not folder:
        return Simulated(seed)
    if kind == "ptbxl" and folder:
        return PtbxlSource(folder, folds)
    if kind == "ludb" and folder:
        return LudbSource(folder)
    if kind == "wfdb" and folder:
        return WfdbFolder(folder)
    remedy = "use sim, generate, ptbxl:DIR, ludb:DIR or wfdb:DIR"
    raise UsageError(f"no signal source {text!r}", where="synth", remedy=remedy)


def to_500_hz(mv: Floats, fs: float) -> Floats:
    """Band-limited resampling of [12, T] to 500 Hz (polyphase filter, Kaiser window); gaps of NaN stay gaps.

    Raises:
        UnreadableInputError: the rate `fs` is outside `FS_LIMITS`.
    """
    if not FS_LIMITS[0] <= fs <= FS_LIMITS[1]:
        raise UnreadableInputError(f"a sampling rate of {fs:g} Hz", where="signals", remedy="give 50 to 10000 Hz")
    if fs == FS:
        return mv
    up, down = FS * 100, round(fs * 100)
    common = int(np.gcd(up, down))
    known = np.isfinite(mv)
    filled = np.where(known, mv, 0.0)
    out: Floats = resample_poly(filled, up // common, down // common, axis=1, padtype="line").astype(np.float32)
    nearest = np.clip((np.arange(out.shape[1]) * fs / FS).round().astype(int), 0, mv.shape[1] - 1)
    return np.where(known[:, nearest], out, np.float32(np.nan))


def checked(signal: Signal) -> Signal:
    """The signal with notes on its absent, flat and partly unknown leads, which stay as they are.

    Raises:
        UnreadableInputError: no lead has a known sample, or a lead spans more than `MAX_SPAN_MV`.
    """
    mv = signal.mv
    known = np.isfinite(mv)
    if not known.any():
        raise UnreadableInputError(
            f"record {signal.record} has no known sample", where="signals", remedy="leave it out"
        )
    # An offset does no harm, because pages are drawn around the mean.
    span = max(float(np.ptp(row[seen])) for row, seen in zip(mv, known, strict=True) if seen.any())
    if span > MAX_SPAN_MV:
        raise UnreadableInputError(
            f"record {signal.record} spans {span:.3g} mV", where="signals", remedy="check the gain in its header"
        )
    notes = []
    for lead, row, seen in zip(LEADS, mv, known, strict=True):
        if not seen.any():
            notes.append(f"{lead} is absent")
        elif not seen.all():
            notes.append(f"{lead} has {int((~seen).sum())} unknown samples")
        elif float(np.ptp(row)) == 0:
            notes.append(f"{lead} is flat")
    return replace(signal, notes=tuple(notes))
