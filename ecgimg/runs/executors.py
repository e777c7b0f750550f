"""Who does the work of a run: workers of this machine, or a Dask cluster, behind `ecgimg.jobs.Executor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ecgimg.jobs import Executor
from ecgimg.options import RunOptions
from ecgimg.runs.worker import WorkerPool


@contextmanager
def open_executor(options: RunOptions, preload: Callable[[], None]) -> Iterator[Executor]:
    """The executor that the options of a run ask for, as long as the context lasts.

    Args:
        options: of the run; `jobs` is the number of workers of this machine.
        preload: a function of a module that workers call before their first page.

    Raises:
        DependencyError: a cluster is asked for, and Dask is not installed.
        WorkerError: the cluster can't be reached.
    """
    if options.dask is not None:
        from ecgimg.runs.dask_executor import open_dask

        with open_dask(options.dask, options.timeout, options.max_memory) as cluster:
            yield cluster
        return
    with WorkerPool(options.jobs or 1, options.timeout, options.max_memory) as workers:
        workers.preload(preload)
        yield workers
