"""The peak memory of a process, on a process that takes a known amount."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ecgimg.bench.speed.memory import PAGE_BYTES, POLL_S, PeakMemory, lasting_pages, resident_pages, with_descendants

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="memory is read from /proc")
CHILD = "import sys; data = b'x' * 60_000_000; print('ready', flush=True); sys.stdin.read()"


def test_the_peak_holds_what_a_process_took() -> None:
    process = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    peak = PeakMemory(process.pid)
    process.stdout.readline()
    assert process.pid in with_descendants(os.getpid())
    assert resident_pages(process.pid) * PAGE_BYTES > 60e6
    time.sleep(20 * POLL_S)
    process.communicate()
    assert 60 < peak.stop() < 300
    assert resident_pages(process.pid) == 0


def test_a_process_that_has_just_been_started_does_not_count_with_the_memory_of_the_one_that_started_it() -> None:
    worker, started = 1, 2
    assert lasting_pages({worker: 800}, {worker: 810, started: 810}) == 800
    assert lasting_pages({worker: 810, started: 810}, {worker: 805, started: 20}) == 825
