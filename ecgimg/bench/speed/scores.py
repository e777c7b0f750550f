"""Medians over the runs of one command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median


@dataclass(frozen=True)
class Run:
    """One run of a command with its workers: wall seconds, processor seconds and peak memory in MB."""

    seconds: float
    processor_seconds: float
    megabytes: float


@dataclass(frozen=True)
class SpeedRow:
    """Medians over the runs of one command; `size` is that of its page in pixels, "" without a page."""

    command: str
    size: str
    runs: int
    seconds: float
    processor_seconds: float
    megabytes: float

    def per_page(self, n_pages: int) -> SpeedRow:
        """The share of one page in the time of a run over several; the memory is that of the whole run."""
        return replace(self, seconds=self.seconds / n_pages, processor_seconds=self.processor_seconds / n_pages)


def speed_row(command: str, size: str, runs: Sequence[Run]) -> SpeedRow:
    """The medians of at least one run."""
    return SpeedRow(
        command=command,
        size=size,
        runs=len(runs),
        seconds=median(run.seconds for run in runs),
        processor_seconds=median(run.processor_seconds for run in runs),
        megabytes=median(run.megabytes for run in runs),
    )
