"""Worker processes: a page that crashes, hangs or eats the memory costs only itself.

A worker is a fresh Python that reads pickled jobs from its stdin and answers on its stdout, where nothing that a
library prints can get between. One thread of the parent looks after each worker, gives it the next job and ends it when
a job takes too long; a new worker takes its place. The pool lives as long as its owner; a run is written on `submit`.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import IO, Any, Generic, Protocol, Self, TypeVar

from ecgimg.errors import WorkerError

Job = TypeVar("Job")
Answer = TypeVar("Answer")
Tell = Callable[[str, int, int], None]
"""Called by a job as tell(step, done, total)."""


@dataclass(frozen=True)
class Step(Generic[Job]):
    """A job has finished one of its steps."""

    job: Job
    step: str
    done: int
    total: int


@dataclass(frozen=True)
class Done(Generic[Job, Answer]):
    """A job has ended: with its answer, or because its worker was lost."""

    job: Job
    answer: Answer | WorkerError


class Executor(Protocol):
    """Runs jobs somewhere and reports from the caller's own thread."""

    def run(
        self,
        work: Callable[[Job, Tell], Answer],
        jobs: Sequence[Job],
        report: Callable[[Step[Job] | Done[Job, Answer]], None],
        ended: Callable[[int], None] = ...,
    ) -> None:
        """Returns when each job has been reported as `Done`; stops all work when it is interrupted.

        Args:
            work: a function of a module, called as work(job, tell); job and answer must be picklable.
            jobs: what there is to do.
            report: hears of every step and every end.
            ended: called with the process id of a worker that was ended amid a job, to clean up after it.
        """


class WorkerPool:
    """Living worker processes of this machine, from the first job until `close`.

    A context closes itself. A worker is started when a job first needs it, and a new one takes the place of one that
    was lost. Each is looked after by one thread of the parent.

    Args:
        count: number of workers; with more than one, each computes with a single thread.
        timeout: seconds after which a job is given up.
    """

    def __init__(self, count: int, timeout: float) -> None:
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._keepers = [_Keeper(timeout, count > 1, self._requests) for _ in range(count)]
        self._live: set[_Request] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """The pool itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Closes the pool."""
        self.close()

    def preload(self, load: Callable[[], None]) -> None:
        """Starts the first worker at once and lets it call `load`, a function of a module, while jobs are planned."""
        self._keepers[0].preload(load)

    def submit(
        self,
        work: Callable[[Job, Tell], Answer],
        job: Job,
        tell: Tell = lambda step, done, total: None,
        ended: Callable[[int], None] = lambda pid: None,
    ) -> Future[Answer]:
        """Has a job done by the next free worker; the future raises WorkerError when the worker is lost.

        Args:
            work: a function of a module, called in the worker as work(job, tell); job and answer must be picklable.
            job: what is to be done.
            tell: called with every step, in a thread of the pool.
            ended: called with the process id of a worker that was lost amid this job.
        """
        request = _Request(work, job, tell, ended)
        with self._lock:
            self._live.add(request)
        request.future.add_done_callback(lambda future: self._forget(request))
        idle = next((keeper for keeper in self._keepers if not keeper.is_serving), None)
        self._requests.put(request)
        if idle is not None:
            idle.serve_in_background()
        return request.future

    def run(
        self,
        work: Callable[[Job, Tell], Answer],
        jobs: Sequence[Job],
        report: Callable[[Step[Job] | Done[Job, Answer]], None],
        ended: Callable[[int], None] = lambda pid: None,
    ) -> None:
        """See `Executor`."""
        reports: queue.SimpleQueue[Step[Job] | Done[Job, Answer]] = queue.SimpleQueue()

        futures = []
        for job in jobs:
            future = self.submit(work, job, partial(_report_step, reports.put, job), ended)
            future.add_done_callback(partial(_report_end, reports.put, job))
            futures.append(future)
        left = len(jobs)
        try:
            while left:
                item = reports.get()
                left -= isinstance(item, Done)
                report(item)
        except BaseException:
            self.cancel()
            wait(futures)
            raise

    def cancel(self) -> None:
        """Gives up all jobs: those that wait are cancelled, the workers of those that run are ended."""
        with self._lock:
            live = tuple(self._live)
        for request in live:
            if not request.future.cancel():
                request.abandoned.set()
        for keeper in self._keepers:
            keeper.end_abandoned()

    def close(self) -> None:
        """Gives up all jobs and ends all workers."""
        self.cancel()
        for _ in self._keepers:
            self._requests.put(None)
        for keeper in self._keepers:
            keeper.close()

    def _forget(self, request: _Request) -> None:
        with self._lock:
            self._live.discard(request)


@dataclass(eq=False)
class _Request:
    """A job on its way."""

    work: Callable[[Any, Tell], Any]
    job: Any
    tell: Tell
    ended: Callable[[int], None]
    future: Future[Any] = field(default_factory=Future)
    abandoned: threading.Event = field(default_factory=threading.Event)


@dataclass(eq=False)
class _Keeper:
    """The parent's side of one worker."""

    timeout: float
    single_thread: bool
    requests: queue.SimpleQueue[_Request | None]
    process: subprocess.Popen[bytes] | None = None
    current: _Request | None = None
    thread: threading.Thread | None = None

    @property
    def is_serving(self) -> bool:
        """Whether a thread looks after this worker."""
        return self.thread is not None

    def serve_in_background(self) -> None:
        """Gives jobs to the worker from now on."""
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def preload(self, load: Callable[[], None]) -> None:
        """Starts the worker and lets it call `load`."""
        self.process = _start(self.single_thread)
        assert self.process.stdin is not None
        with suppress(OSError):  # the job that needs it tells
            _send(self.process.stdin, "preload", load)

    def end_abandoned(self) -> None:
        """Ends the worker if nobody waits for what it does."""
        current, process = self.current, self.process
        if current is not None and current.abandoned.is_set() and process is not None:
            process.kill()

    def close(self) -> None:
        """Ends the worker; there are no more jobs."""
        if self.thread is not None:
            self.thread.join()
        self._end()

    def _serve(self) -> None:
        while (request := self.requests.get()) is not None:
            if not request.future.set_running_or_notify_cancel():
                continue
            self.current = request
            try:
                answer = self._ask(request)
            except WorkerError as error:
                self.current = None
                request.future.set_exception(error)
            else:
                self.current = None
                request.future.set_result(answer)

    def _ask(self, request: _Request) -> object:
        late = threading.Event()
        if self.process is None:
            self.process = _start(self.single_thread)
        process = self.process
        if request.abandoned.is_set():  # before there was a process to end
            process.kill()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self.timeout, give_up)
        timer.daemon = True
        timer.start()
        try:
            return _talk(process, request)
        except (EOFError, OSError, pickle.UnpicklingError):
            with suppress(subprocess.TimeoutExpired):
                process.wait(2)  # its pipes close before it has ended; its own end tells more than our kill
            self._end()
            request.ended(process.pid)
            raise _lost(process, self.timeout if late.is_set() else None) from None
        finally:
            timer.cancel()

    def _end(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            _stop(process)


def _talk(process: subprocess.Popen[bytes], request: _Request) -> object:
    """Sends a job to its worker and passes its steps on until there is an answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    _send(process.stdin, "job", (request.work, request.job))
    while True:
        kind, value = pickle.load(process.stdout)
        if kind == "answer":
            return value
        request.tell(*value)


def _report_step(put: Callable[[Step[Job]], None], job: Job, step: str, done: int, total: int) -> None:
    put(Step(job, step, done, total))


def _report_end(put: Callable[[Done[Job, Answer]], None], job: Job, future: Future[Any]) -> None:
    put(Done(job, _answer_of(future)))


def _answer_of(future: Future[Any]) -> Any:
    """What became of a job that has ended."""
    if future.cancelled():
        return WorkerError("cancelled before it was begun", where="worker")
    error = future.exception()
    if error is None:
        return future.result()
    assert isinstance(error, WorkerError)
    return error


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # what was written to a worker that has died can't be flushed
                stream.close()


def _start(single_thread: bool) -> subprocess.Popen[bytes]:
    threads = {"OPENBLAS_NUM_THREADS": "1"}  # a page's equations are small
    if single_thread:
        threads |= {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    code = f"import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {__name__} import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **threads},
    )


def _lost(process: subprocess.Popen[bytes], timeout: float | None) -> WorkerError:
    if timeout is not None:
        return WorkerError(f"given up after {timeout:g} s", where="worker", remedy="raise --timeout")
    code = process.returncode
    if code is not None and code < 0:
        how = f"was ended by {signal.Signals(-code).name}"
        return WorkerError(f"the worker {how}", where="worker", remedy="run the page alone; it may need more memory")
    return WorkerError(f"the worker ended with code {code}", where="worker")


def main() -> None:
    """A worker's life: loads what it is told to, then does jobs until its parent has no more or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # a user can't act on a library's warnings; python -W shows them
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while True:
        try:
            kind, value = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        if kind == "preload":
            with suppress(ImportError):  # the job that needs it tells
                value()
        else:
            work, job = value
            _send(answers, "answer", work(job, lambda *step: _send(answers, "step", step)))


def _send(stream: IO[bytes], kind: str, value: object) -> None:
    pickle.dump((kind, value), stream)
    stream.flush()
