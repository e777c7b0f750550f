"""One page or recording of `ecgimg measure`: NAME.measure.json, and its figures as a row of summary.csv."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from ecgimg.findings.measurements import FIGURES
from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.recording.kinds import is_recording
from ecgimg.runs.file_names import MEASURE_FILES, MEASURE_JSON, FileSet
from ecgimg.runs.job import Outcome, PageJob, RunKind, Table, Task
from ecgimg.runs.records import Made
from ecgimg.schemas.common import PageSource, describe_recording_file, describe_source, read_json
from ecgimg.schemas.measure import MeasurementResult, MeasureResult, describe_measurements, network_hash

if TYPE_CHECKING:
    from ecgimg.recording.recording import Recording

COLUMNS = tuple(name.replace(" ", "_") for name in FIGURES)
SHOWN = ("heart rate", "PR interval", "QRS duration", "QTc Fridericia")
"""Figures in a line of progress."""


def preload() -> None:
    """Imports what a page needs, in the worker."""
    import ecgimg.pipelines.digitize
    import ecgimg.stages.measure.measure  # noqa: F401


def files(options: RunOptions) -> tuple[FileSet, ...]:
    """The files of a page."""
    return (MEASURE_FILES,)


def make(task: Task, hook: Hook) -> tuple[Made[MeasureResult], ...]:
    """Measures a page or recording; errors as `digitize_page` and `read_recording`.

    The stages are imported in the worker, since the parent does not need them.
    """
    from ecgimg.stages.measure.beat_rows import beat_rows
    from ecgimg.stages.measure.measure import measure

    start = perf_counter()
    recording, source = read_input(task, hook)
    measured = measure(recording, use_generated=task.options.use_generated)
    settings, names = task.options.page.settings, (task.path(MEASURE_JSON).name,)
    seconds = perf_counter() - start
    result = describe_measurements(measured, beat_rows(measured), source, settings, names, seconds)
    hook("measure", measured, 1, 1)
    return (Made(result, MEASURE_JSON, lambda: None, recording),)


def is_current(task: Task, result: MeasureResult) -> bool:
    """Whether a result has the same settings and network."""
    return result.settings == task.options.page.settings and result.network == network_hash()


def outcome(job: PageJob, result: MeasureResult) -> Outcome:
    """How a page with this result ended."""
    by_name = {one.name: one for one in result.figures}
    shown = [
        f"{name} {by_name[name].value:.0f} {by_name[name].unit}" for name in SHOWN if by_name[name].value is not None
    ]
    values = [by_name[name].value for name in FIGURES]
    return Outcome(
        name=job.name,
        input=job.place,
        page=job.page,
        status="ok",
        seconds=result.seconds,
        message=", ".join(shown) or f"nothing measured: {result.figures[0].reason}",
        summary_cells=tuple("" if value is None else f"{value:g}" for value in values),
    )


def figure_columns(measurements: Iterable[MeasurementResult]) -> dict[str, float | str | None]:
    """The values of `COLUMNS` for a store, None where a figure is missing."""
    values = {one.name: one.value for one in measurements}
    return {column: values.get(name) for column, name in zip(COLUMNS, FIGURES, strict=True)}


def _columns(result: MeasureResult) -> dict[str, float | str | None]:
    return figure_columns(result.figures)


def read_input(task: Task, hook: Hook) -> tuple[Recording, PageSource]:
    """The recording of a task: read from its file, or digitized from its page."""
    from ecgimg.pipelines.digitize import digitize_page
    from ecgimg.recording.read import read_recording

    job = task.job
    if is_recording(job.path):
        return read_recording(job.path), describe_recording_file(job.path)
    made = digitize_page(job.path, job.page, task.options.page, job.name, hook)
    return made.recording, describe_source(made.photo)


MEASURE = RunKind(
    "measure",
    files,
    partial(read_json, MeasureResult),
    make,
    is_current,
    outcome,
    preload,
    COLUMNS,
    takes_recordings=True,
    table=Table(COLUMNS, values=_columns),
)
