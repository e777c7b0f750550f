"""Runs whose processes are killed at random, and whether their store is that of a run that nobody disturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.runs.store.read import StoredPages

PAUSE_S = (0.1, 1.0)
"""A kill comes so long after the one before."""
TIMES = ("seconds",)
"""Columns that differ between two runs that read the same."""


@dataclass(frozen=True)
class Killed:
    """What kills left: pages, rows, rows that are as undisturbed, how many kills hit the run itself, and its starts."""

    workers: str
    kills: int
    of_client: int
    starts: int
    pages: int
    rows: int
    names: int
    same: int


def run_with_kills(pages: Path, store: Path, undisturbed: Path, workers: str, kills: int, words: list[str]) -> Killed:
    """Kills random processes of a run, starts it again where it has ended, and compares its store.

    A kill waits until a page has ended since the last one, so that it strikes while pages flow. There are fewer kills
    where all pages are done before. A page whose own process is killed has failed; the last start does such pages
    again, as a user would.
    """
    rng = np.random.default_rng(len(workers))
    run, starts, of_client, done = _start(pages, store, workers, words), 1, 0, 0
    while done < kills and run.poll() != 0:
        if run.poll() is not None:
            run, starts = _start(pages, store, workers, words), starts + 1
        if not _has_done_a_page(run):
            run.wait()
            continue
        time.sleep(rng.uniform(*PAUSE_S))
        alive = _processes(run.pid)
        if not alive:
            continue
        chosen = int(rng.choice(alive))
        with suppress(ProcessLookupError):
            os.kill(chosen, signal.SIGKILL)
            done += 1
            of_client += chosen == run.pid
        if chosen == run.pid:
            run.wait()
    while _ended(run):
        run, starts = _start(pages, store, workers, words), starts + 1
    _ended(_start(pages, store, workers, words))  # does the pages again whose own process was killed
    return _compared(store, undisturbed, Killed(workers, done, of_client, starts + 1, 0, 0, 0, 0))


def _start(pages: Path, store: Path, workers: str, words: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ecgimg.bench.scale.program", "run", str(pages), str(store), workers, *words]
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _has_done_a_page(run: subprocess.Popen[bytes]) -> bool:
    """Waits for the line of a page; False where the run ends without a further one."""
    assert run.stdout is not None
    return run.stdout.readline().startswith((b"ok", b"failed"))


def _ended(run: subprocess.Popen[bytes]) -> int:
    """The exit code of a run that nobody kills."""
    run.communicate()
    return run.returncode


def _processes(session: int) -> list[int]:
    """The processes of a session, that of the run first."""
    listed = subprocess.run(["ps", "-eo", "pid=,sess=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return sorted(int(pid) for pid, group, state in rows if group == str(session) and not state.startswith("Z"))


def _compared(store: Path, undisturbed: Path, found: Killed) -> Killed:
    expected, there = _rows(undisturbed), _rows(store)
    by_name = {row["name"]: row for row in there}
    same = sum(_is_same(row, by_name.get(row["name"])) for row in expected)
    return Killed(
        found.workers, found.kills, found.of_client, found.starts, len(expected), len(there), len(by_name), same
    )


def _rows(store: Path) -> list[dict[str, Any]]:
    return list(StoredPages(str(store)).rows())


def _is_same(one: dict[str, Any], other: dict[str, Any] | None) -> bool:
    if other is None or one.keys() != other.keys():
        return False
    return all(_equal(one[name], other[name]) for name in one if name not in TIMES)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, list) and one and isinstance(one[0], np.ndarray):
        return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)
