"""Runs over many pages: plan, skip pages that are done, work in worker processes, write, summarise.

The output folder gets the files of each page (see `RunKind`), `summary.csv` with a row a page, and `index.html`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ecgimg.errors import EcgimgError, OutputError
from ecgimg.io.files import locked, remove_parts, write_atomically
from ecgimg.jobs import Done, Executor, Step
from ecgimg.options import RunOptions
from ecgimg.runs.job import Outcome, RunKind, Task, ended_early, failed, without_outdated
from ecgimg.runs.page_counts import PageCounter
from ecgimg.runs.pages import Listener, RunPages, open_pages
from ecgimg.runs.plan import FolderNames
from ecgimg.runs.summary import Summary

_REMOVED = "the page's files were removed while the run went on"


def run_batch(
    inputs: Sequence[str],
    out: Path,
    options: RunOptions,
    listener: Listener,
    executor: Executor,
    kind: RunKind[Any],
    listing: Path | None = None,
) -> tuple[Outcome, ...]:
    """Does one kind of work on all pages of the inputs, into a folder; a page that fails costs only itself.

    `listing` is a file that names further inputs.

    Raises:
        UnreadableInputError: the inputs hold no picture.
        OutputError: the folder can't be written to, or another run is writing into it.
        KeyboardInterrupt: passed on, after the workers have ended and the summary was written.
    """
    _check_writable(out)
    with locked(out) as is_locked, open_pages(inputs, listing, kind.takes_recordings, out, listener) as pages:
        if not is_locked:
            listener.warned(f"{out} can't be locked; don't let two runs write into it at the same time")
        remove_parts(out)
        names = FolderNames(out, kind.files(options), pages.files)
        count = PageCounter(executor, options.max_pages, kind.takes_recordings)
        run = _Run(listener, kind, Summary(out, kind), pages)
        try:
            for jobs in (pages.plan(names, count), pages.plan_others(names)):
                tasks = run.begin(Task(job, out, options) for job in jobs)
                executor.run(kind.work, tasks, run.report, lambda pid: remove_parts(out, pid))
        finally:
            outcomes = run.close()
    return outcomes


class _Run:
    """Collects outcomes, writes them into the summary and reports them to the listener."""

    def __init__(self, listener: Listener, kind: RunKind[Any], summary: Summary, pages: RunPages) -> None:
        self._listener = listener
        self._kind = kind
        self._summary = summary
        self._pages = pages
        self._ended: list[tuple[Task, Outcome]] = []

    def begin(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """The tasks that need work; the others are ended when their turn comes."""
        for task in tasks:
            self._summary.expect(task.job.name, task.job.place)
            early = ended_early(task, self._kind)
            if early is None:
                yield task
            else:
                self._finish(task, early)

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
        self._pages.ended(task.job, outcome.ecgs)
        self._ended.append((task, outcome))
        self._summary.add(outcome)
        self._listener.finished(outcome)


def _check_writable(out: Path) -> None:
    """Raises OutputError before any work is done."""
    probe = write_atomically(out / f".ecgimg.{os.getpid()}", b"")
    with suppress(OSError):
        probe.unlink()
