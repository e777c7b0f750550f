"""The JSON beside the files of a recording that came without a page: STEM.json of `ecgimg diagnose --format`."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.recording import Recording
from ecgimg.schemas.common import (
    EXPORT,
    LeadResult,
    PageSource,
    Part,
    describe_leads,
    describe_recording_file,
    rounded,
    versions,
)

SCHEMA: Final = "ecgimg/recording/1"


class RecordingResult(Part):
    """Everything about a recording in a file but its samples; the files written of it hold the findings too."""

    schema_: Literal["ecgimg/recording/1"] = Field(
        default=SCHEMA, alias="schema", description="name and version of this schema"
    )
    source: PageSource
    fs: float = Field(description="samples a second, as read")
    seconds: float = Field(description="length of the recording, as read")
    leads: dict[str, LeadResult] = Field(description="the 12 leads by name, then others of the file")
    export: ExportOptions = Field(description=EXPORT)
    files: tuple[str, ...] = Field(description="names of the files that belong to this recording, in its folder")
    warnings: tuple[str, ...] = Field(description="what a reader should know before trusting the recording")
    versions: dict[str, str] = Field(description="of Python, this package and the libraries that touch the picture")


def describe_recording(
    recording: Recording, source: Path | None, files: tuple[str, ...], export: ExportOptions
) -> RecordingResult:
    """The result of a recording that was read from `source`."""
    return RecordingResult(
        source=describe_recording_file(source),
        fs=recording.fs,
        seconds=rounded(recording.seconds),
        leads=describe_leads(recording),
        export=export,
        files=files,
        warnings=recording.warnings,
        versions=versions(),
    )
