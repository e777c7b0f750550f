"""The files of a recording: NAME.json, which owns them, the formats, and for a page its overlays.

`ecgimg digitize` and `ecgimg diagnose --format` write the same files, so that both are done with a page that one of
them digitized, but for the findings that some formats hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecgimg.recording.formats import DEFAULT_FORMAT, WRITTEN, recording_format
from ecgimg.runs.file_names import OVERLAY, OVERLAY_THUMBNAIL, PAGE_JSON, file_name, recording_files
from ecgimg.runs.job import Task
from ecgimg.runs.records import Made
from ecgimg.schemas.owner import read_owner
from ecgimg.schemas.page import PageResult, describe_page
from ecgimg.schemas.recording import RecordingResult, describe_recording

if TYPE_CHECKING:
    from ecgimg.datamodel.arrays import Pixels
    from ecgimg.pipelines.digitize import Digitized
    from ecgimg.recording.export import Interpretation
    from ecgimg.recording.recording import Recording


def holds_findings(task: Task) -> bool:
    """Whether a format that a run asks for has a place for measurements and findings."""
    return any(recording_format(name).holds_findings for name in _asked(task))


def make_page_files(task: Task, made: Digitized, found: Interpretation, *, with_findings: bool) -> Made[PageResult]:
    """The files of a digitized page: the formats asked for, and those that an earlier run has written for it."""
    formats = _with_earlier(task)
    names = tuple(task.path(suffix).name for suffix in recording_files(formats).suffixes)
    result = describe_page(
        made.photo,
        made.sheet,
        made.match,
        made.recording,
        made.timings,
        task.options.page.settings,
        names,
        task.options.export,
        with_findings,
    )

    def picture() -> Pixels:
        from ecgimg.report.overlay import overlay_image
        from ecgimg.report.stored_photo import stored_photo

        return overlay_image(stored_photo(made.photo, task.options.page.photo, made.recording.geometry), made.recording)

    def write() -> None:
        from ecgimg.io.png import write_png
        from ecgimg.io.thumbnail import write_thumbnail

        _write_formats(task, made.recording, found, formats)
        overlay = picture()
        write_png(overlay, task.path(OVERLAY))
        write_thumbnail(overlay, task.path(OVERLAY_THUMBNAIL))

    return Made(result, PAGE_JSON, write, made.recording, picture)


def make_recording_files(task: Task, recording: Recording, found: Interpretation) -> Made[RecordingResult]:
    """The files of a recording that came without a page, in the same formats as those of a page."""
    formats = _with_earlier(task)
    names = (task.path(PAGE_JSON).name, *_names(task, formats))
    result = describe_recording(recording, task.job.path, names, task.options.export)
    return Made(result, PAGE_JSON, lambda: _write_formats(task, recording, found, formats))


def has_formats(task: Task, result: PageResult | RecordingResult) -> bool:
    """Whether a record owns the formats that a run asks for, written as it asks."""
    return result.export == task.options.export and {*_names(task, _asked(task))} <= {*result.files}


def _write_formats(task: Task, recording: Recording, found: Interpretation, formats: tuple[str, ...]) -> None:
    from ecgimg.recording.export import export

    held = export(recording, task.options.export, found, task.job.name)
    for name in formats:
        recording_format(name).write(held, task.out, task.job.name)


def _asked(task: Task) -> tuple[str, ...]:
    return task.options.format or (DEFAULT_FORMAT,)


def _with_earlier(task: Task) -> tuple[str, ...]:
    """The formats asked for and those of earlier runs; a page that is done again keeps none of them outdated."""
    owner = read_owner(task.path(PAGE_JSON))
    owned = {*owner.files} if owner is not None else set()
    earlier = [one.name for one in WRITTEN if {*_names(task, (one.name,))} <= owned]
    return tuple(dict.fromkeys((*_asked(task), *earlier)))


def _names(task: Task, formats: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the files of these formats."""
    suffixes = [suffix for name in formats for suffix in recording_format(name).suffixes]
    return tuple(file_name(task.job.name, suffix) for suffix in suffixes)
