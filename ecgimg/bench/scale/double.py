"""A kind of run whose pages are made up in place of being read, so that what is measured is the run itself.

A page has the signals that its file's hash determines, and takes a given time, in which it computes nothing.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from pydantic import Field

from ecgimg.io.files import hash_file
from ecgimg.options import RunOptions
from ecgimg.pipelines.step_runner import Hook
from ecgimg.recording.recording import Recording
from ecgimg.runs.file_names import FileSet
from ecgimg.runs.job import Outcome, PageJob, RunKind, Task
from ecgimg.runs.records import Made
from ecgimg.schemas.common import PageSource, Part, read_json

FS = 500.0
PAGES_A_FOLDER = 1000


class DoubledPage(Part):
    """The record of a page that was made up."""

    schema_: Literal["ecgimg/double/1"] = Field(default="ecgimg/double/1", alias="schema")
    source: PageSource
    files: tuple[str, ...] = ()


def double(seconds: float, samples: int) -> RunKind[DoubledPage]:
    """The kind of run whose pages take so many seconds and have 12 leads of so many samples."""
    return replace(_DOUBLE, make=partial(_make, seconds=seconds, samples=samples))


def draw_pages(folder: Path, count: int) -> Path:
    """Writes so many tiny pictures, no two alike, a thousand to a folder; those that are there stay."""
    for k in range(count):
        path = folder / f"{k // PAGES_A_FOLDER:04d}" / f"{k:07d}.png"
        if not path.exists():
            pixels = np.array([[[k >> 16, k >> 8 & 255, k & 255]]], np.uint8)
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
    return folder


def _make(task: Task, hook: Hook, seconds: float, samples: int) -> tuple[Made[DoubledPage], ...]:
    time.sleep(seconds)
    digest = hash_file(task.job.path)
    source = PageSource(file=task.job.place, sha256=digest, page=task.job.page, pages=1, width=1, height=1)
    signals = np.random.default_rng(int(digest[:16], 16)).normal(0, 1, (12, samples)).astype(np.float32)
    recording = Recording(signals, FS, name=task.job.name, source_sha256=digest)
    return (Made(DoubledPage(source=source), ".double.json", _nothing, recording),)


def _nothing() -> None:
    pass


def _files(options: RunOptions) -> tuple[FileSet, ...]:
    return (FileSet(".double.json", ()),)


def _read(path: Path) -> DoubledPage | None:
    return read_json(DoubledPage, path)


def _is_current(task: Task, record: DoubledPage) -> bool:
    return True


def _outcome(job: PageJob, record: DoubledPage) -> Outcome:
    return Outcome(name=job.name, input=job.place, page=job.page, status="ok", seconds=0.0, confidence=1.0)


_DOUBLE: RunKind[Any] = RunKind(
    "double", _files, _read, partial(_make, seconds=0.0, samples=1), _is_current, _outcome, _nothing
)
