"""Worker processes: a page that crashes, hangs or eats the memory costs only itself.

A worker is a fresh Python, see `ecgimg.runs.worker_process`. One thread of the parent, its keeper, gives it one job
after the other and ends it when a job takes too long; a new worker takes its place. The pool lives as long as its
owner; a run is written on `submit`.
"""

from __future__ import annotations

import pickle
import queue
import subprocess
import threading
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any, Self

from ecgimg.errors import WorkerError
from ecgimg.jobs import Answer, Done, Job, Step, Tell
from ecgimg.runs.worker_process import answers_of, loss_of, pack, receive, send, start_worker, stop_worker

JOBS_A_WORKER = 2
"""Jobs that a run takes at a time for each worker: one at work, and one that it finds when it has ended that."""
MAX_WAIT_S = 0.5
"""Time until a signal is seen that came just before a wait began, and so does not end the wait."""


class WorkerPool:
    """Living worker processes of this machine, from the first job until `close`.

    A context closes itself. A worker is started when a job first needs it, and a new one takes the place of one that
    was lost. All methods may be called from any thread.

    Args:
        count: number of workers; with more than one, each computes with a single thread.
        timeout: seconds after which a job is given up.
        max_memory: gigabytes that a worker may use, where the system can limit it (`ecgimg.runs.memory_limit`).
    """

    def __init__(self, count: int, timeout: float, max_memory: float | None = None) -> None:
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._keepers = [_Keeper(timeout, max_memory, count > 1, self._requests) for _ in range(count)]
        self._live: dict[Future[Any], _Request] = {}
        self._is_closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """The pool itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Closes the pool."""
        self.close()

    def preload(self, load: Callable[[], None]) -> None:
        """Starts the first worker at once and lets it call `load`, a function of a module, while jobs are planned.

        Nothing happens where it is at work already. A failure is left to the job that needs what was to be loaded.
        """
        with self._lock:
            if not self._is_closed and not self._keepers[0].is_serving:
                self._keepers[0].preload(load)

    def submit(
        self,
        work: Callable[[Job, Tell], Answer],
        job: Job,
        tell: Tell = lambda step, done, total: None,
        ended: Callable[[int], None] = lambda pid: None,
    ) -> Future[Answer]:
        """Has a job done by the next free worker; the future raises WorkerError when there is no answer.

        Args:
            work: a function of a module, called in the worker as work(job, tell); job and answer must be picklable.
            job: what is to be done.
            tell: called with every step, in a thread of the pool.
            ended: called with the process id of a worker that was lost amid this job.

        Raises:
            RuntimeError: the pool is closed.
            WorkerError: no worker can be started.
        """
        request = _Request(work, job, tell, ended)
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the pool is closed")
            self._live[request.future] = request
            self._requests.put(request)
            self._serve_one_more()
        request.future.add_done_callback(self._forget)
        return request.future

    def run(
        self,
        work: Callable[[Job, Tell], Answer],
        jobs: Iterable[Job],
        report: Callable[[Step[Job] | Done[Job, Answer]], None],
        ended: Callable[[int], None] = lambda pid: None,
    ) -> None:
        """See `ecgimg.jobs.Executor`."""
        reports: queue.SimpleQueue[Step[Job] | Done[Job, Answer]] = queue.SimpleQueue()
        futures: list[Future[Answer]] = []
        waiting = iter(jobs)
        left = 0
        try:
            while True:
                for job in islice(waiting, JOBS_A_WORKER * len(self._keepers) - left):
                    futures.append(self.submit(work, job, partial(_report_step, reports.put, job), ended))
                    futures[-1].add_done_callback(partial(_report_end, reports.put, job))
                    left += 1
                if not left:
                    return
                try:
                    item = reports.get(timeout=MAX_WAIT_S)
                except queue.Empty:
                    continue
                if isinstance(item, Done):
                    left -= 1
                    futures = [future for future in futures if not future.done()]
                report(item)
        except BaseException:
            self.cancel(futures)
            wait([future for future in futures if not future.cancelled()])
            raise

    def cancel(self, futures: Collection[Future[Any]] | None = None) -> None:
        """Gives up jobs, all by default: those that wait are cancelled, the workers of those that run are ended."""
        with self._lock:
            chosen = self._live.keys() if futures is None else self._live.keys() & {*futures}
            requests = [self._live[future] for future in chosen]
        for request in requests:
            if not request.future.cancel():
                request.abandoned.set()
        for keeper in self._keepers:
            keeper.end_abandoned()

    def close(self) -> None:
        """Gives up all jobs and ends all workers; there can be no further jobs."""
        with self._lock:
            self._is_closed = True
        self.cancel()
        for _ in self._keepers:
            self._requests.put(None)
        for keeper in self._keepers:
            keeper.close()

    def _serve_one_more(self) -> None:
        """Lets one more keeper work where there are more jobs than keepers at work."""
        idle = [keeper for keeper in self._keepers if not keeper.is_serving]
        if idle and len(self._live) > len(self._keepers) - len(idle):
            try:
                idle[0].serve_in_background()
            except WorkerError:
                if len(idle) == len(self._keepers):  # else those at work do the job
                    raise

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._live.pop(future, None)


@dataclass(eq=False)
class _Request:
    """A job on its way. `abandoned` is set when nobody waits for it any more, `is_late` when its time has run out."""

    work: Callable[[Any, Tell], Any]
    job: Any
    tell: Tell
    ended: Callable[[int], None]
    future: Future[Any] = field(default_factory=Future)
    abandoned: threading.Event = field(default_factory=threading.Event)
    is_late: bool = False


@dataclass(eq=False)
class _Keeper:
    """The parent's side of one worker.

    `lock` guards `current`: a worker is ended from outside only while the job it is ended for is the current one, so
    that the next job never pays for it.
    """

    timeout: float
    max_memory: float | None
    single_thread: bool
    requests: queue.SimpleQueue[_Request | None]
    process: subprocess.Popen[bytes] | None = None
    current: _Request | None = None
    thread: threading.Thread | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_serving(self) -> bool:
        """Whether a thread gives jobs to this worker."""
        return self.thread is not None

    def serve_in_background(self) -> None:
        """Gives jobs to the worker from now on; WorkerError where the system has no thread for it."""
        thread = threading.Thread(target=self._serve, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            what = f"no worker can be started ({error})"
            raise WorkerError(what, where="worker", remedy="close other programs, or use fewer --jobs") from error
        self.thread = thread

    def preload(self, load: Callable[[], None]) -> None:
        """Starts the worker and lets it call `load`; failures are left to the first job."""
        with suppress(WorkerError, OSError):
            send(self._living_process().stdin, pack("preload", load))

    def end_abandoned(self) -> None:
        """Ends the worker if nobody waits for what it does."""
        with self.lock:
            if self.current is not None and self.current.abandoned.is_set():
                self._kill()

    def close(self) -> None:
        """Ends the worker; there are no more jobs."""
        if self.thread is not None and self.thread is not threading.current_thread():
            self.thread.join()
        self._end()

    def _serve(self) -> None:
        while (request := self.requests.get()) is not None:
            if request.future.set_running_or_notify_cancel():
                self._settle(request)

    def _settle(self, request: _Request) -> None:
        """Gives the future of a request its answer or its error, whatever happens: this thread must not die."""
        try:
            answer = self._ask(request)
        except WorkerError as error:
            request.future.set_exception(error)
        except BaseException as error:  # what an answer or a callback of the caller raises
            self._end()  # it may be amid the job
            what = f"unexpected {type(error).__name__}: {' '.join(str(error).split())}"
            request.future.set_exception(WorkerError(what, where="worker"))
        else:
            request.future.set_result(answer)

    def _ask(self, request: _Request) -> object:
        message = pack("job", (request.work, request.job))
        process = self._living_process()
        timer = threading.Timer(self.timeout, self._give_up, (request,))
        timer.daemon = True
        try:
            self._begin(request)
            timer.start()
            return _talk(process, message, request.tell)
        except (EOFError, OSError, pickle.UnpicklingError):
            with suppress(subprocess.TimeoutExpired):
                process.wait(2)  # its pipes close before it has ended; its own exit code is the better reason
            self._end()
            request.ended(process.pid)
            raise self._loss(process, request) from None
        finally:
            timer.cancel()
            with self.lock:
                self.current = None

    def _begin(self, request: _Request) -> None:
        """From now on the worker can be ended for this request; it is at once where that was wished before."""
        with self.lock:
            self.current = request
            if request.abandoned.is_set():
                self._kill()

    def _give_up(self, request: _Request) -> None:
        """The time of a request has run out."""
        with self.lock:
            if self.current is request:
                request.is_late = True
                self._kill()

    def _loss(self, process: subprocess.Popen[bytes], request: _Request) -> WorkerError:
        if request.abandoned.is_set():
            return WorkerError("cancelled while it was at work", where="worker")
        if request.is_late:
            return WorkerError(f"given up after {self.timeout:g} s", where="worker", remedy="raise --timeout")
        return loss_of(process, self.max_memory)

    def _living_process(self) -> subprocess.Popen[bytes]:
        """The worker, started where there is none; WorkerError where that fails."""
        if self.process is None:
            self.process = start_worker(self.single_thread, self.max_memory)
        return self.process

    def _kill(self) -> None:
        if self.process is not None:
            self.process.kill()

    def _end(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            stop_worker(process)


def _talk(process: subprocess.Popen[bytes], message: bytes, tell: Tell) -> object:
    """Sends a job to its worker and passes its steps on until there is an answer."""
    send(process.stdin, message)
    answers = answers_of(process)
    while True:
        kind, value = receive(answers)
        if kind == "answer":
            return value
        assert isinstance(value, tuple)
        tell(*value)


def _report_step(put: Callable[[Step[Job]], None], job: Job, step: str, done: int, total: int) -> None:
    put(Step(job, step, done, total))


def _report_end(put: Callable[[Done[Job, Answer]], None], job: Job, future: Future[Any]) -> None:
    put(Done(job, _answer_of(future)))


def _answer_of(future: Future[Any]) -> Any:
    """The answer or the error of a job that has ended."""
    if future.cancelled():
        return WorkerError("cancelled before it was begun", where="worker")
    error = future.exception()
    if error is None:
        return future.result()
    assert isinstance(error, WorkerError)
    return error
