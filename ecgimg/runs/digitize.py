"""One page of `ecgimg digitize`: NAME.json, the files of the recording's formats, and overlays.

`ecgimg diagnose --format` writes the same files, see `ecgimg.runs.recording_files`.
"""

from __future__ import annotations

from functools import partial

from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.recording.formats import DEFAULT_FORMAT
from ecgimg.runs.file_names import FileSet, recording_files
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
    return (recording_files(options.format or (DEFAULT_FORMAT,)),)


def make(task: Task, hook: Hook) -> tuple[Made[PageResult], ...]:
    """Digitizes a page; errors as `digitize_page`.

    The pipeline is imported in the worker, since the parent does not need it.
    """
    from ecgimg.findings.interpretation import interpret_for_files
    from ecgimg.pipelines.digitize import digitize_page
    from ecgimg.stages.measure.measure import measure

    made = digitize_page(task.job.path, task.job.page, task.options.page, task.job.name, hook)
    found = interpret_for_files(measure(made.recording) if holds_findings(task) else None)
    return (make_page_files(task, made, found, with_findings=False),)


def is_current(task: Task, result: PageResult) -> bool:
    """Whether a page's JSON has the same settings, and the formats asked for."""
    return result.settings == task.options.page.settings and has_formats(task, result)


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
