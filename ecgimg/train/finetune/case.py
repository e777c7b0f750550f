"""One recording to learn from, before it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ecgimg.recording.recording import Recording
from ecgimg.recording.waveform import Waveform, lead_waveform, read_waveform

CsvColumns = Mapping[str, str]
Load = Callable[[], Recording]


@dataclass(frozen=True, eq=False)
class Case:
    """One recording: its id, patient, time where known, the columns of its index, and how it is read.

    `path` is the picture of a page, or the recording's file; None where it is in a store or data set.
    """

    id: str
    patient: str
    load: Load
    time: datetime | None = None
    columns: CsvColumns = field(default_factory=dict)
    path: Path | None = None

    def waveform(self, channel: str) -> Waveform:
        """A channel of its file; where it has none, the lead of this name, as a strip of a digitized page has.

        Raises:
            UnreadableInputError: there is no such channel, or the file can't be read.
        """
        return lead_waveform(self.load(), channel) if self.path is None else read_waveform(self.path, channel)
