"""What the image network says of the pages of `ecgimg bench chain`, from the pictures that were kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ecgimg.bench.chain.pages import ChainRow, page_path
from ecgimg.errors import WorkerError
from ecgimg.networks.manifest import list_weights
from ecgimg.networks.screen import NAME, load_screen
from ecgimg.runs.worker import Done, Step, Tell, WorkerPool
from ecgimg.threads import use_one_opencv_thread

TIMEOUT_S = 300.0


@dataclass(frozen=True)
class ImageJob:
    """A picture to look at."""

    preset: str
    number: int
    path: Path


@dataclass(frozen=True)
class ImageRow:
    """The image network's reading: calibrated probabilities by "group/code", and whether it takes the page for one."""

    preset: str
    number: int
    is_ecg: bool
    is_readable: bool
    probabilities: dict[str, float]


def run_images(
    rows: Sequence[ChainRow], out: Path, jobs: int, told: Callable[[int, int], None]
) -> tuple[ImageRow, ...]:
    """A reading of each page; those of the same network from before are taken from OUT/images-SHA.jsonl.

    Raises:
        DependencyError: the network is missing.
        WorkerError: a worker died.
    """
    sha = next((weight.sha256 for weight in list_weights() if weight.name == NAME), "")
    path = out / f"images-{sha[:8]}.jsonl"
    found = {(row.preset, row.number): row for row in _read(path)}
    todo = [
        ImageJob(row.preset, row.number, page_path(out, row.preset, row.number))
        for row in rows
        if (row.preset, row.number) not in found
    ]
    with path.open("a", encoding="utf-8") as file:

        def report(item: Step[ImageJob] | Done[ImageJob, ImageRow]) -> None:
            if isinstance(item, Step):
                return
            if isinstance(item.answer, WorkerError):
                raise item.answer
            found[item.answer.preset, item.answer.number] = item.answer
            file.write(json.dumps(asdict(item.answer)) + "\n")
            told(len(found), len(rows))

        with WorkerPool(jobs, TIMEOUT_S) as workers:
            workers.run(image_page, todo, report)
    return tuple(found[row.preset, row.number] for row in rows)


def image_page(job: ImageJob, tell: Tell) -> ImageRow:
    """Asks the image network; runs in a worker."""

    from ecgimg.io.images import read_page

    use_one_opencv_thread()
    reading = load_screen(1).predict(read_page(job.path, 1).pixels).classification
    said = {f"{f.group}/{f.code}": round(float(f.probability), 5) for f in reading.findings}
    return ImageRow(job.preset, job.number, bool(reading.is_page), bool(reading.is_readable), said)


def _read(path: Path) -> list[ImageRow]:
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            rows.append(ImageRow(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return rows
