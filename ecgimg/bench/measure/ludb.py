"""LUDB by cross-validation: waves of leads and intervals of records, by networks that did not see the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np

from ecgimg.bench.measure.open_tools import TOOLS
from ecgimg.bench.measure.truth import Intervals, marked_intervals
from ecgimg.datamodel.leads import LEADS
from ecgimg.datasets.ludb import FS, Ludb, LudbRecord, MarkedWave
from ecgimg.findings.measurements import Measurements
from ecgimg.networks.delineation import Delineator, WaveSpan, open_delineation
from ecgimg.recording.recording import Recording
from ecgimg.stages.measure.delineate import delineate
from ecgimg.stages.measure.measure import measure
from ecgimg.train.delineation.data import folds
from ecgimg.train.delineation.hits import LeadHits, lead_hits
from ecgimg.train.delineation.run import fold_path

TOOL_LEAD = "II"
"""The lead on which the open tools are measured: they take about a second a lead."""
OURS = "this network"


@dataclass(frozen=True)
class NoPBeats:
    """Beats in fibrillation or flutter: how many there are, and how many rightly get no P wave."""

    beats: int = 0
    without_p: int = 0

    def __add__(self, other: NoPBeats) -> NoPBeats:
        return NoPBeats(self.beats + other.beats, self.without_p + other.without_p)

    @property
    def share(self) -> float:
        """Share of the beats that rightly get no P wave; NaN without any."""
        return self.without_p / self.beats if self.beats else float("nan")


@dataclass(frozen=True)
class MarkedRecord:
    """One record of LUDB: hits of all leads and of TOOL_LEAD by delineator, marked intervals and our measurements.

    `no_p` counts by delineator the beats of TOOL_LEAD in fibrillation or flutter; `page_no_p` those of the page.
    `seconds` is how long all measurements took.
    """

    record: LudbRecord
    all_leads: tuple[LeadHits, ...]
    one_lead: dict[str, LeadHits]
    no_p: dict[str, NoPBeats]
    page_no_p: NoPBeats
    marked: Intervals
    measured: Measurements
    seconds: float


def bench_ludb(
    data: Ludb, networks: Path, count: int, tools: Sequence[str], progress: Callable[[str], None]
) -> tuple[MarkedRecord, ...]:
    """Measures every record of each fold with the network that was trained without it; five folds.

    Args:
        data: the database.
        networks: the folder of `ecgimg train delineation`.
        count: records of each fold at most.
        tools: names of TOOLS that are measured beside it.
        progress: is told each fold.

    Raises:
        DependencyError: the folder has no networks, or a tool is not installed.
    """
    rows = []
    for fold, part in enumerate(folds(data.records, 5)):
        network = open_delineation(fold_path(networks, fold))
        rows += [_record(data, record, network, tools) for record in part[:count]]
        progress(f"fold {fold + 1} of 5: {min(len(part), count)} records")
    return tuple(rows)


def _record(data: Ludb, record: LudbRecord, network: Delineator, tools: Sequence[str]) -> MarkedRecord:
    recording = Recording(data.signal(record), float(FS), name=str(record.number))
    found = {lead.lead: lead.waves for lead in delineate(recording, network)}
    marked = {lead: data.waves(record, lead) for lead in LEADS}
    by_tool = {OURS: found.get(TOOL_LEAD, ())}
    by_tool |= {name: TOOLS[name](recording.lead(TOOL_LEAD), float(FS)) for name in tools}
    start = perf_counter()
    measured = measure(recording, network)
    seconds = perf_counter() - start
    return MarkedRecord(
        record=record,
        all_leads=tuple(lead_hits(marked[lead], found.get(lead, ())) for lead in LEADS),
        one_lead={name: lead_hits(marked[TOOL_LEAD], waves) for name, waves in by_tool.items()},
        no_p={name: _no_p(record, marked[TOOL_LEAD], waves) for name, waves in by_tool.items()},
        page_no_p=_page_no_p(record, measured),
        marked=marked_intervals(data, record),
        measured=measured,
        seconds=seconds,
    )


def _no_p(record: LudbRecord, marked: Sequence[MarkedWave], found: Sequence[WaveSpan]) -> NoPBeats:
    """Beats of a lead without a P wave between them and the beat before."""
    if not record.has_no_p:
        return NoPBeats()
    beats = [wave.peak / FS for wave in marked if wave.kind == "QRS"]
    p = np.array([wave.middle for wave in found if wave.kind == "P"])
    without = [not bool(((p > before) & (p < beat)).any()) for before, beat in pairwise(beats)]
    return NoPBeats(len(without), sum(without))


def _page_no_p(record: LudbRecord, measured: Measurements) -> NoPBeats:
    """Beats of the page, all of them without P where the page has no PR interval."""
    if not record.has_no_p:
        return NoPBeats()
    count = len(measured.times)
    return NoPBeats(count, count if measured.figure("PR interval").value is None else 0)
