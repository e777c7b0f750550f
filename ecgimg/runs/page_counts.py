"""The pages of the inputs of a run. The parent reads the first bytes of a file only; workers open documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ecgimg.errors import EcgimgError, UnreadableInputError
from ecgimg.io.images import can_have_pages, count_pages
from ecgimg.recording.kinds import is_recording
from ecgimg.runs.worker import Done, Executor, Step, Tell

PageCounts: TypeAlias = dict[Path, int | EcgimgError]
"""The number of pages of each file, or why it can't be read."""
CountPages: TypeAlias = Callable[[Sequence[Path]], PageCounts]


@dataclass(frozen=True)
class _Document:
    path: Path
    max_pages: int


def count_all_pages(
    files: Sequence[Path], executor: Executor, max_pages: int, takes_recordings: bool = False
) -> PageCounts:
    """Pages of each file. A document is counted by a worker, under its limits of time and memory.

    A recording counts as one page where the run takes recordings, and can't be read elsewhere.
    """
    counts: PageCounts = {}
    documents = []
    for path in files:
        try:
            if is_recording(path):
                counts[path] = 1 if takes_recordings else _no_page(path)
                continue
            if can_have_pages(path):
                documents.append(_Document(path, max_pages))
            counts[path] = 1
        except EcgimgError as error:
            counts[path] = error

    def take(item: Step[_Document] | Done[_Document, int | EcgimgError]) -> None:
        if isinstance(item, Done):
            counts[item.job.path] = item.answer

    if documents:
        executor.run(_count, documents, take)
    return counts


def _no_page(path: Path) -> UnreadableInputError:
    remedy = "ecgimg diagnose and measure take recordings, ecgimg.read gives their samples"
    return UnreadableInputError(f"{path} is a recording and no page", where="load", remedy=remedy)


def _count(document: _Document, tell: Tell) -> int | EcgimgError:
    try:
        pages = count_pages(document.path)
    except EcgimgError as error:
        return error
    if pages <= document.max_pages:
        return pages
    what = f"{document.path} has {pages:,} pages, more than {document.max_pages:,}"
    return UnreadableInputError(what, where="load", remedy="split the document, or raise --max-pages")
