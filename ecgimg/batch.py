"""Runs over many pages: plan, skip what is done, work in worker processes, write, summarise.

The output folder gets the files of each page, see `ecgimg.page`, and `summary.csv` with a row a page.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

from ecgimg.errors import EcgimgError, ExitCode
from ecgimg.inputs import plan_jobs
from ecgimg.io.recordings import write_atomically
from ecgimg.options import Options
from ecgimg.page import DIGITIZE, Kind, Outcome, Task, ended_early, failed
from ecgimg.worker import Done, Executor, Step

SUMMARY = "summary.csv"
COLUMNS = ("name", "input", "page", "status", "reason", "layout", "confidence", "seconds")


class Listener(Protocol):
    """Who follows a run: a progress bar, or lines."""

    def planned(self, pages: int) -> None:
        """The run has this many pages."""

    def warned(self, text: str) -> None:
        """Something about the run that the user should know."""

    def stepped(self, name: str, step: str, done: int, total: int) -> None:
        """A page has finished a step."""

    def finished(self, outcome: Outcome) -> None:
        """A page has ended."""


def run_batch(
    inputs: Sequence[str],
    out: Path,
    options: Options,
    listener: Listener,
    executor: Executor,
    kind: Kind = DIGITIZE,
) -> tuple[Outcome, ...]:
    """Does one kind of work on all pages of the inputs, into a folder; a page that fails costs only itself.

    Raises:
        UnreadableInputError: the inputs hold no picture.
        OutputError: the folder can't be written to.
        KeyboardInterrupt: passed on, after the workers were ended and the summary was written.
    """
    _check_writable(out)
    plan = plan_jobs(inputs, out, kind.outputs)
    listener.planned(len(plan.jobs))
    for text in plan.warnings:
        listener.warned(text)
    run = _Run(listener)
    tasks = []
    for task in (Task(job, out, options) for job in plan.jobs):
        early = ended_early(task, kind)
        if early is None:
            tasks.append(task)
        else:
            run.finish(early)
    try:
        executor.run(kind.work, tasks, run.report, lambda pid: _tidy(out, pid))
    finally:
        order = {job.name: k for k, job in enumerate(plan.jobs)}
        run.outcomes.sort(key=lambda outcome: order[outcome.name])
        write_summary(run.outcomes, out / SUMMARY, kind.columns)
    return tuple(run.outcomes)


def exit_code(outcomes: Sequence[Outcome]) -> ExitCode:
    """Exit code of a run: that of a single page or of a broken install, else whether all, some or no pages failed."""
    failed = [outcome for outcome in outcomes if outcome.status != "ok"]
    if not failed:
        return ExitCode.OK
    if len(outcomes) == 1 or all(outcome.exit_code == ExitCode.DEPENDENCY for outcome in failed):
        return failed[0].exit_code
    return ExitCode.ALL_FAILED if len(failed) == len(outcomes) else ExitCode.SOME_FAILED


def write_summary(outcomes: Sequence[Outcome], path: Path, columns: tuple[str, ...] = ()) -> None:
    """Writes summary.csv, `columns` after the usual ones; rows of an older one that are not in this run are kept.

    Raises:
        OutputError: the file can't be written.
    """
    new = {outcome.name: _row(outcome, columns) for outcome in outcomes}
    rows = [row for row in _old_rows(path) if row["name"] not in new] + list(new.values())
    text = io.StringIO()
    names = dict.fromkeys(name for names in (COLUMNS, *rows) for name in names)
    table = csv.DictWriter(text, names, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_atomically(path, text.getvalue().encode())


class _Run:
    """Collects outcomes and tells the listener."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.outcomes: list[Outcome] = []

    def report(self, item: Step[Task] | Done[Task, Outcome]) -> None:
        """What an executor reports."""
        if isinstance(item, Step):
            self._listener.stepped(item.job.job.name, item.step, item.done, item.total)
        elif isinstance(item.answer, EcgimgError):
            self.finish(failed(item.job.job, item.answer, item.job.options.timeout))
        else:
            self.finish(item.answer)

    def finish(self, outcome: Outcome) -> None:
        """A page has ended."""
        self.outcomes.append(outcome)
        self._listener.finished(outcome)


def _row(outcome: Outcome, columns: tuple[str, ...]) -> dict[str, str]:
    confidence = "" if outcome.confidence is None else f"{outcome.confidence:.3f}"
    seconds = f"{outcome.seconds:.2f}"
    values = (outcome.name, outcome.input, outcome.page, outcome.status, outcome.reason, outcome.layout)
    usual = dict(zip(COLUMNS, (*map(str, values), confidence, seconds), strict=True))
    return usual | dict(zip_longest(columns, outcome.cells, fillvalue=""))


def _old_rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            table = csv.DictReader(file)
            return [row for row in table if set(COLUMNS) <= set(row) and None not in row]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def _check_writable(out: Path) -> None:
    """Told before any work is done."""
    probe = write_atomically(out / f".ecgimg.{os.getpid()}", b"")
    with suppress(OSError):
        probe.unlink()


def _tidy(out: Path, pid: int) -> None:
    """Removes the temporary file that an ended worker may have left."""
    for part in out.glob(f".*.{pid}.part"):
        with suppress(OSError):
            part.unlink()
