"""One page of `ecgimg digitize`: NAME.json, the files of the recording's formats, and overlays.

`ecgimg diagnose --format` writes the same files, so that both commands are done with a page that one of them digitized.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ecgimg.io.files import path_text
from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.recording.formats import DEFAULT_FORMAT, FORMATS, recording_format
from ecgimg.runs.file_names import OVERLAY, OVERLAY_THUMBNAIL, PAGE_JSON, FileSet, file_name, recording_files
from ecgimg.runs.job import Outcome, PageJob, RunKind, Task
from ecgimg.runs.records import Made
from ecgimg.schemas.common import read_json
from ecgimg.schemas.owner import read_owner
from ecgimg.schemas.page import PageResult, describe_page

if TYPE_CHECKING:
    from ecgimg.datamodel.page import LayoutMatch, Photo, Sheet
    from ecgimg.recording.recording import Recording


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.digitize  # noqa: F401


def files(options: RunOptions) -> tuple[FileSet, ...]:
    """The files of a page."""
    return (recording_files(options.format or (DEFAULT_FORMAT,)),)


def make(task: Task, hook: Hook) -> tuple[Made[PageResult], ...]:
    """Digitizes a page; errors as `digitize_page`.

    The pipeline is imported in the worker, since the parent does not need it.
    """
    from ecgimg.pipelines.digitize import digitize_page

    made = digitize_page(task.job.path, task.job.page, task.options.page, task.job.name, hook)
    return (make_recording_files(task, made.photo, made.sheet, made.match, made.recording, made.timings),)


def make_recording_files(
    task: Task,
    photo: Photo,
    sheet: Sheet,
    match: LayoutMatch,
    recording: Recording,
    timings: tuple[tuple[str, float], ...],
) -> Made[PageResult]:
    """The files of a digitized page: the formats asked for, and those that an earlier run has written for it."""
    formats = tuple(dict.fromkeys((*(task.options.format or (DEFAULT_FORMAT,)), *_earlier_formats(task))))
    names = tuple(task.path(suffix).name for suffix in recording_files(formats).suffixes)
    result = describe_page(photo, sheet, match, recording, timings, task.options.page.settings, names)

    def write() -> None:
        from ecgimg.io.png import write_png
        from ecgimg.io.thumbnail import write_thumbnail
        from ecgimg.report.overlay import overlay_image
        from ecgimg.report.stored_photo import stored_photo

        for name in formats:
            recording_format(name).write(recording, task.out, task.job.name)
        overlay = overlay_image(stored_photo(photo, task.options.page.photo, recording.geometry), recording)
        write_png(overlay, task.path(OVERLAY))
        write_thumbnail(overlay, task.path(OVERLAY_THUMBNAIL))

    return Made(result, PAGE_JSON, write)


def is_current(task: Task, result: PageResult) -> bool:
    """Whether a page's JSON has the same settings, and the formats asked for."""
    names = {task.path(suffix).name for suffix in files(task.options)[0].suffixes}
    return result.settings == task.options.page.settings and names <= {*result.files}


def outcome(job: PageJob, result: PageResult) -> Outcome:
    """How a page with this JSON ended."""
    return Outcome(
        name=job.name,
        input=path_text(job.path),
        page=job.page,
        status="ok",
        seconds=round(sum(result.timings.values()), 3),
        layout=result.layout.id,
        confidence=result.confidence,
        paper_speed=result.paper_speed,
        gain=result.gain,
        warnings=result.warnings,
        message=f"{result.layout.id}, confidence {result.confidence:.2f}",
    )


def _earlier_formats(task: Task) -> tuple[str, ...]:
    """The formats that a page has from earlier runs; a page that is done again keeps none of them outdated."""
    owner = read_owner(task.path(PAGE_JSON))
    owned = {*owner.files} if owner is not None else set()
    return tuple(one.name for one in FORMATS if {file_name(task.job.name, suffix) for suffix in one.suffixes} <= owned)


DIGITIZE = RunKind("digitize", files, partial(read_json, PageResult), make, is_current, outcome, preload)
