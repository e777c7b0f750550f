"""Runs over many pages: plan, skip pages that are done, work in worker processes, write, summarise.

The output folder gets the files of each page (see `RunKind`) and `summary.csv` with a row a page.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from ecgimg.errors import EcgimgError, ExitCode
from ecgimg.io.files import write_atomically
from ecgimg.options import RunOptions
from ecgimg.runs.job import Outcome, RunKind, Task, ended_early, failed
from ecgimg.runs.page_counts import count_all_pages
from ecgimg.runs.plan import plan_jobs
from ecgimg.runs.summary import SUMMARY, write_summary
from ecgimg.runs.worker import Done, Executor, Step


class Listener(Protocol):
    """Follows a run, as a progress bar or as lines."""

    def planned(self, pages: int) -> None:
        """The run has this many pages."""

    def warned(self, text: str) -> None:
        """A warning about the run."""

    def stepped(self, name: str, step: str, done: int, total: int) -> None:
        """A page has finished a step."""

    def finished(self, outcome: Outcome) -> None:
        """A page has ended."""


def run_batch(
    inputs: Sequence[str],
    out: Path,
    options: RunOptions,
    listener: Listener,
    executor: Executor,
    kind: RunKind[Any],
) -> tuple[Outcome, ...]:
    """Does one kind of work on all pages of the inputs, into a folder; a page that fails costs only itself.

    Raises:
        UnreadableInputError: the inputs hold no picture.
        OutputError: the folder can't be written to.
        KeyboardInterrupt: passed on, after the workers have ended and the summary was written.
    """
    _check_writable(out)
    count = partial(count_all_pages, executor=executor, max_pages=options.max_pages)
    plan = plan_jobs(inputs, out, kind, count)
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


class _Run:
    """Collects outcomes and reports them to the listener."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.outcomes: list[Outcome] = []

    def report(self, item: Step[Task] | Done[Task, Outcome]) -> None:
        """Takes what an executor reports."""
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


def _check_writable(out: Path) -> None:
    """Raises OutputError before any work is done."""
    probe = write_atomically(out / f".ecgimg.{os.getpid()}", b"")
    with suppress(OSError):
        probe.unlink()


def _tidy(out: Path, pid: int) -> None:
    """Removes the temporary files that a lost worker may have left."""
    for part in out.glob(f".*.{pid}.part"):
        with suppress(OSError):
            part.unlink()
