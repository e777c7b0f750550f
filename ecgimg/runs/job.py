"""One page of a run, whatever is done with it: the task, its outcome, and the kinds of runs."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal

from ecgimg.errors import EcgimgError, ExitCode, RefusedError
from ecgimg.io.files import hash_file
from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.runs.file_names import DEBUG
from ecgimg.runs.plan import Outputs, PageJob
from ecgimg.runs.worker import Tell
from ecgimg.schemas.common import PageSource
from ecgimg.threads import use_one_opencv_thread

Status = Literal["ok", "refused", "failed"]


@dataclass(frozen=True)
class Task:
    """A page, where its results go, and how it is to be read."""

    job: PageJob
    out: Path
    options: RunOptions


@dataclass(frozen=True)
class Outcome:
    """How a page ended: a row of summary.csv.

    `reason` is the one line that tells why there is no result; `details` is the traceback of an unexpected error.
    `skipped` means that the page had been done before. `message` is what a line of progress tells of a page that is ok,
    `summary_cells` are the values of the columns that its kind of work adds to the summary.
    """

    name: str
    input: str
    page: int
    status: Status
    seconds: float
    reason: str = ""
    layout: str = ""
    confidence: float | None = None
    exit_code: ExitCode = ExitCode.OK
    warnings: tuple[str, ...] = ()
    details: str = ""
    skipped: bool = False
    message: str = ""
    summary_cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunKind:
    """A kind of work on pages: what it writes, how a page is done, and how one that was done before is known.

    `work` and `preload` are functions of a module, since workers find them by name: `work` does a page and never
    raises, `preload` imports what it needs. `before` gives the outcome of a page that was done before with the same
    settings, else None. `columns` are added to the summary.
    """

    outputs: Outputs
    work: Callable[[Task, Tell], Outcome]
    before: Callable[[Task], Outcome | None]
    preload: Callable[[], None]
    columns: tuple[str, ...] = ()


def follow_steps(task: Task, tell: Tell) -> Hook:
    """A pipeline's hook that tells of each step, and with `--debug` writes a picture of what it made."""

    def hook(step: str, artifact: object, done: int, total: int) -> None:
        tell(step, done, total)
        if task.options.debug:
            _write_debug_image(task, f"{done}-{step}", artifact)

    return hook


def use_threads(options: RunOptions) -> None:
    """One OpenCV thread a worker where several share the machine."""
    if options.jobs > 1:
        use_one_opencv_thread()


def ended_early(task: Task, kind: RunKind) -> Outcome | None:
    """The outcome of a page that needs no work: it can't be read, or it was done before with the same settings."""
    if task.job.error is not None:
        return failed(task.job, task.job.error, 0.0)
    return None if task.options.force else kind.before(task)


def guarded(task: Task, tell: Tell, work: Callable[[Task, Tell], Outcome]) -> Outcome:
    """What `work` makes of a page; whatever it raises becomes the page's failure."""
    start = perf_counter()
    step = ["the start"]

    def follow(name: str, done: int, total: int) -> None:
        step[0] = name
        tell(name, done, total)

    try:
        return work(task, follow)
    except EcgimgError as error:
        return failed(task.job, error, perf_counter() - start)
    except Exception as error:  # a bug, or a library's: this page fails, with its traceback for --verbose
        where = f"{task.job.path}, after {step[0]}"
        wrapped = EcgimgError(f"unexpected {type(error).__name__}: {' '.join(str(error).split())}", where=where)
        return failed(task.job, wrapped, perf_counter() - start, traceback.format_exc())


def is_same_page(source: PageSource, job: PageJob) -> bool:
    """Whether a record was made of this very page."""
    return source.page == job.page and source.sha256 == hash_file(job.path)


def failed(job: PageJob, error: EcgimgError, seconds: float, details: str = "") -> Outcome:
    """The outcome of a page that gave no result."""
    return Outcome(
        name=job.name,
        input=str(job.path),
        page=job.page,
        status="refused" if isinstance(error, RefusedError) else "failed",
        seconds=seconds,
        reason=str(error),
        exit_code=error.exit_code,
        details=details,
    )


def _write_debug_image(task: Task, step: str, artifact: object) -> None:
    """Writes a picture of what a step made into the page's debug folder, where there is something to see."""
    from ecgimg.io.png import write_png
    from ecgimg.report.debug_images import artifact_image

    picture = artifact_image(artifact)
    if picture is not None:
        write_png(picture, task.out / f"{task.job.name}{DEBUG}" / f"{step}.png")
