"""The part of a recording that writers of files need."""

from __future__ import annotations

from typing import Protocol

from ecgimg.datamodel.arrays import Bools, Floats


class Samples(Protocol):
    """Leads in mV with their confidence; `Recording` is one."""

    @property
    def leads(self) -> tuple[str, ...]:
        """Names [L] of the leads: the 12, then others."""
        ...

    @property
    def signals(self) -> Floats:
        """Samples [L, T] in mV in the order of `leads`, NaN where nothing is known."""
        ...

    @property
    def confidences(self) -> Floats:
        """Confidence [L, T] of every sample, in 0..1."""
        ...

    @property
    def not_recorded(self) -> Bools:
        """Which samples [L, T] were generated and not recorded."""
        ...

    @property
    def fs(self) -> float:
        """Samples a second."""
        ...

    @property
    def name(self) -> str:
        """Name of the recording."""
        ...

    @property
    def marks(self) -> tuple[str, ...]:
        """Sentences on samples that every file has to give."""
        ...

    @property
    def origin(self) -> tuple[str, ...]:
        """Lines on where the recording came from; none where that is not known."""
        ...
