"""Benchmarks that can be interrupted: the row of each page is written to a file of JSON lines as soon as it is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from ecgimg.errors import UsageError, WorkerError
from ecgimg.io.files import write_atomically
from ecgimg.jobs import Done, Step, Tell
from ecgimg.runs.executors import Workers, open_executor

Key = tuple[str, int]
"""Preset or kind of a page, and its number."""
Job = TypeVar("Job")
Row = TypeVar("Row")

ROWS = "pages.jsonl"
"""The file of the rows in the folder of a benchmark."""
PLAN = "plan.json"
"""The file of the plan of the benchmark that a folder holds."""
TIMEOUT_S = 600.0
"""A worker that takes longer for one page is ended."""


def claim(out: Path, plan: Mapping[str, Any]) -> None:
    """Writes a plan into a folder, or checks that the folder holds pages of the same plan.

    Raises:
        UsageError: the folder holds the pages of another plan.
    """
    path = out / PLAN
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != plan:
        remedy = "choose another folder, or repeat the options in its plan.json"
        raise UsageError(f"{out} holds the pages of another benchmark", where="--out", remedy=remedy)
    write_atomically(path, json.dumps(plan).encode())


def read_rows(path: Path, make: Callable[[dict[str, Any]], Row]) -> list[Row]:
    """Rows of a JSON-lines file, none without a file.

    A row that was cut short or has another form is left out; its page is done again.
    """
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            rows.append(make(json.loads(line)))
        except (ValueError, TypeError, KeyError):
            continue
    return rows


def run_resumably(
    path: Path,
    jobs: Mapping[Key, Job],
    before: Mapping[Key, Row],
    work: Callable[[Job, Tell], Row],
    failed_row: Callable[[Job, WorkerError], Row],
    processes: Workers,
    on_progress: Callable[[Row, int, int], None],
    timeout_s: float = TIMEOUT_S,
) -> tuple[Row, ...]:
    """The rows of all jobs, in their order; those in `before` are taken from there, the others are computed.

    Args:
        path: the file of JSON lines to which new rows are added.
        jobs: what there is to do, by preset or kind and number.
        before: rows of an earlier run.
        work: does one job; runs in a worker.
        failed_row: the row of a job whose worker died or ran out of time, or raises its error.
        processes: number of workers, or a Dask cluster.
        on_progress: called with every new row, the number of rows that are done, and their total.
        timeout_s: longest time of one job.
    """
    rows = {key: before[key] for key in jobs if key in before}
    keys = {id(job): key for key, job in jobs.items()}
    todo: Sequence[Job] = [job for key, job in jobs.items() if key not in rows]
    with path.open("a", encoding="utf-8") as file:

        def report(item: Step[Job] | Done[Job, Row]) -> None:
            if isinstance(item, Step):
                return
            row = failed_row(item.job, item.answer) if isinstance(item.answer, WorkerError) else item.answer
            rows[keys[id(item.job)]] = row
            file.write(json.dumps(asdict(row)) + "\n")  # type: ignore[call-overload]
            file.flush()
            on_progress(row, len(rows), len(jobs))

        with open_executor(processes, timeout_s) as workers:
            workers.run(work, todo, report)
    return tuple(rows[key] for key in jobs)
