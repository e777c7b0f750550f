"""One page of a run: what it is to become, whether it was done before, its files.

A page NAME becomes NAME.json, NAME.hea and NAME.dat and/or NAME.csv, and NAME.overlay.png. The JSON is written first
and lists the other files, the hash of the source and the settings; a page is done when all of that is there and agrees,
so that a run that was killed between two files does the page again.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from ecgimg.errors import EcgimgError, ExitCode, RefusedError
from ecgimg.inputs import DEBUG_SUFFIX, DIGITIZED, OUTPUT_SUFFIXES, OVERLAY_SUFFIX, Outputs, PageJob
from ecgimg.io.results import PageResult, PageSettings, PageSource, hash_file, read_result, write_result
from ecgimg.options import Options
from ecgimg.worker import Tell

if TYPE_CHECKING:
    from ecgimg.pipeline import Digitized

Status = Literal["ok", "refused", "failed"]


@dataclass(frozen=True)
class Task:
    """A page, where its results go, and how it is to be read."""

    job: PageJob
    out: Path
    options: Options


@dataclass(frozen=True)
class Outcome:
    """How a page ended: a row of summary.csv.

    `reason` is the one line that tells why there is no result; `details` is the traceback of an unexpected error.
    `skipped` means that the page had been done before. `said` is what a line of progress tells of a page that is ok,
    `cells` are the values of the columns that its kind of work adds to the summary.
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
    said: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of work on pages: what it writes, how a page is done, and how one that was done before is known.

    `work` is a function of a module, since workers find it by name; it never raises. `before` gives the outcome of a
    page that was done before with the same settings, else None. `columns` are added to the summary.
    """

    outputs: Outputs
    work: Callable[[Task, Tell], Outcome]
    before: Callable[[Task], Outcome | None]
    columns: tuple[str, ...] = ()


def ended_early(task: Task, kind: Kind) -> Outcome | None:
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


def digitized_before(task: Task) -> Outcome | None:
    """The outcome of a page whose files are all there, made of the same picture with the same settings."""
    job, options = task.job, task.options
    before = read_result(task.out / f"{job.name}.json")
    if before is None or before.settings != page_settings(options):
        return None
    wanted = {*_file_names(job.name, options)}
    if not wanted <= set(before.files) or any(not (task.out / name).is_file() for name in before.files):
        return None
    if not is_same_page(before.source, job):
        return None
    return _ok(job, before, round(sum(before.timings.values()), 3), skipped=True)


def digitize_task(task: Task, tell: Tell) -> Outcome:
    """Digitizes a page and writes its files; runs in a worker and never raises."""
    return guarded(task, tell, _digitize)


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


def _ok(job: PageJob, result: PageResult, seconds: float, skipped: bool = False) -> Outcome:
    return Outcome(
        name=job.name,
        input=str(job.path),
        page=job.page,
        status="ok",
        seconds=seconds,
        layout=result.layout.id,
        confidence=result.confidence,
        warnings=result.warnings,
        skipped=skipped,
        said=f"{result.layout.id}, confidence {result.confidence:.2f}",
    )


def _digitize(task: Task, tell: Tell) -> Outcome:
    """The heavy imports stay here, in the worker."""
    import cv2

    from ecgimg.io.results import describe_page
    from ecgimg.pipeline import digitize_page

    if task.options.jobs > 1:
        cv2.setNumThreads(1)
    start = perf_counter()
    job, options = task.job, task.options

    def hook(step: str, artifact: object, done: int, total: int) -> None:
        tell(step, done, total)
        if options.debug:
            keep_picture(task, f"{done}-{step}", artifact)

    made = digitize_page(job.path, job.page, options, job.name, hook)
    names = _file_names(job.name, options)
    result = describe_page(
        made.photo, made.sheet, made.match, made.recording, made.timings, page_settings(options), names
    )
    _write(result, made, task)
    return _ok(job, result, round(perf_counter() - start, 3))


def _write(result: PageResult, made: Digitized, task: Task) -> None:
    """The JSON first; files of an older result go before it, so that old and new never look like one."""
    from ecgimg.io.recordings import write_csv, write_wfdb
    from ecgimg.report.figures import overlay_image, write_png

    out, name = task.out, task.job.name
    before = read_result(out / f"{name}.json")
    for old in set(before.files) & {f"{name}{suffix}" for suffix in OUTPUT_SUFFIXES[1:]} if before else ():
        (out / old).unlink(missing_ok=True)
    write_result(result, out / f"{name}.json")
    if "wfdb" in task.options.formats:
        write_wfdb(made.recording, out, name)
    if "csv" in task.options.formats:
        write_csv(made.recording, out / f"{name}.csv")
    write_png(overlay_image(made.photo, made.recording), out / f"{name}{OVERLAY_SUFFIX}")


def keep_picture(task: Task, step: str, artifact: object) -> None:
    """Writes a picture of what a step made into the page's debug folder, where there is something to see."""
    from ecgimg.report.figures import artifact_image, write_png

    picture = artifact_image(artifact)
    if picture is not None:
        write_png(picture, task.out / f"{task.job.name}{DEBUG_SUFFIX}" / f"{step}.png")


def _file_names(name: str, options: Options) -> tuple[str, ...]:
    suffixes = {"wfdb": (".hea", ".dat"), "csv": (".csv",)}
    recordings = [f"{name}{suffix}" for wanted in options.formats for suffix in suffixes[wanted]]
    return (f"{name}.json", *recordings, f"{name}{OVERLAY_SUFFIX}")


def page_settings(options: Options) -> PageSettings:
    """What the user asked for, as the JSON tells it."""
    return PageSettings(layout=options.layout, paper_speed=options.paper_speed, gain=options.gain)


DIGITIZE = Kind(DIGITIZED, digitize_task, digitized_before)
