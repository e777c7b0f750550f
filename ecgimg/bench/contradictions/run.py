"""`ecgimg bench contradictions`: what the digitizer answers to pages that contradict themselves."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from ecgimg.bench.common.resumable_rows import ROWS, claim, read_rows, run_resumably
from ecgimg.bench.contradictions.pages import KINDS, SEED, draw
from ecgimg.bench.contradictions.scores import Answer
from ecgimg.bench.digitize.pages import digitized, networks
from ecgimg.errors import WorkerError
from ecgimg.jobs import Tell
from ecgimg.recording.quality import page_confidence
from ecgimg.runs.executors import Workers
from ecgimg.synth.signals.sources import SignalSource, open_source
from ecgimg.threads import use_one_opencv_thread


@dataclass(frozen=True)
class Job:
    """One page: source of signals as in `ecgimg synth --source`, fold of PTB-XL, kind and number."""

    source: str
    fold: int
    kind: str
    number: int


def run(source: str, fold: int, out: Path, processes: Workers, write_line: Callable[[str], None]) -> tuple[Answer, ...]:
    """The answers to the pages of every kind; rows of an earlier run are taken from OUT/pages.jsonl.

    Raises:
        UsageError: there is no such source, or OUT holds the pages of another benchmark.
        UnreadableInputError: the data is not there.
    """
    _source(source, fold)
    claim(out, {"source": source, "fold": fold, "seed": SEED, "networks": networks()})
    jobs = {(name, k): Job(source, fold, name, k) for name, kind in KINDS.items() for k in range(kind.pages)}
    before = {(row.kind, row.number): row for row in read_rows(out / ROWS, _answer)}

    def on_progress(row: Answer, done: int, count: int) -> None:
        answer = f"refused: {row.reason}" if row.is_refused else f"{row.confidence:.2f} {'; '.join(row.warnings)}"
        write_line(f"{done}/{count} {row.kind} {row.number}: {answer}")

    return run_resumably(out / ROWS, jobs, before, _answered, _failed, processes, on_progress)


def _answered(job: Job, tell: Tell) -> Answer:
    """Draws and digitizes one page; runs in a worker."""
    use_one_opencv_thread()
    pixels = draw(job.kind, job.number, _source(job.source, job.fold))
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "page.png"
        Image.fromarray(pixels).save(picture, compress_level=1)
        made, reason = digitized(picture)
    if made is None:
        return Answer(job.kind, job.number, None, reason=reason)
    return Answer(job.kind, job.number, page_confidence(made.match, made.recording), made.match.contradictions)


def _answer(row: dict[str, Any]) -> Answer:
    """The answer of a row of a JSON-lines file; KeyError or TypeError for a row of another form."""
    return Answer(**{**row, "warnings": tuple(row["warnings"])})


def _failed(job: Job, error: WorkerError) -> Answer:
    """The row of a page whose worker died or ran out of time."""
    return Answer(job.kind, job.number, None, reason=error.what)


@cache
def _source(text: str, fold: int) -> SignalSource:
    return open_source(text, (fold,))
