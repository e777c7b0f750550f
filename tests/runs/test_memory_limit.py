"""The memory of a worker ends where it was told."""

from __future__ import annotations

import doubles
import pytest

from ecgimg.errors import WorkerError
from ecgimg.runs.memory_limit import GIGABYTE, can_limit_memory
from ecgimg.runs.worker import WorkerPool

pytestmark = pytest.mark.skipif(not can_limit_memory(), reason="this system has no limit of memory")


def test_a_worker_gets_no_more_than_its_limit_and_lives_on() -> None:
    with WorkerPool(1, 60.0, max_memory=1.0) as workers:
        assert workers.submit(doubles.take_memory, 2 * GIGABYTE).result(30) == "MemoryError"
        assert workers.submit(doubles.take_memory, 1000).result(30) == "has 1000"


def test_a_worker_that_is_ended_names_the_limit() -> None:
    with WorkerPool(1, 60.0, max_memory=1.5) as workers, pytest.raises(WorkerError, match=r"1\.5 GB.*--max-memory"):
        workers.submit(doubles.misbehave, "crash").result(30)
