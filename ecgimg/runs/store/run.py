"""Runs over many pages into a store: what is done is asked of its manifest, and the memory of the run does not grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ecgimg.errors import ExitCode, WorkerError
from ecgimg.io.remote import is_uri
from ecgimg.jobs import Done, Executor, Step
from ecgimg.options import RunOptions
from ecgimg.runs.job import Outcome, PageJob, RunKind, Task, failed
from ecgimg.runs.page_counts import PageCounter
from ecgimg.runs.pages import Listener, RunPages, open_pages
from ecgimg.runs.plan import PlaceNames
from ecgimg.runs.store.store import Store, open_store
from ecgimg.runs.store.table import Row, page_row, store_page
from ecgimg.runs.tally import Tally


def run_store(
    inputs: Sequence[str],
    place: str,
    options: RunOptions,
    listener: Listener,
    executor: Executor,
    kind: RunKind[Any],
    listing: Path | None = None,
) -> Tally:
    """Does one kind of work on all pages of the inputs, into a store; a page that fails costs only itself.

    Args:
        inputs: files, folders, globs and URIs.
        place: the folder of the store, or its URI.
        options: those of the run.
        listener: follows the run.
        executor: does the work.
        kind: the kind of work.
        listing: a file that names further inputs.

    Raises:
        UnreadableInputError: the inputs hold no picture.
        DependencyError, OutputError, UsageError: as `open_store`.
        KeyboardInterrupt: passed on, after the workers have ended and the rows were written.
    """
    out = None if is_uri(place) else Path(place)
    with (
        open_store(place, kind, options.page.settings) as (store, is_locked),
        open_pages(inputs, listing, kind.takes_recordings, out, listener) as pages,
    ):
        if not is_locked:
            listener.warned(f"{place} can't be locked; don't let two runs write into it at the same time")
        run = _Run(store, pages, listener)
        count = PageCounter(executor, options.max_pages, kind.takes_recordings)
        names = PlaceNames()
        for jobs in (pages.plan(names, count, store.done), pages.plan_others(names)):
            tasks = (Task(job, Path(), options) for job in run.begin(jobs))
            executor.run(partial(store_page, kind), tasks, run.report)
    return run.tally


class _Run:
    """Takes what an executor reports, and passes it on to the store and the listener."""

    def __init__(self, store: Store, pages: RunPages, listener: Listener) -> None:
        self._store = store
        self._pages = pages
        self._listener = listener
        self.tally = Tally()

    def begin(self, jobs: Iterator[PageJob]) -> Iterator[PageJob]:
        """The pages that need work; the others are ended when their turn comes."""
        before = 0
        for job in jobs:
            if job.name in self._store.done:
                self._skip(job)
                before += 1
                continue
            if before:
                self._listener.skipped(before)
                before = 0
            if job.error is None:
                yield job
            else:
                outcome = failed(job, job.error, 0.0)
                self._finish(job, outcome, page_row(job, outcome, {}))
        if before:
            self._listener.skipped(before)

    def report(self, item: Step[Task] | Done[Task, tuple[Outcome, Row]]) -> None:
        """Takes what an executor reports."""
        job = item.job.job
        if isinstance(item, Step):
            self._listener.stepped(job.name, item.step, item.done, item.total)
        elif isinstance(item.answer, WorkerError):
            outcome = failed(job, item.answer, item.job.options.timeout)
            self._finish(job, outcome, page_row(job, outcome, {}))
        else:
            self._finish(job, *item.answer)

    def _skip(self, job: PageJob) -> None:
        self._pages.ended(job, self._store.ecgs.get(job.name, 1))
        if job.name in self._store.refused:
            self.tally.add("refused", ExitCode.REFUSED, skipped=True)
        else:
            self.tally.add("ok", ExitCode.OK, skipped=True)

    def _finish(self, job: PageJob, outcome: Outcome, row: Row) -> None:
        self._pages.ended(job, outcome.ecgs)
        self._store.add(row)
        self.tally.add(outcome.status, outcome.exit_code)
        self._listener.finished(outcome)
