"""Benchmarks that can be interrupted: each page's row is kept in a file of JSON lines as soon as it is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from ecgimg.errors import UsageError, WorkerError
from ecgimg.io.files import write_atomically
from ecgimg.runs.worker import Done, Step, Tell, WorkerPool

Key = tuple[str, int]
Job = TypeVar("Job")
Row = TypeVar("Row")

ROWS = "pages.jsonl"
PLAN = "plan.json"
TIMEOUT_S = 600.0


def claim(out: Path, plan: Mapping[str, Any]) -> None:
    """Writes a plan into OUT, or checks that OUT holds pages of the same one.

    Raises:
        UsageError: it holds the pages of another plan.
    """
    path = out / PLAN
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != plan:
        remedy = "choose another folder, or repeat the options in its plan.json"
        raise UsageError(f"{out} holds the pages of another benchmark", where="--out", remedy=remedy)
    write_atomically(path, json.dumps(plan).encode())


def read_rows(path: Path, make: Callable[[dict[str, Any]], Row]) -> list[Row]:
    """Rows of a JSON-lines file; one that was cut short or has another form is left out: its page is done again."""
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
    lost: Callable[[Job, WorkerError], Row],
    processes: int,
    told: Callable[[Row, int, int], None],
) -> tuple[Row, ...]:
    """The rows of all jobs, in their order; those in `before` are taken from there, the others are done and kept.

    Args:
        path: the file of JSON lines that new rows are added to.
        jobs: what there is to do, by (set, number).
        before: rows of an earlier run.
        work: does one job; runs in a worker.
        lost: the row of a job whose worker died or ran out of time.
        processes: how many workers.
        told: hears of every new row, with how many are done and how many there are.
    """
    rows = {key: before[key] for key in jobs if key in before}
    keys = {id(job): key for key, job in jobs.items()}
    todo: Sequence[Job] = [job for key, job in jobs.items() if key not in rows]
    with path.open("a", encoding="utf-8") as file:

        def report(item: Step[Job] | Done[Job, Row]) -> None:
            if isinstance(item, Step):
                return
            row = lost(item.job, item.answer) if isinstance(item.answer, WorkerError) else item.answer
            rows[keys[id(item.job)]] = row
            file.write(json.dumps(asdict(row)) + "\n")  # type: ignore[call-overload]
            file.flush()
            told(row, len(rows), len(jobs))

        with WorkerPool(processes, TIMEOUT_S) as workers:
            workers.run(work, todo, report)
    return tuple(rows[key] for key in jobs)
