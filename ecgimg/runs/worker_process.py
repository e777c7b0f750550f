"""One worker process: how it is started, spoken to and ended, and what it does itself.

Parent and worker exchange pickled pairs (kind, value): the worker reads "preload" and "job" from its stdin, and answers
with "step" and "answer" on its stdout, where nothing that a library prints can get between.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import queue
import select
import signal
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any, NoReturn

from ecgimg.errors import WorkerError
from ecgimg.runs.memory_limit import can_limit_memory, limit_memory

_WHERE = "worker"
_PAUSE_S = 0.5
"""A worker that was ended is noticed after this time at the latest, whoever holds its pipe."""


def start_worker(single_thread: bool, max_memory: float | None = None) -> subprocess.Popen[bytes]:
    """A fresh Python that runs `main` with this process's `sys.path`, and at most so many gigabytes of memory.

    Raises:
        WorkerError: the system starts no further process.
    """
    threads = {"OPENBLAS_NUM_THREADS": "1"}  # a page's equations are small
    if single_thread:
        threads |= {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    code = f"import json, sys; sys.path[:], limit = json.loads(sys.argv[1]); from {__name__} import main; main(limit)"
    try:
        return subprocess.Popen(
            [sys.executable, "-c", code, json.dumps([sys.path, max_memory])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **threads},
        )
    except OSError as error:
        what = f"no worker can be started ({error.strerror or error})"
        raise WorkerError(what, where=_WHERE, remedy="close other programs, or use fewer --jobs") from error


def pack(kind: str, value: object) -> bytes:
    """A message for the other side; made whole before a byte of it is sent, since pickle may fail midway.

    Raises:
        WorkerError: the value can't be pickled.
    """
    try:
        return pickle.dumps((kind, value))
    except Exception as error:  # PicklingError, TypeError, AttributeError, RecursionError ...
        what = f"a {kind} can't be pickled ({error})"
        raise WorkerError(what, where=_WHERE, remedy="use functions and classes of a module") from error


def send(stream: IO[bytes] | None, message: bytes) -> None:
    """Sends a packed message; OSError where the other side is gone."""
    assert stream is not None
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes] | None) -> tuple[str, object]:
    """The next message; EOFError, OSError or UnpicklingError where the other side is gone."""
    assert stream is not None
    kind, value = pickle.load(stream)
    return kind, value


def answers_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    """What a worker sends, until it has ended.

    A plain read of the pipe may last for ever: where the worker was started by a script, or has started a program, that
    may hold the pipe open after the worker was ended.
    """
    assert process.stdout is not None
    if os.name != "posix":  # pipes can't be waited for
        return process.stdout
    return io.BufferedReader(_Answers(process, process.stdout.fileno()))


class _Answers(io.RawIOBase):
    """Reads a worker's pipe; it is at its end when the worker has ended and nothing is left in the pipe."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: int) -> None:
        self._process = process
        self._pipe = pipe

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Reads what is there, as soon as something is."""
        is_over = False
        while not select.select([self._pipe], [], [], 0 if is_over else _PAUSE_S)[0]:
            if is_over:
                return 0
            is_over = self._process.poll() is not None  # what it sent before is in the pipe by now
        data = os.read(self._pipe, len(buffer))
        buffer[: len(data)] = data
        return len(data)


def stop_worker(process: subprocess.Popen[bytes]) -> None:
    """Ends a worker and closes its pipes."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # what was written to a worker that has died can't be flushed
                stream.close()


def loss_of(process: subprocess.Popen[bytes], max_memory: float | None = None) -> WorkerError:
    """How a worker ended by itself, which had so many gigabytes of memory."""
    code = process.returncode
    if code is None or code >= 0:
        return WorkerError(f"the worker ended with code {code}", where=_WHERE)
    try:
        name = signal.Signals(-code).name
    except ValueError:  # a real-time signal has no name
        name = f"signal {-code}"
    remedy = "run the page alone; it may need more memory"
    if max_memory is not None and can_limit_memory():
        remedy = f"the file may be damaged, or need more than {max_memory:g} GB: raise --max-memory"
    return WorkerError(f"the worker was ended by {name}", where=_WHERE, remedy=remedy)


def main(max_memory: float | None = None) -> None:
    """A worker's own loop: does what it is asked until its parent has no more jobs or is gone.

    Args:
        max_memory: gigabytes that it may use.
    """
    if max_memory is not None:
        limit_memory(max_memory)
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # they reach the whole group; the parent decides
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # a user can't act on a library's warnings; python -W shows them
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def answer(message: bytes) -> None:
        try:
            send(answers, message)
        except BrokenPipeError:  # the parent is gone
            os._exit(0)

    def report_step(step: str, done: int, total: int) -> None:
        answer(pack("step", (step, done, total)))

    for kind, value in _orders():
        if kind == "preload":
            with suppress(ImportError):  # the job that needs it fails with a message
                value()
        else:
            work, job = value
            answer(pack("answer", work(job, report_step)))


def _orders() -> Iterator[tuple[str, Any]]:
    """What the parent sends. A worker whose parent is gone ends at once, amid a job too: nobody wants its files."""
    stream = os.fdopen(os.dup(sys.stdin.fileno()), "rb")  # Python's own is closed under the thread when a job exits
    orders: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(stream, orders.put), daemon=True).start()
    while True:
        yield orders.get()


def _listen(stream: IO[bytes], put: Callable[[tuple[str, Any]], None]) -> NoReturn:
    """Passes on what the parent sends, and ends the process after that."""
    try:
        while True:
            put(pickle.load(stream))
    except EOFError:
        os._exit(0)
    except BaseException:  # what can't be read, such as a function of a module that is missing here
        traceback.print_exc()
        os._exit(1)
