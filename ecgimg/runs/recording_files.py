"""The files of a recording: NAME.json, which owns them, the formats, and for a page its overlays.

`ecgimg digitize` and `ecgimg diagnose --format` write the same files, so that both are done with a page that one of
them digitized, but for the findings that some formats hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecgimg.recording.formats import WRITTEN, recording_format
from ecgimg.runs.file_names import DICOM_PHOTO, OVERLAY, OVERLAY_THUMBNAIL, PAGE_JSON, file_name, recording_files
from ecgimg.runs.job import Task
from ecgimg.runs.records import Made
from ecgimg.schemas.owner import read_owner
from ecgimg.schemas.page import PageResult, describe_page
from ecgimg.schemas.recording import RecordingResult, describe_recording

if TYPE_CHECKING:
    from ecgimg.datamodel.arrays import Pixels
    from ecgimg.datamodel.page import Photo
    from ecgimg.pipelines.digitize import Digitized
    from ecgimg.recording.export import Export, Interpretation
    from ecgimg.recording.recording import Recording


def holds_findings(task: Task) -> bool:
    """Whether a format of the recording that a run asks for has a place for measurements and findings."""
    return any(recording_format(name).holds_findings for name in task.options.recording_formats)


def make_page_files(task: Task, made: Digitized, found: Interpretation, *, with_findings: bool) -> Made[PageResult]:
    """The files of a digitized page: the formats asked for, and those that an earlier run has written for it."""
    formats = _with_earlier(task)
    names = tuple(task.path(suffix).name for suffix in recording_files(formats, _has_dicom_photo(task)).suffixes)
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

    def photo() -> Photo:
        from ecgimg.report.stored_photo import stored_photo

        return stored_photo(made.photo, task.options.page.photo, made.recording.geometry)

    def picture() -> Pixels:
        from ecgimg.report.overlay import overlay_image

        return overlay_image(photo(), made.recording)

    def write() -> None:
        from ecgimg.io.png import write_png
        from ecgimg.io.thumbnail import write_thumbnail
        from ecgimg.recording.dicom_photo import write_dicom_photo

        held = _write_formats(task, made.recording, found, formats)
        if task.path(DICOM_PHOTO).name in names:
            write_dicom_photo(held, photo().pixels, task.path(DICOM_PHOTO))
        overlay = picture()
        write_png(overlay, task.path(OVERLAY))
        write_thumbnail(overlay, task.path(OVERLAY_THUMBNAIL))

    return Made(result, PAGE_JSON, write, made.recording, picture)


def make_recording_files(task: Task, recording: Recording, found: Interpretation) -> Made[RecordingResult]:
    """The files of a recording that came without a page, in the same formats as those of a page."""
    formats = _with_earlier(task)
    names = (task.path(PAGE_JSON).name, *_names(task, formats))
    result = describe_recording(recording, task.job.path, names, task.options.export)

    def write() -> None:
        _write_formats(task, recording, found, formats)

    return Made(result, PAGE_JSON, write)


def has_formats(task: Task, result: PageResult | RecordingResult) -> bool:
    """Whether a record owns the formats that a run asks for, written as it asks."""
    wanted = {*_names(task, task.options.recording_formats)}
    if task.options.dicom_photo and isinstance(result, PageResult):
        wanted.add(task.path(DICOM_PHOTO).name)
    return result.export == task.options.export and wanted <= {*result.files}


def _write_formats(task: Task, recording: Recording, found: Interpretation, formats: tuple[str, ...]) -> Export:
    """Writes the formats of a recording; returns what they hold."""
    from ecgimg.recording.export import export

    held = export(recording, task.options.export, found, task.job.name)
    for name in formats:
        recording_format(name).write(held, task.out, task.job.name)
    return held


def _with_earlier(task: Task) -> tuple[str, ...]:
    """The formats asked for and those of earlier runs; a page that is done again keeps none of them outdated."""
    owner = read_owner(task.path(PAGE_JSON))
    owned = {*owner.files} if owner is not None else set()
    earlier = [one.name for one in WRITTEN if {*_names(task, (one.name,))} <= owned]
    return tuple(dict.fromkeys((*task.options.recording_formats, *earlier)))


def _has_dicom_photo(task: Task) -> bool:
    """Whether the photo is stored in DICOM: asked for, or there from an earlier run and nothing speaks against it."""
    owner = read_owner(task.path(PAGE_JSON))
    was_there = owner is not None and task.path(DICOM_PHOTO).name in owner.files
    return task.options.dicom_photo or (was_there and not task.options.no_photo)


def _names(task: Task, formats: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the files of these formats."""
    suffixes = [suffix for name in formats for suffix in recording_format(name).suffixes]
    return tuple(file_name(task.job.name, suffix) for suffix in suffixes)
