"""The pages of an input. The parent reads the first bytes of a file only; workers open documents and fetch by URI."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.errors import EcgimgError, UnreadableInputError
from ecgimg.io.images import PICTURE_SUFFIXES, can_have_pages, count_pages
from ecgimg.io.remote import fetch
from ecgimg.jobs import Done, Executor, Step, Tell
from ecgimg.recording.kinds import is_recording
from ecgimg.runs.inputs import Input


@dataclass(frozen=True)
class PageCounter:
    """Counts the pages of inputs. A document is counted by a worker, under its limits of time and memory.

    A recording counts as one page where the run takes recordings, and can't be read elsewhere.
    """

    executor: Executor
    max_pages: int
    takes_recordings: bool = False

    def __call__(self, one: Input) -> int | EcgimgError:
        """Pages of a file, or why it can't be read."""
        if one.uri:
            is_picture = one.path.suffix.lower() in PICTURE_SUFFIXES  # its worker fetches it
            return 1 if is_picture else self._by_worker(one)
        try:
            return self._by_worker(one) if _may_have_pages(one, self.takes_recordings) else 1
        except EcgimgError as error:
            return error

    def _by_worker(self, one: Input) -> int | EcgimgError:
        answers: list[int | EcgimgError] = []

        def take(item: Step[_Document] | Done[_Document, int | EcgimgError]) -> None:
            if isinstance(item, Done):
                answers.append(item.answer)

        self.executor.run(_count, [_Document(one, self.max_pages, self.takes_recordings)], take)
        return answers[0]


@dataclass(frozen=True)
class _Document:
    file: Input
    max_pages: int
    takes_recordings: bool


def _may_have_pages(one: Input, takes_recordings: bool) -> bool:
    """Whether a file may have more than one page; raises where it is of no kind that is read."""
    if is_recording(one.path):
        if takes_recordings:
            return False
        remedy = "ecgimg diagnose and measure take recordings, ecgimg.read gives their samples"
        raise UnreadableInputError(f"{one.place} is a recording and no page", where="load", remedy=remedy)
    return can_have_pages(one.path)


def _count(document: _Document, tell: Tell) -> int | EcgimgError:
    one = document.file
    try:
        if one.uri:
            fetch(one.uri, one.path)
        pages = count_pages(one.path) if _may_have_pages(one, document.takes_recordings) else 1
    except EcgimgError as error:
        return error
    if pages <= document.max_pages:
        return pages
    what = f"{one.place} has {pages:,} pages, more than {document.max_pages:,}"
    return UnreadableInputError(what, where="load", remedy="split the document, or raise --max-pages")
