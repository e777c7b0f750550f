"""`ecgimg bench speed`: time and memory of whole processes that digitize or diagnose a page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from ecgimg.bench.speed.memory import PeakMemory
from ecgimg.bench.speed.scores import Run, SpeedRow, speed_row
from ecgimg.errors import UsageError, WorkerError
from ecgimg.io.images import read_page

COMMANDS = ("digitize", "diagnose")
"""The commands that are measured on each page."""
N_FOLDER_PAGES = 8
"""Number of pages of the folder that is measured."""


def bench_speed(images: Sequence[Path], runs: int) -> tuple[SpeedRow, ...]:
    """Measures `ecgimg --help`, and `digitize` and `diagnose` of each image, each as a whole process, `runs` times.

    The last row is one page of a folder with N_FOLDER_PAGES copies of the first image, diagnosed by two workers.
    Memory is the sum of the resident memory of the command and of its workers.

    Raises:
        UsageError: this system has no /proc.
        WorkerError: a run failed.
    """
    if not Path("/proc/self/statm").is_file():
        raise UsageError("memory is read from /proc, which is not there", where="bench", remedy="run it on Linux")
    rows = [measure("ecgimg --help", "", ["--help"], runs)]
    for image in images:
        height, width = read_page(image).pixels.shape[:2]
        for command in COMMANDS:
            rows.append(measure(f"ecgimg {command} {image.name}", f"{width} x {height}", [command, str(image)], runs))
    return (*rows, _folder_row(images[0], rows[1].size, runs))


def measure(label: str, size: str, arguments: list[str], runs: int) -> SpeedRow:
    """The row of `ecgimg` with some arguments; WorkerError where a run fails."""
    return speed_row(label, size, [_run(arguments) for _ in range(runs)])


def _folder_row(image: Path, size: str, runs: int) -> SpeedRow:
    """The row of one page of a folder."""
    label = f"ecgimg diagnose folder/ -j 2, a page of {N_FOLDER_PAGES}"
    with tempfile.TemporaryDirectory() as folder:
        for k in range(N_FOLDER_PAGES):
            shutil.copy(image, Path(folder) / f"{k}{image.suffix}")
        return measure(label, size, ["diagnose", folder, "-j", "2"], runs).per_page(N_FOLDER_PAGES)


def _run(arguments: list[str]) -> Run:
    """Runs `ecgimg` once; its results go to a folder that is removed."""
    with tempfile.TemporaryDirectory() as out:
        out_option = ["-o", out] if arguments[0] in COMMANDS else []
        start, processor_start = time.perf_counter(), _children_seconds()
        process = subprocess.Popen(
            [sys.executable, "-m", "ecgimg", *arguments, *out_option],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        peak = PeakMemory(process.pid)
        _, errors = process.communicate()
        seconds, processor_seconds = time.perf_counter() - start, _children_seconds() - processor_start
        megabytes = peak.stop()
    if process.returncode:
        what = f"ecgimg {' '.join(arguments)} ended with code {process.returncode}: {errors.strip()}"
        raise WorkerError(what, where="bench")
    return Run(seconds, processor_seconds, megabytes)


def _children_seconds() -> float:
    """Processor time of all processes that this process has started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system
