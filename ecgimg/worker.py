"""Worker processes: a page that crashes, hangs or eats the memory costs only itself.

A worker is a fresh Python that reads pickled jobs from its stdin and answers on its stdout, where nothing that a
library prints can get between. One thread of the parent looks after each worker, gives it the next job and ends it when
a job takes too long; a new worker takes its place.
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
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from types import TracebackType
from typing import BinaryIO, Generic, Protocol, Self, TypeVar

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


class ProcessExecutor:
    """Runs jobs in `count` worker processes of this machine.

    As a context it starts the first worker at once, which imports the modules `ahead` while the caller finds out what
    there is to do.

    Args:
        count: number of workers; with more than one, each computes with a single thread.
        timeout: seconds after which a job is given up.
        ahead: modules that the first worker imports before it gets a job.
    """

    def __init__(self, count: int, timeout: float, ahead: Sequence[str] = ()) -> None:
        self._count = count
        self._timeout = timeout
        self._ahead = ahead
        self._first: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Starts the first worker."""
        self._first = _start(self._count > 1, self._ahead)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Ends the first worker if there was nothing to do."""
        if self._first is not None:
            _stop(self._first)

    def run(
        self,
        work: Callable[[Job, Tell], Answer],
        jobs: Sequence[Job],
        report: Callable[[Step[Job] | Done[Job, Answer]], None],
        ended: Callable[[int], None] = lambda pid: None,
    ) -> None:
        """See `Executor`."""
        waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        reports: queue.SimpleQueue[Step[Job] | Done[Job, Answer]] = queue.SimpleQueue()
        for job in jobs:
            waiting.put(job)
        keepers = [
            _Keeper(work, self._timeout, self._count > 1, waiting, reports, ended)
            for _ in range(min(self._count, len(jobs)))
        ]
        if keepers:
            keepers[0].process, self._first = self._first, None
        threads = [threading.Thread(target=keeper.serve, daemon=True) for keeper in keepers]
        for thread in threads:
            thread.start()
        left = len(jobs)
        try:
            while left:
                item = reports.get()
                left -= isinstance(item, Done)
                report(item)
        finally:
            for keeper in keepers:
                keeper.stop()
            for thread in threads:
                thread.join()


@dataclass(eq=False)
class _Keeper(Generic[Job, Answer]):
    """The parent's side of one worker."""

    work: Callable[[Job, Tell], Answer]
    timeout: float
    single_thread: bool
    waiting: queue.SimpleQueue[Job]
    reports: queue.SimpleQueue[Step[Job] | Done[Job, Answer]]
    ended: Callable[[int], None]
    process: subprocess.Popen[bytes] | None = None
    stopped: bool = False

    def serve(self) -> None:
        """Gives jobs to the worker until none is left."""
        while not self.stopped:
            try:
                job = self.waiting.get_nowait()
            except queue.Empty:
                break
            answer = self._ask(job)
            if not self.stopped:
                self.reports.put(Done(job, answer))
        self._end()

    def stop(self) -> None:
        """Ends the worker, whatever it does."""
        self.stopped = True
        if self.process is not None:
            self.process.kill()

    def _ask(self, job: Job) -> Answer | WorkerError:
        late = threading.Event()
        if self.process is None:
            self.process = _start(self.single_thread)
        process = self.process
        if self.stopped:  # between the check before and the start
            process.kill()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self.timeout, give_up)
        timer.daemon = True
        timer.start()
        try:
            return self._talk(process, job)
        except (EOFError, OSError, pickle.UnpicklingError):
            with suppress(subprocess.TimeoutExpired):
                process.wait(2)  # its pipes close before it has ended; its own end tells more than our kill
            self._end()
            return _lost(process, self.timeout if late.is_set() else None)
        finally:
            timer.cancel()

    def _talk(self, process: subprocess.Popen[bytes], job: Job) -> Answer:
        assert process.stdin is not None
        assert process.stdout is not None
        pickle.dump((self.work, job), process.stdin)
        process.stdin.flush()
        while True:
            kind, value = pickle.load(process.stdout)
            if kind == "answer":
                answer: Answer = value
                return answer
            self.reports.put(Step(job, *value))

    def _end(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            _stop(process)
            self.ended(process.pid)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # what was written to a worker that has died can't be flushed
                stream.close()


def _start(single_thread: bool, ahead: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    threads = {"OPENBLAS_NUM_THREADS": "1"}  # a page's equations are small
    if single_thread:
        threads |= {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    code = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from ecgimg.worker import main; main(sys.argv[2:])"
    return subprocess.Popen(
        [sys.executable, "-c", code, json.dumps(sys.path), *ahead],
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


def main(ahead: Sequence[str]) -> None:
    """A worker's life: imports the modules `ahead`, then reads jobs until its parent has no more or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # a user can't act on a library's warnings; python -W shows them
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for module in ahead:
        with suppress(ImportError):  # the job that needs it tells
            import_module(module)
    while True:
        try:
            work, job = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        _send(answers, "answer", work(job, lambda *step: _send(answers, "step", step)))


def _send(stream: BinaryIO, kind: str, value: object) -> None:
    pickle.dump((kind, value), stream)
    stream.flush()
