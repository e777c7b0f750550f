"""The files of a page's recording: their names, and how they are written with what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecgimg.recording.formats import recording_format
from ecgimg.runs.job import Task

if TYPE_CHECKING:
    from ecgimg.recording.export import Interpretation
    from ecgimg.recording.recording import Recording


def recording_files(task: Task, formats: tuple[str, ...], part: str = "") -> tuple[str, ...]:
    """Names of the files of these formats; `part` stands between the page's name and their suffixes."""
    return tuple(task.path(f"{part}{suffix}").name for name in formats for suffix in recording_format(name).suffixes)


def write_recording_files(
    recording: Recording, found: Interpretation, task: Task, formats: tuple[str, ...], part: str = ""
) -> None:
    """Writes the files of a page's recording as the run's options ask.

    Raises:
        OutputError: a format can't hold the recording, or a file can't be written.
        DependencyError: a format needs an optional package that is not installed.
    """
    from ecgimg.recording.export import export

    held = export(recording, task.options.export, found, task.job.name)
    for name in formats:
        recording_format(name).write(held, task.out, f"{task.job.name}{part}")
