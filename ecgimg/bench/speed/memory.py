"""The peak memory of a process and its children, from /proc."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

POLL_S = 0.01
"""Time between two readings of the memory."""
PAGE_BYTES = 4096 if not hasattr(os, "sysconf") else os.sysconf("SC_PAGE_SIZE")


class PeakMemory:
    """The highest resident memory of a process and its descendants, read by a thread until `stop`.

    Memory that two processes share is counted twice, but for a process that has just been started: until it runs its
    own program it shows the memory of the one that started it. So a process counts with the lower of two successive
    readings.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._pages = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Ends the thread; the peak in MB."""
        self._is_over.set()
        self._thread.join()
        return self._pages * PAGE_BYTES / 1e6

    def _watch(self) -> None:
        before: dict[int, int] = {}
        while not self._is_over.wait(POLL_S):
            now = {pid: resident_pages(pid) for pid in with_descendants(self._pid)}
            self._pages = max(self._pages, lasting_pages(before, now))
            before = now


def lasting_pages(before: Mapping[int, int], now: Mapping[int, int]) -> int:
    """Pages of memory that processes held in two successive readings, each a mapping of process to its pages."""
    return sum(min(pages, before.get(pid, 0)) for pid, pages in now.items())


def with_descendants(pid: int) -> Iterator[int]:
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
            yield from with_descendants(int(child))


def resident_pages(pid: int) -> int:
    """Pages of memory that a process holds; 0 where there is no such process."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
