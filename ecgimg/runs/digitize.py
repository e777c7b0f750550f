"""One page of `ecgimg digitize`: its files, and whether they are all there.

A page NAME becomes NAME.json, the files of the recording's formats (`ecgimg.recording.formats`) and NAME.overlay.png.
The JSON is written first and lists the other files, the hash of the source and the settings. A page is done when all of
that is there and agrees, so that a run that was killed between two files does the page again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ecgimg.pipelines.step_runner import Hook
from ecgimg.recording.formats import DEFAULT_FORMAT
from ecgimg.runs.file_names import DIGITIZE_SUFFIXES, OVERLAY, PAGE_JSON
from ecgimg.runs.job import Outcome, PageJob, RunKind, Task
from ecgimg.runs.recording_files import recording_files, write_recording_files
from ecgimg.schemas.common import read_json, write_json
from ecgimg.schemas.page import PageResult, describe_page

if TYPE_CHECKING:
    from ecgimg.pipelines.digitize import Digitized


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.digitize  # noqa: F401


def make(task: Task, hook: Hook) -> PageResult:
    """Digitizes a page and writes its files; errors as `digitize_page`.

    The pipeline is imported in the worker, since the parent does not need it.
    """
    from ecgimg.pipelines.digitize import digitize_page

    job, settings = task.job, task.options.page.settings
    made = digitize_page(job.path, job.page, task.options.page, job.name, hook)
    result = describe_page(
        made.photo,
        made.sheet,
        made.match,
        made.recording,
        made.timings,
        settings,
        _file_names(task),
        task.options.export,
    )
    _write(result, made, task)
    return result


def is_current(task: Task, result: PageResult) -> bool:
    """Whether a page's JSON has the same settings and formats, and all its files are there."""
    if (result.settings, result.export) != (task.options.page.settings, task.options.export):
        return False
    return {*_file_names(task)} <= {*result.files} and all((task.out / name).is_file() for name in result.files)


def outcome(job: PageJob, result: PageResult) -> Outcome:
    """How a page with this JSON ended."""
    return Outcome(
        name=job.name,
        input=str(job.path),
        page=job.page,
        status="ok",
        seconds=round(sum(result.timings.values()), 3),
        layout=result.layout.id,
        confidence=result.confidence,
        warnings=result.warnings,
        message=f"{result.layout.id}, confidence {result.confidence:.2f}",
    )


def _write(result: PageResult, made: Digitized, task: Task) -> None:
    """The JSON first. Files of an older result are removed before it, so that old and new files never mix."""
    from ecgimg.findings.interpretation import interpret_for_files
    from ecgimg.io.png import write_png
    from ecgimg.report.overlay import overlay_image
    from ecgimg.report.stored_photo import stored_photo
    from ecgimg.stages.measure import measure

    before = read_json(PageResult, task.path(PAGE_JSON))
    own = {task.path(suffix).name for suffix in DIGITIZE_SUFFIXES[1:]}
    for name in own & {*before.files} if before else ():
        (task.out / name).unlink(missing_ok=True)
    write_json(result, task.path(PAGE_JSON))
    found = interpret_for_files(measure(made.recording))
    write_recording_files(made.recording, found, task, _formats(task))
    photo = stored_photo(made.photo, task.options.page.photo, made.recording.geometry)
    write_png(overlay_image(photo, made.recording), task.path(OVERLAY))


def _formats(task: Task) -> tuple[str, ...]:
    return task.options.formats or (DEFAULT_FORMAT,)


def _file_names(task: Task) -> tuple[str, ...]:
    return (task.path(PAGE_JSON).name, *recording_files(task, _formats(task)), task.path(OVERLAY).name)


DIGITIZE = RunKind(DIGITIZE_SUFFIXES, partial(read_json, PageResult), make, is_current, outcome, preload)
