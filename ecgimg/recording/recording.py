"""The recording: 12 leads in mV, NaN where nothing is known, with a confidence for every sample."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Floats, require
from ecgimg.datamodel.leads import LEADS, lead_index
from ecgimg.datamodel.page import PageGeometry
from ecgimg.recording.csv_table import write_csv
from ecgimg.recording.wfdb_record import write_wfdb


@dataclass(frozen=True, eq=False)
class Recording:
    """A 12-lead ECG: `signals` [12, T] float32 in mV in the order of `LEADS`, NaN where nothing is known.

    Time is absolute: sample k of every lead was taken k / fs seconds after the page's first column began.
    `confidence` [12, T] lies in 0..1 and is 0 where the signal is NaN.

    Raises:
        ValueError: a wrong shape, a sampling rate that is not positive, an infinite sample, a confidence outside 0..1.
    """

    signals: Floats
    fs: float
    confidence: Floats | None = None
    name: str = "ecg"
    layout_id: str | None = None
    geometry: PageGeometry | None = None
    warnings: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        s = self.signals
        require(s.ndim == 2 and s.shape[0] == len(LEADS) and s.shape[1] > 0, f"signals are [12, T], not {s.shape}")
        require(s.dtype == np.float32, f"signals are float32, not {s.dtype}")
        require(self.fs > 0, "the sampling rate is positive")
        require(not bool(np.isinf(s).any()), "signals are finite or NaN")
        if self.confidence is None:
            object.__setattr__(self, "confidence", np.isfinite(s).astype(np.float32))
        c = self.confidences
        require(c.shape == s.shape and bool(((c >= 0) & (c <= 1)).all()), "confidence is [12, T] in 0..1")

    @property
    def confidences(self) -> Floats:
        """The confidence of every sample [12, T]."""
        assert self.confidence is not None
        return self.confidence

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return float(self.signals.shape[1] / self.fs)

    def lead(self, name: str) -> Floats:
        """Samples [T] of one lead in mV.

        Raises:
            ValueError: the name is not one of the 12 leads.
        """
        return np.asarray(self.signals[lead_index(name)])

    def interval(self, name: str) -> tuple[float, float] | None:
        """First and last second at which a lead is known, or None where it is not known at all."""
        seen = np.flatnonzero(np.isfinite(self.lead(name)))
        return (float(seen[0] / self.fs), float((seen[-1] + 1) / self.fs)) if seen.size else None

    def lead_confidence(self, name: str) -> float:
        """Mean confidence over the samples of a lead that are known; 0 where none is."""
        known = np.isfinite(self.lead(name))
        return float(self.confidences[lead_index(name)][known].mean()) if known.any() else 0.0

    def to_wfdb(self, folder: str | Path, name: str | None = None) -> Path:
        """Writes NAME.hea and NAME.dat (16 bit, 1 uV) into a folder and returns the header's path."""
        return write_wfdb(self, Path(folder), name or self.name)

    def to_csv(self, path: str | Path) -> Path:
        """Writes a CSV with a column of seconds and 12 columns of mV; an unknown sample is an empty field."""
        return write_csv(self, Path(path))

    def plot(self, path: str | Path) -> Path:
        """Draws the 12 leads on a standard grid into a PNG."""
        from ecgimg.recording.plot import write_recording_png

        return write_recording_png(self, Path(path))
