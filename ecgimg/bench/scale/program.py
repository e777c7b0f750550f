"""What the benchmark runs as a process of its own: a run of doubled or real pages, a plan, or a start that goes on.

    python -m ecgimg.bench.scale.program run PAGES STORE WORKERS SECONDS SAMPLES
    python -m ecgimg.bench.scale.program real PAGES STORE WORKERS
    python -m ecgimg.bench.scale.program plan PAGES
    python -m ecgimg.bench.scale.program resume PAGES STORE

It prints a line for each page that has ended, and as its last line JSON: seconds, processor seconds and megabytes of
this process, and pages.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from ecgimg.bench.scale.double import double
from ecgimg.bench.speed.memory import PeakMemory
from ecgimg.jobs import Done, Job, Step
from ecgimg.options import RunOptions
from ecgimg.runs.digitize import DIGITIZE
from ecgimg.runs.executors import open_executor
from ecgimg.runs.inputs import Sources, find_inputs
from ecgimg.runs.job import Outcome, RunKind
from ecgimg.runs.page_counts import PageCounter
from ecgimg.runs.plan import PlaceNames, plan_pages
from ecgimg.runs.store.run import run_store

TIMEOUT_S = 120.0
Figures = dict[str, float]


class Follower:
    """A listener that notes time and memory of this process when a tenth of the pages has ended.

    By then the workers have started; what comes after it is the run as it goes on for hours.
    """

    def __init__(self) -> None:
        self.pages = self.ended = 0
        self.early_mb = self.early_time = self.early_cpu = self.late_read_s = 0.0

    def planned(self, pages: int) -> None:
        """The run has this many pages."""
        self.pages = pages

    def warned(self, text: str) -> None:
        """A warning about the run."""

    def skipped(self, pages: int) -> None:
        """So many further pages were done before."""

    def stepped(self, name: str, step: str, done: int, total: int) -> None:
        """A page has finished a step."""

    def finished(self, outcome: Outcome) -> None:
        """A page has ended."""
        self.ended += 1
        sys.stdout.write(f"{outcome.status} {outcome.name}\n")
        sys.stdout.flush()
        if self.ended > self.pages // 10:
            self.late_read_s += outcome.seconds or 0.0
        if self.ended == self.pages // 10:
            self.early_mb, self.early_time, self.early_cpu = memory_mb(), perf_counter(), process_time()


class FirstJob:
    """An executor that takes the first job and ends the run."""

    def __init__(self) -> None:
        self.taken = 0

    def run(
        self,
        work: Callable[[Job, Any], Any],
        jobs: Iterable[Job],
        report: Callable[[Step[Job] | Done[Job, Any]], None],
        ended: Callable[[int], None] = lambda pid: None,
    ) -> None:
        """Takes the first job."""
        self.taken += next(iter(jobs), None) is not None


def memory_mb() -> float:
    """The highest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def run(pages: str, store: str, workers: str, kind: RunKind[Any]) -> Figures:
    """Does all pages into a store; what comes after the first tenth of them is measured, but for the memory."""
    listener, options = Follower(), RunOptions.read(store="parquet", jobs=None if ":" in workers else int(workers))
    with open_executor(workers, TIMEOUT_S) as executor:
        tally = run_store((pages,), store, options, listener, executor, kind)
        took, cpu = perf_counter() - listener.early_time, process_time() - listener.early_cpu
    return {
        "seconds": took,
        "cpu_s": cpu,
        "pages": tally.pages,
        "late": tally.pages - tally.pages // 10,
        "late_read_s": listener.late_read_s,
        "early_mb": listener.early_mb,
        "mb": memory_mb(),
    }


def plan(pages: str) -> Figures:
    """Plans all pages and does none."""
    start = perf_counter()
    found, _ = find_inputs(Sources((pages,), lambda: Path("/nowhere")), None)
    count = sum(1 for _ in plan_pages(found, PlaceNames(), PageCounter(FirstJob(), 1000)))
    return {"seconds": perf_counter() - start, "cpu_s": process_time(), "pages": count, "mb": memory_mb()}


def resume(pages: str, store: str) -> Figures:
    """Goes on in a store until the first page that is not done."""
    executor = FirstJob()
    start = perf_counter()
    tally = run_store((pages,), store, RunOptions.read(store="parquet"), Follower(), executor, double(0.0, 1))
    took = perf_counter() - start
    found = {"seconds": took, "cpu_s": process_time(), "pages": tally.skipped, "new": executor.taken}
    return {**found, "mb": memory_mb()}


def main(words: list[str]) -> Figures:
    """One command."""
    command, pages, *rest = words
    if command == "plan":
        return plan(pages)
    if command == "resume":
        return resume(pages, rest[0])
    store, workers, *numbers = rest
    if command == "real":
        peak = PeakMemory(os.getpid())  # its thread takes processor time, which is not what is measured here
        return {**run(pages, store, workers, DIGITIZE), "tree_mb": peak.stop()}
    seconds, samples = numbers
    return run(pages, store, workers, double(float(seconds), int(samples)))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1:])) + "\n")
