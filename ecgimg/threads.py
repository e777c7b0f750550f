"""The one place that counts threads and workers."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

WORKER_BYTES = 2**30
"""Memory of a worker: diagnosing a page of 2200 x 1700 pixels takes 0.75 GB at its peak."""
MAX_WORKERS = 64
_CGROUP = Path("/sys/fs/cgroup")


def thread_count(threads: int = 0) -> int:
    """Threads for one network: the given number, else OMP_NUM_THREADS, else up to four of the cores of this process.

    Worker processes that share a machine are started with OMP_NUM_THREADS=1, which ONNX Runtime itself does not heed.
    """
    wished = os.environ.get("OMP_NUM_THREADS", "")
    threads = threads or (int(wished) if wished.isdecimal() else 0)
    if threads > 0:
        return threads
    return min(_cores(), 4)


def worker_count() -> int:
    """Workers for a run over many pages: as many as there are cores and free memory for, at least one."""
    free = _free_bytes()
    return max(1, min(_cores(), MAX_WORKERS, MAX_WORKERS if free is None else free // WORKER_BYTES))


def use_one_opencv_thread() -> None:
    """Lets OpenCV compute with one thread in this process, as workers do that share a machine."""
    import cv2

    cv2.setNumThreads(1)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _free_bytes() -> int | None:
    """Memory that this process may still take, of the machine and of its container; None where that is unknown."""
    free: list[int] = []
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        free.append(1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")))
    with suppress(OSError, ValueError):  # "max" where the container has no limit
        limit = int((_CGROUP / "memory.max").read_text())
        free.append(limit - int((_CGROUP / "memory.current").read_text()))
    return max(0, min(free)) if free else None
