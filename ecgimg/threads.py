"""The one place that counts threads."""

from __future__ import annotations

import os


def thread_count(threads: int = 0) -> int:
    """Threads for one network: the given number, else OMP_NUM_THREADS, else up to four of the cores of this process.

    Worker processes that share a machine are started with OMP_NUM_THREADS=1, which ONNX Runtime itself does not heed.
    """
    wished = os.environ.get("OMP_NUM_THREADS", "")
    threads = threads or (int(wished) if wished.isdecimal() else 0)
    if threads > 0:
        return threads
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 4)


def use_one_opencv_thread() -> None:
    """Lets OpenCV compute with one thread in this process, as workers do that share a machine."""
    import cv2

    cv2.setNumThreads(1)
