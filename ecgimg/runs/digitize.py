"""One page of `ecgimg digitize`: NAME.json, the files of the recording's formats, and overlays.

`ecgimg diagnose --format` writes the same files, see `ecgimg.runs.recording_files`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.runs.aligned_files import has_aligned, make_aligned_page
from ecgimg.runs.file_names import ALIGNED_FILES, FileSet, recording_files
from ecgimg.runs.job import Outcome, PageJob, RunKind, Task
from ecgimg.runs.recording_files import has_formats, holds_findings, make_page_files
from ecgimg.runs.records import Made
from ecgimg.schemas.common import read_json
from ecgimg.schemas.page import PageResult


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.digitize  # noqa: F401


def files(options: RunOptions) -> tuple[FileSet, ...]:
    """The files of a page."""
    recording = recording_files(options.recording_formats, options.dicom_photo)
    return (recording, ALIGNED_FILES) if options.aligned else (recording,)


def make(task: Task, hook: Hook) -> tuple[Made[Any], ...]:
    """Digitizes a page; errors as `digitize_page`.

    The pipeline is imported in the worker, since the parent does not need it.
    """
    from ecgimg.findings.interpretation import interpret_for_files
    from ecgimg.pipelines.digitize import digitize_page
    from ecgimg.stages.measure.measure import measure

    options = task.options
    made = digitize_page(task.job.path, task.job.page, options.page, task.job.name, hook)
    measured = measure(made.recording) if options.aligned or holds_findings(task) else None
    page = make_page_files(task, made, interpret_for_files(measured), with_findings=False)
    if measured is None or not options.aligned:
        return (page,)
    from ecgimg.aligned.record import Interpreted
    from ecgimg.stages.interpret.interpret import interpret

    ecg = Interpreted(made.recording, measured, interpret(measured, options.page.sex, options.page.age))
    return (make_aligned_page(task, ecg, made), page)


def is_current(task: Task, result: PageResult) -> bool:
    """Whether a page's JSON has the same settings, and the formats asked for are there."""
    if result.settings != task.options.page.settings:
        return False
    return has_formats(task, result) and has_aligned(task, with_findings=False)


def outcome(job: PageJob, result: PageResult) -> Outcome:
    """How a page with this JSON ended."""
    return Outcome(
        name=job.name,
        input=job.place,
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


DIGITIZE = RunKind("digitize", files, partial(read_json, PageResult), make, is_current, outcome, preload)
