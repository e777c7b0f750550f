"""The JSON of a completed recording, STEM.complete.json: what was seen, and what was generated."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from pydantic import Field

from ecgimg.networks.manifest import network_hashes
from ecgimg.options import PageSettings
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.generated import WARNING
from ecgimg.recording.recording import Recording
from ecgimg.schemas.common import (
    EXPORT,
    LeadResult,
    PageSource,
    Part,
    StretchResult,
    describe_leads,
    rounded,
    versions,
)

SCHEMA: Final = "ecgimg/complete/1"
NETWORKS = ("completion", "completion-residual", "delineation")
"""The packaged networks that a completion rests on."""


class GeneratedResult(StretchResult):
    """A stretch of a lead that was generated."""

    confidence: float = Field(
        description="mean over its samples: the share of the lead's variance that the map explains, and for limb leads "
        "that follow exactly the confidence of those that were seen"
    )


class CompleteResult(Part):
    """Everything about a completed recording but its samples."""

    schema_: Literal["ecgimg/complete/1"] = Field(
        default=SCHEMA, alias="schema", description="name and version of this schema"
    )
    source: PageSource
    settings: PageSettings
    fs: float = Field(description="samples a second, as read")
    seconds: float = Field(description="length of the recording, as read")
    leads: dict[str, LeadResult] = Field(description="what was seen of each lead")
    generated: tuple[GeneratedResult, ...] = Field(description="the stretches that were generated")
    export: ExportOptions = Field(description=EXPORT)
    files: tuple[str, ...] = Field(description="names of the files that belong to this recording, in its folder")
    warnings: tuple[str, ...] = Field(description="what a reader should know before using the recording")
    time: float = Field(description="seconds that it took")
    networks: dict[str, str] = Field(description="first 12 digits of the SHA-256 of each network that was used")
    versions: dict[str, str] = Field(description="of Python, this package and the libraries that touch the picture")

    @property
    def generated_seconds(self) -> float:
        """Generated seconds, summed over the leads."""
        return sum(one.end - one.start for one in self.generated)


def describe_complete(
    completed: Recording,
    source: PageSource,
    settings: PageSettings,
    export: ExportOptions,
    files: tuple[str, ...],
    seconds: float,
) -> CompleteResult:
    """The JSON content of a completed recording."""
    return CompleteResult(
        source=source,
        settings=settings,
        fs=completed.fs,
        seconds=rounded(completed.seconds),
        leads=describe_leads(completed.seen),
        generated=_generated(completed),
        export=export,
        files=files,
        warnings=(*completed.warnings, WARNING),
        time=round(seconds, 3),
        networks=completion_hashes(),
        versions=versions(),
    )


def completion_hashes() -> dict[str, str]:
    """Hashes of the networks that a completion rests on."""
    return {name: sha for name, sha in network_hashes().items() if name in NETWORKS}


def _generated(completed: Recording) -> tuple[GeneratedResult, ...]:
    return tuple(
        GeneratedResult(
            lead=lead,
            start=rounded(start),
            end=rounded(end),
            confidence=rounded(float(np.mean(_between(completed, lead, start, end)))),
        )
        for lead, start, end in completed.generated_stretches
    )


def _between(recording: Recording, lead: str, start: float, end: float) -> np.ndarray:
    first, last = round(start * recording.fs), round(end * recording.fs)
    return recording.confidences[recording.row(lead), first:last]
