"""Runs over many pages: plan, skip pages that are done, work in worker processes, write, summarise.

The output folder gets the files of each page (see `RunKind`), `summary.csv` with a row a page, and `index.html`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from ecgimg.errors import EcgimgError, ExitCode, OutputError
from ecgimg.io.files import locked, remove_parts, write_atomically
from ecgimg.options import RunOptions
from ecgimg.runs.job import Outcome, RunKind, Task, ended_early, failed, without_outdated
from ecgimg.runs.page_counts import count_all_pages
from ecgimg.runs.plan import plan_jobs
from ecgimg.runs.summary import Summary
from ecgimg.runs.worker import Done, Executor, Step

_REMOVED = "the page's files were removed while the run went on"


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
        OutputError: the folder can't be written to, or another run is writing into it.
        KeyboardInterrupt: passed on, after the workers have ended and the summary was written.
    """
    _check_writable(out)
    with locked(out) as is_locked:
        if not is_locked:
            listener.warned(f"{out} can't be locked; don't let two runs write into it at the same time")
        remove_parts(out)
        count = partial(
            count_all_pages,
            executor=executor,
            max_pages=options.max_pages,
            takes_recordings=kind.takes_recordings,
        )
        plan = plan_jobs(inputs, out, kind.files(options), count, kind.takes_recordings)
        listener.planned(len(plan.jobs))
        for text in plan.warnings:
            listener.warned(text)
        run = _Run(listener, kind, Summary(out, kind, plan.jobs))
        try:
            tasks = run.begin([Task(job, out, options) for job in plan.jobs])
            executor.run(kind.work, tasks, run.report, lambda pid: remove_parts(out, pid))
        finally:
            outcomes = run.close()
    return outcomes


def exit_code(outcomes: Sequence[Outcome]) -> ExitCode:
    """Exit code of a run: that of a single page or of a broken install, else whether all, some or no pages failed."""
    failed = [outcome for outcome in outcomes if outcome.status != "ok"]
    if not failed:
        return ExitCode.OK
    if len(outcomes) == 1 or all(outcome.exit_code == ExitCode.DEPENDENCY for outcome in failed):
        return failed[0].exit_code
    return ExitCode.ALL_FAILED if len(failed) == len(outcomes) else ExitCode.SOME_FAILED


class _Run:
    """Collects outcomes, writes them into the summary and reports them to the listener."""

    def __init__(self, listener: Listener, kind: RunKind[Any], summary: Summary) -> None:
        self._listener = listener
        self._kind = kind
        self._summary = summary
        self._ended: list[tuple[Task, Outcome]] = []

    def begin(self, tasks: Sequence[Task]) -> list[Task]:
        """Ends the tasks that need no work; returns the others."""
        left = []
        for task in tasks:
            early = ended_early(task, self._kind)
            if early is None:
                left.append(task)
            else:
                self._finish(task, early)
        return left

    def report(self, item: Step[Task] | Done[Task, Outcome]) -> None:
        """Takes what an executor reports."""
        if isinstance(item, Step):
            self._listener.stepped(item.job.job.name, item.step, item.done, item.total)
        elif isinstance(item.answer, EcgimgError):
            self._finish(item.job, failed(item.job.job, item.answer, item.job.options.timeout))
        else:
            self._finish(item.job, item.answer)

    def close(self) -> tuple[Outcome, ...]:
        """Writes the summary; returns the outcomes in the order of the inputs.

        A page whose files are gone by now has failed.

        Raises:
            OutputError: the summary can't be written.
        """
        for task, outcome in tuple(self._ended):
            if not all(task.path(record).is_file() for record in outcome.records):
                self._finish(task, failed(task.job, OutputError(_REMOVED, where="output"), outcome.seconds))
        return self._summary.close()

    def _finish(self, task: Task, outcome: Outcome) -> None:
        """A page has ended."""
        outcome = without_outdated(outcome, task, self._kind)
        self._ended.append((task, outcome))
        self._summary.add(outcome)
        self._listener.finished(outcome)


def _check_writable(out: Path) -> None:
    """Raises OutputError before any work is done."""
    probe = write_atomically(out / f".ecgimg.{os.getpid()}", b"")
    with suppress(OSError):
        probe.unlink()
