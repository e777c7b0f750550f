"""A waveform of one channel that is no lead of an ECG, such as a pulse or a spirogram, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Floats, require
from ecgimg.errors import UnreadableInputError
from ecgimg.recording.channels import Channels, check_length, damaged
from ecgimg.recording.formats import recording_format
from ecgimg.recording.kinds import kind_of
from ecgimg.recording.read import RATES_HZ
from ecgimg.recording.recording import Recording

_WHERE = "waveform"


@dataclass(frozen=True, eq=False)
class Waveform:
    """Samples [T] float32 at `fs` Hz in the channel's own unit, NaN where nothing is known.

    Raises:
        ValueError: no samples, an infinite one, or a rate that is not positive.
    """

    samples: Floats
    fs: float
    name: str = "waveform"

    def __post_init__(self) -> None:
        require(self.samples.ndim == 1 and self.samples.size > 0, f"samples are [T], not {self.samples.shape}")
        require(self.samples.dtype == np.float32, f"samples are float32, not {self.samples.dtype}")
        require(not bool(np.isinf(self.samples).any()), "samples are finite or NaN")
        require(self.fs > 0, "the sampling rate is positive")


def read_waveform(path: Path, channel: str) -> Waveform:
    """One channel of a file of any format that recordings have; its name may be written in any case.

    Raises:
        UnreadableInputError: no such file, no such channel in it, or it is damaged.
        DependencyError: the format needs an optional package that is not installed.
    """
    kind = kind_of(path)
    if kind is None:
        raise UnreadableInputError(f"{path} is no file of signals", where=_WHERE, remedy="give CSV, WFDB or EDF+")
    return waveform_of(recording_format(kind).read(path), channel, path.stem)


def waveform_of(channels: Channels, channel: str, name: str) -> Waveform:
    """One channel of a file's signals.

    Raises:
        UnreadableInputError: there is no such channel, or it has no samples, no rate or an infinite sample.
    """
    stretches = [*channels.stretches, *channels.others]
    own = [one for one in stretches if one.label.strip().casefold() == channel.strip().casefold()]
    if not own:
        what = f"{name} has no channel {channel!r}, only {', '.join(one.label for one in stretches) or 'none'}"
        raise UnreadableInputError(what, where=_WHERE, remedy="name the channel in the recipe")
    length = max(channels.length, *(one.first + len(one.values) for one in own))
    check_length(length)
    samples = np.full(length, np.nan, np.float32)
    for one in own:
        samples[one.first : one.first + len(one.values)] = one.values
    if not RATES_HZ[0] <= channels.fs <= RATES_HZ[1] or np.isinf(samples).any():
        raise damaged(f"{name} has a rate of {channels.fs:g} Hz, or infinite samples")
    return Waveform(samples, float(channels.fs), name)


def lead_waveform(recording: Recording, channel: str) -> Waveform:
    """The strip of a digitized page that stands under this name as a lead, such as "unnamed".

    Raises:
        UnreadableInputError: the recording has no such lead.
    """
    try:
        return Waveform(recording.seen.lead(channel), recording.fs, recording.name)
    except ValueError as error:
        remedy = "name one of its leads as the channel of the recipe"
        raise UnreadableInputError(f"{recording.name}: {error}", where=_WHERE, remedy=remedy) from error
