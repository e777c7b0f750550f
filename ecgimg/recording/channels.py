"""What a file of signals holds, before it is a recording: stretches of leads in mV, each at its sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.errors import UnreadableInputError

MAX_SAMPLES = 15_000_000
"""Most samples of one lead: 4 hours at 1000 Hz, a day at 128 Hz. A file that declares more is damaged or no ECG."""
MAX_WHY = 200
"""Longest reason: those of libraries may hold a whole file."""
_WHERE = "recording"


@dataclass(frozen=True, eq=False)
class Stretch:
    """Samples [N] of one channel in mV, NaN where unknown; the first one is sample `first` of the recording.

    They are given as any numbers and held as float32. `confidence` [N] lies in 0..1; None where the file has none,
    which counts as 1. `generated` [N] are the samples that were generated; None where the file has no place for that.
    """

    label: str
    values: NDArray[np.floating]
    first: int = 0
    confidence: Floats | None = None
    generated: Bools | None = None

    def __post_init__(self) -> None:
        with np.errstate(over="ignore"):  # too large a number becomes infinite, which `recording_of` refuses
            object.__setattr__(self, "values", np.asarray(self.values, np.float32))


@dataclass(frozen=True, eq=False)
class Channels:
    """The signals of a file.

    `length` is the number of samples of the whole recording, 0 where it ends with its last stretch. `has_unit` is
    whether the file states the unit in a code, so that it needs no second look. `notes` are the file's lines of text,
    among them those on generated samples (`ecgimg.recording.generated`).
    `others` are channels in units that are no voltage, as they stand in the file.
    """

    stretches: tuple[Stretch, ...]
    fs: float
    length: int = 0
    has_unit: bool = True
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    others: tuple[Stretch, ...] = ()


def other_units(channels: Sequence[str]) -> tuple[str, ...]:
    """The warning on channels with the name of a lead and a unit that is no voltage ("Z in g"); none without any."""
    return (f"channels in other units than volts are left out: {', '.join(channels)}",) if channels else ()


def check_length(length: int) -> None:
    """Raises UnreadableInputError where a file declares no samples, or more than an ECG has."""
    if length < 1:
        raise damaged("no samples")
    if length > MAX_SAMPLES:
        raise damaged(f"{length} samples a lead declared")


def damaged(why: str) -> UnreadableInputError:
    """The failure of a file that holds what can't be."""
    remedy = "export the recording again from where it came"
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in why).split())[:MAX_WHY]
    return UnreadableInputError(f"damaged or no ECG: {line}", where=_WHERE, remedy=remedy)
