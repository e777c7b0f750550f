"""The pages of a run: its files are listed first, their pages are planned one after the other while the run goes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from ecgimg.runs.inputs import Input, Sources, find_inputs
from ecgimg.runs.job import Outcome, PageJob
from ecgimg.runs.plan import CountPages, Names, plan_pages


class Listener(Protocol):
    """Follows a run, as a progress bar or as lines."""

    def planned(self, pages: int) -> None:
        """The run has this many pages; called again where a document has more than one."""

    def warned(self, text: str) -> None:
        """A warning about the run."""

    def skipped(self, pages: int) -> None:
        """So many further pages were done before."""

    def stepped(self, name: str, step: str, done: int, total: int) -> None:
        """A page has finished a step."""

    def finished(self, outcome: Outcome) -> None:
        """A page has ended."""


class RunPages:
    """The files of a run, and their pages as they are planned; made by `open_pages`."""

    def __init__(self, files: Sequence[Input], listener: Listener) -> None:
        self.files = files
        self._listener = listener
        self._total = len(files)
        self._left: dict[Path, int] = {}
        self._doubles: list[PageJob] = []

    def plan(self, names: Names, count: CountPages, done: Mapping[str, int] | None = None) -> Iterator[PageJob]:
        """All pages; the listener gets their number as far as it is known, and warnings about names."""
        self._listener.planned(self._total)
        for job in plan_pages(self.files, names, count, done):
            if job.page == 1 and job.pages > 1:
                self._total += job.pages - 1
                self._listener.planned(self._total)
                if job.uri:
                    self._left[job.path] = job.pages
            if job.note:
                self._listener.warned(job.note)
            yield job

    def plan_others(self, names: Names) -> Iterator[PageJob]:
        """The second ECGs of the pages that have ended and show two, as pages of their own."""
        files = {file.path: file for file in self.files} if self._doubles else {}
        for job in self._doubles:
            page = job.page + job.pages
            name, note = names.take(files[job.path], page)
            if note:
                self._listener.warned(note)
            yield replace(job, page=page, name=name, note=note)

    def ended(self, job: PageJob, ecgs: int = 1) -> None:
        """A page has ended, on which so many ECGs were found; the copy of a document goes with its last page."""
        if ecgs > 1 and job.page <= job.pages:
            self._doubles.append(job)
            self._total += 1
            if job.path in self._left:  # its copy is needed once more
                self._left[job.path] += 1
            self._listener.planned(self._total)
        if job.path in self._left:
            self._left[job.path] -= 1
            if not self._left[job.path]:
                del self._left[job.path]
                job.path.unlink(missing_ok=True)


@contextmanager
def open_pages(
    inputs: Sequence[str], listing: Path | None, takes_recordings: bool, out: Path | None, listener: Listener
) -> Iterator[RunPages]:
    """The files of inputs and of a list; copies of those that are elsewhere last as long as the context.

    Raises:
        UnreadableInputError, UsageError, DependencyError: as `find_inputs`.
    """
    downloads = cache(_downloads)
    try:
        files, warnings = find_inputs(Sources(tuple(inputs), downloads, listing, takes_recordings), out)
        for text in warnings:
            listener.warned(text)
        yield RunPages(files, listener)
    finally:
        if downloads.cache_info().currsize:
            shutil.rmtree(downloads(), ignore_errors=True)


def _downloads() -> Path:
    """A folder that the first copy makes, on whatever machine; Python writes a file to find a temporary place."""
    return Path(tempfile.gettempdir()) / f"ecgimg-{uuid4().hex}"
