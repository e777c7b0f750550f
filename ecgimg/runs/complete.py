"""One page or recording of `ecgimg complete`: NAME.complete.json, a picture, and files named NAME-complete."""

from __future__ import annotations

from functools import partial
from time import perf_counter

from ecgimg.errors import UsageError
from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.recording.formats import ALIGNED, FORMAT_NAMES, recording_format
from ecgimg.runs.file_names import (
    COMPLETE_JSON,
    COMPLETE_PICTURE,
    COMPLETED,
    FileSet,
    complete_files,
    completed_stem,
)
from ecgimg.runs.job import Outcome, PageJob, RunKind, Table, Task
from ecgimg.runs.measure import read_input
from ecgimg.runs.records import Made
from ecgimg.schemas.common import read_json
from ecgimg.schemas.complete import CompleteResult, completion_hashes, describe_complete

COLUMNS = ("generated_lead_seconds",)


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.complete
    import ecgimg.pipelines.digitize  # noqa: F401


def files(options: RunOptions) -> tuple[FileSet, ...]:
    """The files of a page; UsageError where a format is asked for that a completed recording has not."""
    if options.aligned:
        remedy = f"choose among {', '.join(FORMAT_NAMES)}"
        raise UsageError(f"a completed recording has no {ALIGNED} record", where="--format", remedy=remedy)
    return (complete_files(options.recording_formats),)


def make(task: Task, hook: Hook) -> tuple[Made[CompleteResult], ...]:
    """Completes a page or recording; errors as `digitize_page`, `read_recording` and `complete_recording`."""
    from ecgimg.pipelines.complete import complete_recording

    start = perf_counter()
    recording, source = read_input(task, hook)
    completed = complete_recording(recording)
    options = task.options
    names = tuple(task.path(suffix).name for suffix in files(options)[0].suffixes)
    seconds = perf_counter() - start
    result = describe_complete(completed, source, options.page.settings, options.export, names, seconds)

    def write() -> None:
        from ecgimg.recording.export import export
        from ecgimg.recording.plot import write_recording_png

        held = export(completed, options.export, name=f"{task.job.name}{COMPLETED}")
        for name in options.recording_formats:
            one = recording_format(name)
            one.write(held, task.out, f"{completed_stem(one.stem)(task.job.name)}{COMPLETED}")
        write_recording_png(completed, task.path(COMPLETE_PICTURE))

    hook("complete", completed, 1, 1)
    return (Made(result, COMPLETE_JSON, write, completed),)


def is_current(task: Task, result: CompleteResult) -> bool:
    """Whether a result has the same settings, networks and formats."""
    names = {task.path(suffix).name for suffix in files(task.options)[0].suffixes}
    same = result.settings == task.options.page.settings and result.export == task.options.export
    return same and result.networks == completion_hashes() and names <= {*result.files}


def outcome(job: PageJob, result: CompleteResult) -> Outcome:
    """How a page with this result ended."""
    seconds = result.generated_seconds
    return Outcome(
        name=job.name,
        input=job.place,
        page=job.page,
        status="ok",
        seconds=result.time,
        message=f"{seconds:.1f} lead seconds generated" if seconds else "nothing generated",
        summary_cells=(f"{seconds:.2f}",),
    )


def _columns(result: CompleteResult) -> dict[str, float | str | None]:
    return {COLUMNS[0]: result.generated_seconds}


COMPLETE = RunKind(
    "complete",
    files,
    partial(read_json, CompleteResult),
    make,
    is_current,
    outcome,
    preload,
    COLUMNS,
    takes_recordings=True,
    table=Table(COLUMNS, values=_columns),
)
