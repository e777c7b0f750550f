"""One worker process: how it is started, spoken to and ended, and what it does itself.

Parent and worker exchange pickled pairs (kind, value): the worker reads "preload" and "job" from its stdin, and answers
with "step" and "answer" on its stdout, where nothing that a library prints can get between.
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
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any, NoReturn

from ecgimg.errors import WorkerError

_WHERE = "worker"


def start_worker(single_thread: bool) -> subprocess.Popen[bytes]:
    """A fresh Python that runs `main` with this process's `sys.path`.

    Raises:
        WorkerError: the system starts no further process.
    """
    threads = {"OPENBLAS_NUM_THREADS": "1"}  # a page's equations are small
    if single_thread:
        threads |= {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    code = f"import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {__name__} import main; main()"
    try:
        return subprocess.Popen(
            [sys.executable, "-c", code, json.dumps(sys.path)],
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


def stop_worker(process: subprocess.Popen[bytes]) -> None:
    """Ends a worker and closes its pipes."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # what was written to a worker that has died can't be flushed
                stream.close()


def loss_of(process: subprocess.Popen[bytes]) -> WorkerError:
    """How a worker ended by itself."""
    code = process.returncode
    if code is None or code >= 0:
        return WorkerError(f"the worker ended with code {code}", where=_WHERE)
    try:
        name = signal.Signals(-code).name
    except ValueError:  # a real-time signal has no name
        name = f"signal {-code}"
    what = f"the worker was ended by {name}"
    return WorkerError(what, where=_WHERE, remedy="run the page alone; it may need more memory")


def main() -> None:
    """A worker's own loop: does what it is asked until its parent has no more jobs or is gone."""
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
