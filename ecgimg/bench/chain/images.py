"""What the image network finds on the pages of `ecgimg bench chain`, from their stored pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecgimg.bench.chain.pages import ChainRow, page_path
from ecgimg.bench.common.resumable_rows import read_rows, run_resumably
from ecgimg.errors import WorkerError
from ecgimg.jobs import Tell
from ecgimg.networks.manifest import list_weights
from ecgimg.networks.screen import NAME, load_screen
from ecgimg.runs.executors import Workers
from ecgimg.threads import use_one_opencv_thread

TIMEOUT_S = 300.0
"""A worker that takes longer for one picture is ended."""


@dataclass(frozen=True)
class ImageJob:
    """A picture for the image network."""

    preset: str
    number: int
    path: Path


@dataclass(frozen=True)
class ImageRow:
    """What the image network finds: calibrated probabilities by "group/code", and whether it is a readable ECG."""

    preset: str
    number: int
    is_ecg: bool
    is_readable: bool
    probabilities: dict[str, float]


def run_images(
    rows: Sequence[ChainRow], out: Path, jobs: Workers, on_progress: Callable[[ImageRow, int, int], None]
) -> tuple[ImageRow, ...]:
    """A row of each page; those of an earlier run with the same network are taken from OUT/images-SHA.jsonl.

    Raises:
        DependencyError: the network is missing.
        WorkerError: a worker died.
    """
    sha = next((weight.sha256 for weight in list_weights() if weight.name == NAME), "")
    path = out / f"images-{sha[:8]}.jsonl"
    before = {(row.preset, row.number): row for row in read_rows(path, lambda row: ImageRow(**row))}
    keys = [(row.preset, row.number) for row in rows]
    todo = {(preset, number): ImageJob(preset, number, page_path(out, preset, number)) for preset, number in keys}
    return run_resumably(path, todo, before, image_page, _raise, jobs, on_progress, TIMEOUT_S)


def image_page(job: ImageJob, tell: Tell) -> ImageRow:
    """Asks the image network; runs in a worker."""

    from ecgimg.io.images import read_page

    use_one_opencv_thread()
    reading = load_screen(1).predict(read_page(job.path, 1).pixels).classification
    probabilities = {f"{f.group}/{f.code}": round(float(f.probability), 5) for f in reading.findings}
    return ImageRow(job.preset, job.number, bool(reading.is_page), bool(reading.is_readable), probabilities)


def _raise(job: ImageJob, error: WorkerError) -> ImageRow:
    raise error
