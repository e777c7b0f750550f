"""How long whole processes take that digitize or diagnose a page, and how much memory: `ecgimg bench speed`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from ecgimg.errors import UsageError, WorkerError
from ecgimg.io.images import read_page

COMMANDS = ("digitize", "diagnose")
FOLDER = 8
"""Pages of the folder that is measured."""
POLL_S = 0.01
"""How often the memory of the processes is read."""
PAGE_BYTES = 4096 if not hasattr(os, "sysconf") else os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class SpeedRow:
    """Medians over the runs of one command with its workers: wall seconds, processor seconds and peak memory in MB."""

    command: str
    size: str
    runs: int
    seconds: float
    processor_seconds: float
    megabytes: float


def bench_speed(images: Sequence[Path], runs: int) -> tuple[SpeedRow, ...]:
    """Measures `ecgimg --help`, and `digitize` and `diagnose` of each image, each as a whole process, `runs` times.

    The last row is one page of a folder with FOLDER copies of the first image, diagnosed by two workers.

    Memory is the resident memory of the command and of its worker added up, as /proc tells; pages that both share are
    counted twice.

    Raises:
        UsageError: this system has no /proc.
        WorkerError: a run failed.
    """
    if not Path("/proc/self/statm").is_file():
        raise UsageError("memory is read from /proc, which is not there", where="bench", remedy="run it on Linux")
    rows = [_measure("ecgimg --help", "", ["--help"], runs)]
    for image in images:
        height, width = read_page(image).pixels.shape[:2]
        for command in COMMANDS:
            rows.append(_measure(f"ecgimg {command} {image.name}", f"{width} x {height}", [command, str(image)], runs))
    return (*rows, _folder_row(images[0], rows[1].size, runs))


def _folder_row(image: Path, size: str, runs: int) -> SpeedRow:
    """A page's share of the time of a folder; the memory is that of the whole run."""
    with tempfile.TemporaryDirectory() as folder:
        for k in range(FOLDER):
            shutil.copy(image, Path(folder) / f"{k}{image.suffix}")
        row = _measure(f"ecgimg diagnose folder/ -j 2, a page of {FOLDER}", size, ["diagnose", folder, "-j", "2"], runs)
    return replace(row, seconds=row.seconds / FOLDER, processor_seconds=row.processor_seconds / FOLDER)


def _measure(label: str, size: str, words: list[str], runs: int) -> SpeedRow:
    samples = [_run(words) for _ in range(runs)]
    seconds, processor, megabytes = (median(column) for column in zip(*samples, strict=True))
    return SpeedRow(label, size, runs, seconds, processor, megabytes)


def _run(words: list[str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak MB of one run."""
    with tempfile.TemporaryDirectory() as out:
        where = ["-o", out] if words[0] in COMMANDS else []
        start, busy = time.perf_counter(), _children_seconds()
        process = subprocess.Popen(
            [sys.executable, "-m", "ecgimg", *words, *where],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        peak = _Peak(process.pid)
        _, said = process.communicate()
        seconds, busy = time.perf_counter() - start, _children_seconds() - busy
        megabytes = peak.stop()
    if process.returncode:
        raise WorkerError(
            f"ecgimg {' '.join(words)} ended with code {process.returncode}: {said.strip()}", where="bench"
        )
    return seconds, busy, megabytes


def _children_seconds() -> float:
    """Processor time of all processes that this one has started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


class _Peak:
    """The highest resident memory of a process and its children, watched from a thread."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._pages = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Ends the watch; the peak in MB."""
        self._over.set()
        self._thread.join()
        return self._pages * PAGE_BYTES / 1e6

    def _watch(self) -> None:
        while not self._over.wait(POLL_S):
            self._pages = max(self._pages, sum(_resident(pid) for pid in _family(self._pid)))


def _family(pid: int) -> Iterator[int]:
    """A process and all its descendants."""
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return
    for task in tasks:
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
