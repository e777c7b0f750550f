"""What the files of a recording hold: its samples as the user asked for them, and what stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Bools, Floats, require
from ecgimg.errors import OutputError
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.generated import generated_notes
from ecgimg.recording.resample import resample
from ecgimg.recording.samples import Samples
from ecgimg.text import printable

UNITS_PER_MV = 1000
"""Files of whole numbers count in 1 uV."""
INVALID = -32768
"""The number of an unknown sample in 16 bit."""
MAX_MV = -(INVALID + 1) / UNITS_PER_MV
"""Highest voltage in 16 bit: 32.767 mV."""


@dataclass(frozen=True)
class Measured:
    """A measurement that a file holds beside the samples, such as ("heart rate", 72, "/min")."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class Statement:
    """A finding that a file holds beside the samples: its code, its name, and its verdict in words."""

    code: str
    name: str
    verdict: str


@dataclass(frozen=True)
class Interpretation:
    """What a file holds beside the samples, where its format has a place for it."""

    measurements: tuple[Measured, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, eq=False)
class Export:
    """A recording as its files hold it.

    `signals` [L, T] are in mV, whatever the unit of the files; NaN is unknown. `confidences` are 0 where a sample was
    filled. `generated` [L, T] are the samples that nobody recorded; a format without a place of its own for them gives
    `generated_notes`, which its reader takes back. `notes` are sentences that every file has to give. `origin` has
    lines on where the recording came from; a table has no place for them. `written` is the time of writing.
    """

    leads: tuple[str, ...]
    signals: Floats
    confidences: Floats
    generated: Bools
    fs: float
    name: str
    options: ExportOptions
    notes: tuple[str, ...]
    origin: tuple[str, ...]
    interpretation: Interpretation
    written: datetime

    def __post_init__(self) -> None:
        shape = (len(self.leads), self.signals.shape[1])
        shapes = {self.signals.shape, self.confidences.shape, self.generated.shape}
        require(shapes == {shape}, "arrays are [L, T]")

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return float(self.signals.shape[1] / self.fs)

    @property
    def recorded(self) -> datetime:
        """When the ECG was recorded, as far as the user gave it; else the time of writing, and a note says so."""
        return self.options.recorded or self.written

    @property
    def generated_notes(self) -> tuple[str, ...]:
        """Lines on the samples that were generated, in numbers of samples; none where none was."""
        return generated_notes(self.leads, self.generated)

    def known_rows(self) -> tuple[tuple[str, Floats], ...]:
        """The leads of which a sample is known at all, with their samples [T] in mV.

        Raises:
            OutputError: no sample of any lead is known.
        """
        rows = tuple((lead, row) for lead, row in zip(self.leads, self.signals, strict=True) if np.isfinite(row).any())
        if not rows:
            raise OutputError("no sample of any lead is known", where="output", remedy="choose --format csv or wfdb")
        return rows


def export(
    recording: Samples,
    options: ExportOptions | None = None,
    interpretation: Interpretation | None = None,
    name: str | None = None,
) -> Export:
    """A recording as its files hold it: resampled, then cut or padded, then filled, each only where asked for."""
    options = options or ExportOptions()
    signals, confidences, generated, fs = _at_rate(recording, options.fs)
    signals, confidences, generated = _of_length(signals, confidences, generated, fs, options.seconds)
    unknown = np.isnan(signals)
    signals = _filled(signals, options.fill)
    filled = unknown & np.isfinite(signals)
    return Export(
        leads=recording.leads,
        signals=signals,
        confidences=confidences,
        generated=generated,
        fs=fs,
        name=name or recording.name,
        options=options,
        notes=(*recording.marks, *_notes(signals, filled, options, recording.fs)),
        origin=tuple(map(printable, recording.origin)),
        interpretation=interpretation or Interpretation(),
        written=datetime.now().replace(microsecond=0),
    )


def in_microvolts(values: Floats) -> NDArray[np.int16]:
    """Millivolts as 16-bit numbers of 1 uV, INVALID where unknown; what is beyond 32.767 mV is cut."""
    units = np.rint(np.nan_to_num(values, nan=0.0) * UNITS_PER_MV)
    cut = units.clip(INVALID + 1, -INVALID - 1)
    return np.where(np.isnan(values), INVALID, cut).astype(np.int16)


def _at_rate(recording: Samples, rate: float | None) -> tuple[Floats, Floats, Bools, float]:
    if rate is None or rate == recording.fs:
        return recording.signals, recording.confidences, recording.not_recorded, recording.fs
    signals = resample(recording.signals, recording.fs, rate)
    nearest = np.round(np.arange(signals.shape[1]) * recording.fs / rate).astype(int)
    nearest = np.minimum(nearest, recording.confidences.shape[1] - 1)
    confidences, known = recording.confidences[:, nearest], np.isfinite(signals)
    # The filter mixes neighbours: a sample beside a generated one is taken as recorded as its nearest sample is.
    generated = recording.not_recorded[:, nearest] & known
    return signals, np.where(known, confidences, 0).astype(np.float32), generated, rate


def _of_length(
    signals: Floats, confidences: Floats, generated: Bools, fs: float, seconds: float | None
) -> tuple[Floats, Floats, Bools]:
    if seconds is None:
        return signals, confidences, generated
    length = max(1, round(seconds * fs))
    more = ((0, 0), (0, max(0, length - signals.shape[1])))
    padded = np.pad(signals, more, constant_values=np.nan), np.pad(confidences, more), np.pad(generated, more)
    return padded[0][:, :length], padded[1][:, :length], padded[2][:, :length]


def _filled(signals: Floats, fill: str) -> Floats:
    """Unknown samples as 0 mV, or on straight lines between known ones and level beyond them.

    A lead of which nothing is known can't be interpolated and stays unknown.
    """
    if fill == "nan":
        return signals
    if fill == "zero":
        return np.nan_to_num(signals, nan=0.0)
    place = np.arange(signals.shape[1])
    rows = [np.interp(place, place[seen], row[seen]) if (seen := np.isfinite(row)).any() else row for row in signals]
    return np.stack(rows).astype(np.float32)


def _notes(signals: Floats, filled: Bools, options: ExportOptions, fs: float) -> tuple[str, ...]:
    notes = []
    if options.fs is not None and options.fs != fs:
        notes.append(f"resampled from {fs:g} Hz to {options.fs:g} Hz, polyphase filter")
    if filled.any():
        how = "0 mV" if options.fill == "zero" else "straight lines between known samples"
        notes.append(f"{int(filled.sum())} of {filled.size} samples were unknown and are filled: {how}")
    if bool((np.abs(np.nan_to_num(signals)) > MAX_MV).any()):
        notes.append(f"voltages beyond {MAX_MV} mV are cut in formats of 16 bit")
    return tuple(notes)


def provenance(export: Export) -> Sequence[str]:
    """The recording's origin, the notes, what was generated, and a sentence on the date where the user gave none."""
    undated = () if export.options.recorded else ("the date of the ECG is not known: times are those of writing",)
    return (*export.origin, *export.notes, *export.generated_notes, *undated)
