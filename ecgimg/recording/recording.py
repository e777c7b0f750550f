"""The recording: 12 leads and others in mV, NaN where nothing is known, with a confidence for every sample."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats, require
from ecgimg.datamodel.leads import LEADS, lead_name
from ecgimg.datamodel.page import PageGeometry
from ecgimg.recording.csv_table import write_csv
from ecgimg.recording.export import export
from ecgimg.recording.generated import runs_of
from ecgimg.recording.wfdb_record import write_wfdb
from ecgimg.recording.worst_beat import worst_beat


@dataclass(frozen=True, eq=False)
class Recording:
    """An ECG: `signals` [L, T] float32 in mV in the order of `leads`, NaN where nothing is known.

    `leads` begins with the 12 in the order of `LEADS`; others, such as V4R or a strip without a name, follow them.
    Time is absolute: sample k of every lead was taken k / fs seconds after the page's first column began.
    `confidence` [L, T] lies in 0..1 and is 0 where the signal is NaN. `source_sha256` is the hash of the picture that
    it was read from; empty where it was read from none. `corrected` [L, T] are the samples that the user drew, whose
    confidence is 1, the user's word and no measurement, and those that the user erased, which are NaN. `generated`
    [L, T] are the samples that nobody recorded: `ecgimg complete` computed them from other leads and times.

    Raises:
        ValueError: a wrong shape or order of leads, a lead that stands twice, a sampling rate that is not positive, an
            infinite sample, a confidence outside 0..1, a generated sample that is NaN.
    """

    signals: Floats
    fs: float
    confidence: Floats | None = None
    name: str = "ecg"
    layout_id: str | None = None
    geometry: PageGeometry | None = None
    warnings: tuple[str, ...] = field(default=())
    leads: tuple[str, ...] = LEADS
    source_sha256: str = ""
    corrected: Bools | None = None
    generated: Bools | None = None

    def __post_init__(self) -> None:
        s, count = self.signals, len(self.leads)
        require(self.leads[: len(LEADS)] == LEADS, f"leads begin with {', '.join(LEADS)}")
        require(len({lead_name(lead) for lead in self.leads}) == count, "a lead stands once in a recording")
        require(s.ndim == 2 and s.shape[0] == count and s.shape[1] > 0, f"signals are [{count}, T], not {s.shape}")
        require(s.dtype == np.float32, f"signals are float32, not {s.dtype}")
        require(self.fs > 0, "the sampling rate is positive")
        require(not bool(np.isinf(s).any()), "signals are finite or NaN")
        if self.confidence is None:
            object.__setattr__(self, "confidence", np.isfinite(s).astype(np.float32))
        if self.corrected is None:
            object.__setattr__(self, "corrected", np.zeros(s.shape, bool))
        if self.generated is None:
            object.__setattr__(self, "generated", np.zeros(s.shape, bool))
        require(self.by_user.shape == s.shape, "corrected is [L, T]")
        require(self.not_recorded.shape == s.shape, "generated is [L, T]")
        require(bool(np.isfinite(s[self.not_recorded]).all()), "a generated sample is known")
        c = self.confidences
        require(c.shape == s.shape and bool(((c >= 0) & (c <= 1)).all()), "confidence is [L, T] in 0..1")

    @property
    def confidences(self) -> Floats:
        """The confidence of every sample [L, T]."""
        assert self.confidence is not None
        return self.confidence

    @property
    def by_user(self) -> Bools:
        """Which samples the user drew or erased [L, T]."""
        assert self.corrected is not None
        return self.corrected

    @property
    def not_recorded(self) -> Bools:
        """Which samples were generated and not recorded [L, T]."""
        assert self.generated is not None
        return self.generated

    @property
    def seen(self) -> Recording:
        """The recording without the samples that were generated: they are unknown again."""
        generated = self.not_recorded
        if not generated.any():
            return self
        signals = np.where(generated, np.float32(np.nan), self.signals)
        confidence = np.where(generated, np.float32(0), self.confidences)
        return replace(self, signals=signals, confidence=confidence, generated=None)

    @property
    def generated_stretches(self) -> tuple[tuple[str, float, float], ...]:
        """Lead, first and last second of each stretch that was generated."""
        return self._stretches(self.not_recorded)

    @property
    def corrected_stretches(self) -> tuple[tuple[str, float, float], ...]:
        """Lead, first and last second of each stretch that the user drew or erased."""
        return self._stretches(self.by_user)

    def _stretches(self, mask: Bools) -> tuple[tuple[str, float, float], ...]:
        runs = [(lead, run) for lead, row in zip(self.leads, mask, strict=True) for run in runs_of(row)]
        return tuple((lead, first / self.fs, last / self.fs) for lead, (first, last) in runs)

    @property
    def twelve(self) -> Recording:
        """The recording without leads beyond the 12."""
        if self.leads == LEADS:
            return self
        count = len(LEADS)
        return replace(
            self,
            signals=self.signals[:count],
            confidence=self.confidences[:count],
            corrected=self.by_user[:count],
            generated=self.not_recorded[:count],
            leads=LEADS,
        )

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return float(self.signals.shape[1] / self.fs)

    def row(self, lead: str) -> int:
        """Row of a lead in `signals`; its name may be written in any case.

        Raises:
            ValueError: the recording has no such lead.
        """
        name = lead_name(lead)
        if name not in self.leads:
            raise ValueError(f"{lead!r} is not one of the leads {', '.join(self.leads)}")
        return self.leads.index(name)

    def lead(self, name: str) -> Floats:
        """Samples [T] of one lead in mV.

        Raises:
            ValueError: the recording has no such lead.
        """
        return np.asarray(self.signals[self.row(name)])

    def interval(self, name: str) -> tuple[float, float] | None:
        """First and last second at which a lead is known, or None where it is not known at all."""
        seen = np.flatnonzero(np.isfinite(self.lead(name)))
        return (float(seen[0] / self.fs), float((seen[-1] + 1) / self.fs)) if seen.size else None

    def lead_confidence(self, name: str) -> float:
        """The lower of a lead's mean confidence over known samples and that of its least sure beat; 0 where none is."""
        signal, confidence = self.lead(name), self.confidences[self.row(name)]
        known = np.isfinite(signal)
        if not known.any():
            return 0.0
        return min(float(confidence[known].mean()), worst_beat(signal, confidence, self.fs))

    @property
    def origin(self) -> tuple[str, ...]:
        """Lines on where the recording came from: the picture's hash, the layout, the scales and their sources."""
        lines = []
        if self.source_sha256:
            lines.append(f"picture: sha256 {self.source_sha256}")
        if self.layout_id is not None:
            lines.append(f"layout: {self.layout_id}")
        if self.geometry is not None:
            speed, gain = self.geometry.paper_speed, self.geometry.gain
            lines.append(f"paper speed: {speed.value:g} mm/s ({speed.source})")
            lines.append(f"gain: {gain.value:g} mm/mV ({gain.source})")
        return tuple(lines)

    @property
    def marks(self) -> tuple[str, ...]:
        """What every file of the samples has to state about them: the stretches that the user drew or erased."""
        places = ", ".join(f"{lead} {start:.2f}-{end:.2f} s" for lead, start, end in self.corrected_stretches)
        return (f"drawn or erased by the user: {places}",) if places else ()

    def to_wfdb(self, folder: str | Path, name: str | None = None) -> Path:
        """Writes NAME.hea and NAME.dat (16 bit, 1 uV) into a folder and returns the header's path."""
        return write_wfdb(export(self, name=name), Path(folder), name or self.name)

    def to_csv(self, path: str | Path) -> Path:
        """Writes a CSV with a column of seconds and one of mV for each lead; an unknown sample is an empty field."""
        return write_csv(export(self), Path(path))

    def plot(self, path: str | Path) -> Path:
        """Draws the leads on a standard grid into a PNG."""
        from ecgimg.recording.plot import write_recording_png

        return write_recording_png(self, Path(path))
