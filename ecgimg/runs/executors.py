"""Who does the work of a run: workers of this machine, or a Dask cluster, behind `ecgimg.jobs.Executor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from ecgimg.errors import UsageError
from ecgimg.jobs import Executor
from ecgimg.runs.worker import WorkerPool

Workers: TypeAlias = int | str
"""A number of workers of this machine, or a Dask cluster: the address of its scheduler, or local:N."""


@contextmanager
def open_executor(
    workers: Workers, timeout: float, max_memory: float | None = None, preload: Callable[[], None] | None = None
) -> Iterator[Executor]:
    """The executor of these workers, as long as the context lasts.

    Args:
        workers: how many, or where.
        timeout: seconds after which a job is given up.
        max_memory: gigabytes that a job may use, where the system can limit it.
        preload: a function of a module that the first worker of this machine calls before there are jobs.

    Raises:
        UsageError: there can't be such workers.
        DependencyError: a cluster is asked for, and Dask is not installed.
        WorkerError: the cluster can't be reached.
    """
    text = str(workers)
    if ":" in text:
        from ecgimg.runs.dask_executor import open_dask

        with open_dask(text, timeout, max_memory) as cluster:
            yield cluster
        return
    if not text.isdecimal() or int(text) < 1:
        remedy = "give a number from 1, or a Dask cluster: local:4, or tcp://HOST:8786"
        raise UsageError(f"{text!r} are no workers", where="--jobs", remedy=remedy)
    with WorkerPool(int(text), timeout, max_memory) as pool:
        if preload is not None:
            pool.preload(preload)
        yield pool
