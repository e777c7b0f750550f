"""One page of `ecgimg digitize`: whether it was done before, and its files.

A page NAME becomes NAME.json, the files of the recording's formats (`ecgimg.recording.formats`) and NAME.overlay.png.
The JSON is written first and lists the other files, the hash of the source and the settings; a page is done when all of
that is there and agrees, so that a run that was killed between two files does the page again.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from ecgimg.options import RunOptions
from ecgimg.recording.formats import recording_format
from ecgimg.runs.file_names import DIGITIZE_SUFFIXES, OVERLAY, PAGE_JSON
from ecgimg.runs.job import Outcome, RunKind, Task, follow_steps, guarded, is_same_page, use_threads
from ecgimg.runs.plan import Outputs, PageJob
from ecgimg.runs.worker import Tell
from ecgimg.schemas.page import PageResult, describe_page, read_result, write_result

if TYPE_CHECKING:
    from ecgimg.pipelines.digitize import Digitized


def digitized_before(task: Task) -> Outcome | None:
    """The outcome of a page whose files are all there, made of the same picture with the same settings."""
    job, options = task.job, task.options
    before = read_result(task.out / f"{job.name}{PAGE_JSON}")
    if before is None or before.settings != options.page.settings:
        return None
    wanted = {*_file_names(job.name, options)}
    if not wanted <= set(before.files) or any(not (task.out / name).is_file() for name in before.files):
        return None
    if not is_same_page(before.source, job):
        return None
    return _ok(job, before, round(sum(before.timings.values()), 3), skipped=True)


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.digitize  # noqa: F401


def digitize_task(task: Task, tell: Tell) -> Outcome:
    """Digitizes a page and writes its files; runs in a worker and never raises."""
    return guarded(task, tell, _digitize)


def _digitize(task: Task, tell: Tell) -> Outcome:
    """The pipeline is imported here, in the worker: it loads what the parent needs not."""
    from ecgimg.pipelines.digitize import digitize_page

    use_threads(task.options)
    start = perf_counter()
    job, options = task.job, task.options
    made = digitize_page(job.path, job.page, options.page, job.name, follow_steps(task, tell))
    names = _file_names(job.name, options)
    result = describe_page(
        made.photo, made.sheet, made.match, made.recording, made.timings, options.page.settings, names
    )
    _write(result, made, task)
    return _ok(job, result, round(perf_counter() - start, 3))


def _write(result: PageResult, made: Digitized, task: Task) -> None:
    """The JSON first; files of an older result go before it, so that old and new never look like one."""
    from ecgimg.io.png import write_png
    from ecgimg.report.overlay import overlay_image

    out, name = task.out, task.job.name
    before = read_result(out / f"{name}{PAGE_JSON}")
    for old in set(before.files) & {f"{name}{suffix}" for suffix in DIGITIZE_SUFFIXES[1:]} if before else ():
        (out / old).unlink(missing_ok=True)
    write_result(result, out / f"{name}{PAGE_JSON}")
    for wanted in task.options.formats:
        recording_format(wanted).write(made.recording, out, name)
    write_png(overlay_image(made.photo, made.recording), out / f"{name}{OVERLAY}")


def _file_names(name: str, options: RunOptions) -> tuple[str, ...]:
    suffixes = [suffix for wanted in options.formats for suffix in recording_format(wanted).suffixes]
    return tuple(f"{name}{suffix}" for suffix in (PAGE_JSON, *suffixes, OVERLAY))


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
        message=f"{result.layout.id}, confidence {result.confidence:.2f}",
    )


DIGITIZE = RunKind(Outputs(DIGITIZE_SUFFIXES, read_result), digitize_task, digitized_before, preload)
