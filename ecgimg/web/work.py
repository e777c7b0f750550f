"""What a worker does for the web server: it reads a page, or makes one of its files.

A page has a folder of its own. `upload` is what the client sent, and goes when it is read. `traced` is the page before
any correction, from which it is read on when it is corrected. Each reading has a folder `1`, `2` and so on below it,
with its `content`, from which files are made when somebody wants them.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ecgimg.errors import (
    Cause,
    EcgimgError,
    Refusal,
    RefusedError,
    UnreadableInputError,
    UsageError,
    is_out_of_memory,
)
from ecgimg.jobs import Tell
from ecgimg.options import Language, PageOptions
from ecgimg.pipelines.step_runner import Hook

if TYPE_CHECKING:
    from ecgimg.findings.report import ReportContent
    from ecgimg.io.images import MemoryFile
    from ecgimg.pipelines.traced_page import TracedPage

UPLOAD = "upload"
TRACED = "traced"
CONTENT = "content"
REPORT = "report.json"
DRAWING = "drawing.json"
PHOTO = "photo.jpg"
NAME = "ecg"
"""The name of a page in its files: names of a client's files are never sent."""
SOURCE = "the picture"
"""Stands for the upload in messages."""


@dataclass(frozen=True)
class Reading:
    """A page to read: its folder, the folder of this reading, its number in the document, and its options."""

    folder: Path
    out: Path
    page: int
    options: PageOptions
    max_pixels: int
    max_pages: int


@dataclass(frozen=True)
class Read:
    """How a reading ended; `problem` is one sentence where there is no result, or the refusal. `files` can be had."""

    status: Literal["done", "refused", "failed"]
    problem: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileWish:
    """A file that somebody wants of a reading."""

    folder: Path
    out: Path
    name: str
    language: Language


def warm(_: object, tell: Tell) -> None:
    """Loads what a reading needs, so that the first page does not wait for it."""
    import ecgimg.pipelines.diagnose
    import ecgimg.report.html  # noqa: F401
    from ecgimg.networks.manifest import list_weights
    from ecgimg.networks.runtime import load_network

    for weight in list_weights():
        if weight.file.endswith(".onnx"):
            load_network(weight.name)


def read(job: Reading, tell: Tell) -> Read:
    """Reads a page and writes what the browser shows; whatever goes wrong becomes one sentence."""
    tell("", 0, 0)
    return _in_words(lambda: _read(job, tell))


def make_file(wish: FileWish, tell: Tell) -> Read:
    """Makes one file of a reading."""
    from ecgimg.web.files import FILES

    def make() -> Read:
        content = _load_content(wish)
        folder = wish.out / wish.language
        folder.mkdir(exist_ok=True)
        FILES[wish.name].make(content, folder, wish.language)
        return Read("done")

    return _in_words(make)


def _read(job: Reading, tell: Tell) -> Read:
    from ecgimg.pipelines.diagnose import diagnose_page
    from ecgimg.web.files import names

    def follow(step: str, artifact: object, done: int, total: int) -> None:
        tell(step, done, total)

    traced = _traced(job, follow)
    content = diagnose_page(traced, job.page, job.options, NAME, follow)
    if job.options.corrections is not None and content.recording is None and traced.placed is not None:
        raise RefusedError.of(content.refusal or Refusal(Cause.GIVEN_LAYOUT))
    _write(content, job.out)
    status: Literal["refused", "done"] = "refused" if content.read_by == "nothing" else "done"
    return Read(status, str(content.refusal or ""), names(content))


def _traced(job: Reading, follow: Hook) -> TracedPage:
    """The page before corrections: read from the upload the first time, stored after that."""
    from ecgimg.io.images import MemoryFile
    from ecgimg.pipelines.diagnose import trace_page

    stored = job.folder / TRACED
    if stored.is_file():
        traced: TracedPage = _load(stored)
        return traced
    upload = job.folder / UPLOAD
    file = MemoryFile(SOURCE, upload.read_bytes())
    _check_size(file, job)
    traced = trace_page(file, job.page, job.options.uncorrected, follow)
    _store(traced, stored)
    upload.unlink()
    return traced


def _write(content: ReportContent, out: Path) -> None:
    """What the browser shows, and the content without what `traced` has already."""
    from ecgimg.schemas.common import write_json
    from ecgimg.schemas.report import describe_report
    from ecgimg.web.drawing import describe_drawing
    from ecgimg.web.limits import WEB

    out.mkdir(exist_ok=True)
    write_json(describe_report(content), out / REPORT, indent=None)
    write_json(describe_drawing(content, WEB.drawn_rate), out / DRAWING, indent=None)
    _write_photo(content, out / PHOTO)
    _store(replace(content, photo=None, sheet=None), out / CONTENT)


def _load_content(wish: FileWish) -> ReportContent:
    """The content of a reading, with the photo."""
    traced: TracedPage = _load(wish.folder / TRACED)
    content: ReportContent = _load(wish.out / CONTENT)
    return replace(content, photo=traced.photo)


def _check_size(file: MemoryFile, job: Reading) -> None:
    """Raises UnreadableInputError for a picture of too many pixels or a document of too many pages."""
    from ecgimg.io.images import count_pages, count_pixels

    pixels = count_pixels(file)
    if pixels is not None and pixels > job.max_pixels:
        what = f"the picture has {pixels / 1e6:.0f} million pixels, more than {job.max_pixels / 1e6:.0f}"
        raise UnreadableInputError(what, where="load", remedy="save it smaller; 3000 x 2000 is plenty for a page")
    pages = count_pages(file)
    if pages > job.max_pages:
        what = f"the document has {pages:,} pages, more than {job.max_pages:,}"
        raise UnreadableInputError(what, where="load", remedy="split the document")


def _write_photo(content: ReportContent, path: Path) -> None:
    """The photo as it may be shown, small enough for a phone."""
    from ecgimg.io.thumbnail import write_thumbnail
    from ecgimg.report.stored_photo import stored_photo
    from ecgimg.web.limits import WEB

    assert content.photo is not None
    geometry = content.recording.geometry if content.recording else None
    shown = stored_photo(content.photo, content.settings.photo, geometry)
    write_thumbnail(shown.pixels, path, WEB.photo_side_px, WEB.photo_quality)


def _store(value: object, path: Path) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    part.replace(path)


def _load(path: Path) -> Any:
    """What this server's own workers have stored; nothing from outside is ever unpickled."""
    return pickle.loads(path.read_bytes())


def _in_words(work: Callable[[], Read]) -> Read:
    try:
        return work()
    except (RefusedError, UsageError) as error:  # their remedies are options of the command line
        return Read("failed", error.what)
    except EcgimgError as error:
        return Read("failed", str(error))
    except Exception as error:  # a bug, or a library's: this page fails; the traceback goes to the server's log
        if is_out_of_memory(error):
            return Read("failed", "the page needs more memory than a page may have; save the picture smaller")
        traceback.print_exc()
        return Read("failed", f"unexpected {type(error).__name__}; the server's log has the details")
