"""A Dask cluster as the executor of a run: pages travel in batches, and each worker has a process of its own for them.

A worker of the cluster gives its pages to one of our own worker processes (`ecgimg.runs.worker`), so that a page has
the same limits of time and memory as on one machine, costs only itself when it crashes, and networks are loaded once.
When a worker of the cluster is lost, Dask does its batches again elsewhere; a page that was in too many lost batches is
tried alone and then given up. Answers come back to the caller, who writes them: what is done twice is taken once.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ecgimg.errors import UsageError, WorkerError, missing_package
from ecgimg.jobs import Answer, Done, Job, Step, Tell
from ecgimg.runs.worker import WorkerPool

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local:"
BATCHES_A_THREAD = 2
"""Batches that are sent at a time for each thread of a worker: one at work, and one that waits for its end."""
BATCH_S = 2.0
"""Seconds that a batch takes: long against the milliseconds that it costs to send, short against what a lost one costs.
"""
MAX_BATCH = 100
CONNECT_S = 30.0
LOST_WORKERS = 2
"""Lost workers after which a batch is divided into pages, and a page that is alone is given up."""
CHECK_S = 5.0
"""Seconds after which it is looked whether there are workers at all."""
_WHERE = "cluster"
_GO_ON = "start the cluster again, and run again to go on"


@contextmanager
def open_dask(address: str, timeout: float, max_memory: float | None) -> Iterator[DaskExecutor]:
    """The cluster of an address, or one of N workers on this machine for `local:N`, as long as the context lasts.

    Args:
        address: of the scheduler, such as tcp://HOST:8786, or local:N.
        timeout: seconds after which a page is given up.
        max_memory: gigabytes that a page may use.

    Raises:
        DependencyError: Dask is not installed.
        UsageError: N is no positive number.
        WorkerError: the scheduler does not answer.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise missing_package("a cluster", "distributed", "cluster", where=_WHERE) from error
    dask.config.set({"distributed.scheduler.allowed-failures": LOST_WORKERS})
    with _local_cluster(LocalCluster, address) as place:
        try:
            client = Client(place, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            remedy = "check the address, and that the scheduler runs and can be reached"
            raise WorkerError(f"no scheduler answers at {address}", where=_WHERE, remedy=remedy) from error
        run = _Run(timeout, max_memory, address.startswith(LOCAL), uuid4().hex)
        with client:
            try:
                yield DaskExecutor(client, run)
            finally:
                with suppress(Exception):  # the cluster may be gone
                    client.run(_end, run)


@contextmanager
def _local_cluster(make: Any, address: str) -> Iterator[Any]:
    """What a client connects to; workers of this machine end with the context."""
    if not address.startswith(LOCAL):
        yield address
        return
    number = address.removeprefix(LOCAL)
    if not number.isdecimal() or int(number) < 1:
        raise UsageError(f"{address!r} is no cluster", where=_WHERE, remedy="write local:4, or a scheduler's address")
    with make(
        n_workers=int(number), threads_per_worker=1, dashboard_address=None, memory_limit=0, silence_logs=50
    ) as cluster:
        yield cluster


@dataclass(frozen=True)
class _Run:
    """One run of a client, with the seconds and gigabytes that a page may take."""

    timeout: float
    max_memory: float | None
    is_local: bool
    id: str


@dataclass
class _Pace:
    """The seconds of a job, from those that have ended, of which the last batches count most."""

    job_s: float = BATCH_S

    @property
    def batch_size(self) -> int:
        """Jobs that take `BATCH_S`."""
        return max(1, min(MAX_BATCH, round(BATCH_S / self.job_s)))

    def add(self, job_s: float) -> None:
        """The mean of a batch that has ended."""
        self.job_s = (self.job_s + job_s) / 2


class DaskExecutor:
    """See `ecgimg.jobs.Executor`; steps are not reported."""

    def __init__(self, client: Client, run: _Run) -> None:
        self._client = client
        self._run = run

    def run(
        self,
        work: Callable[[Job, Tell], Answer],
        jobs: Iterable[Job],
        report: Callable[[Step[Job] | Done[Job, Answer]], None],
        ended: Callable[[int], None] = lambda pid: None,
    ) -> None:
        """See `ecgimg.jobs.Executor`.

        Raises:
            WorkerError: the scheduler is lost.
        """
        pace, waiting = _Pace(), iter(jobs)
        live: dict[Any, list[Any]] = {}
        try:
            while True:
                for batch in self._next_batches(waiting, len(live), pace.batch_size):
                    self._send(work, batch, live)
                if not live:
                    return
                for future in self._ended(live):
                    for one in self._take(future, live.pop(future), report, pace):
                        self._send(work, one, live)
        finally:
            with suppress(Exception):  # the scheduler may be gone
                self._client.cancel(list(live), force=True)

    def _next_batches(self, waiting: Iterator[Any], live: int, size: int) -> Iterator[list[Any]]:
        """As many batches as the workers that there are now can use."""
        threads = max(1, sum(self._client.nthreads().values()))
        for _ in range(BATCHES_A_THREAD * threads - live):
            jobs = list(islice(waiting, size))
            if not jobs:
                return
            yield jobs

    def _send(self, work: Any, batch: list[Any], live: dict[Any, list[Any]]) -> None:
        future = self._client.submit(_do_batch, work, batch, self._run, pure=False)
        live[future] = batch

    def _ended(self, live: Iterable[Any]) -> set[Any]:
        """Waits for batches that have ended, at least one.

        Raises:
            WorkerError: the scheduler is lost, or all workers of a cluster that starts no others.
        """
        from distributed import wait

        while True:
            try:
                with self._client.as_current():
                    found: set[Any] = wait(list(live), timeout=CHECK_S, return_when="FIRST_COMPLETED").done
                return found
            except TimeoutError as error:
                if self._run.is_local and not self._client.nthreads():
                    raise WorkerError("all workers were lost", where=_WHERE, remedy=_GO_ON) from error
            except CancelledError as error:
                raise WorkerError("the cluster was lost", where=_WHERE, remedy=_GO_ON) from error

    def _take(self, future: Any, batch: list[Any], report: Callable[[Any], None], pace: _Pace) -> list[list[Any]]:
        """Reports a batch that has ended; gives the batches that have to be done again."""
        from distributed import KilledWorker

        error = future.exception() if future.status == "error" else None
        if future.status in ("cancelled", "lost"):
            raise WorkerError("the cluster was lost", where=_WHERE, remedy=_GO_ON)
        if isinstance(error, KilledWorker) and len(batch) > 1:
            return [[job] for job in batch]
        if error is not None:
            is_lost = isinstance(error, KilledWorker)
            what = "its workers were lost" if is_lost else f"unexpected {type(error).__name__}: {error}"
            lost = WorkerError(" ".join(what.split()), where=_WHERE, remedy="run the page alone without --dask")
            for job in batch:
                report(Done(job, lost))
            return []
        answers, seconds = future.result()
        pace.add(seconds / len(batch))
        for job, answer in zip(batch, answers, strict=True):
            report(Done(job, answer))
        return []


_pools: dict[_Run, WorkerPool] = {}
"""The processes of this worker of a cluster, by the run that they work for."""
_lock = threading.Lock()


def _do_batch(work: Callable[[Any, Tell], Any], jobs: list[Any], run: _Run) -> tuple[list[Any], float]:
    """Does jobs one after the other in a process of this worker: their answers or errors, and the seconds."""
    start = perf_counter()
    pool = _pool_of(run)
    answers = []
    for job in jobs:
        try:
            answers.append(pool.submit(work, job).result())
        except WorkerError as error:
            answers.append(error)
    return answers, perf_counter() - start


def _pool_of(run: _Run) -> WorkerPool:
    from distributed import get_worker

    threads = get_worker().state.nthreads  # so many batches come at a time
    with _lock:
        if run not in _pools:
            os.environ.setdefault("OMP_NUM_THREADS", "1")  # workers share a machine
            _pools[run] = WorkerPool(threads, run.timeout, run.max_memory)
            atexit.register(_pools[run].close)
        return _pools[run]


def _end(run: _Run) -> None:
    """Ends the processes that worked for a run."""
    with _lock:
        pool = _pools.pop(run, None)
    if pool is not None:
        pool.close()
