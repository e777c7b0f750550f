"""Stand-ins for the work of a page; their names tell what they do. Workers import them by name."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ecgimg.errors import EcgimgError
from ecgimg.io.images import read_page
from ecgimg.jobs import Done, Step, Tell
from ecgimg.runs.inputs import Input
from ecgimg.runs.job import Outcome
from ecgimg.runs.page_counts import PageCounter


def double_it(job: int, tell: Tell) -> int:
    tell("half", 1, 2)
    print("a library that prints")  # noqa: T201
    return 2 * job


def misbehave(job: str, tell: Tell) -> str:
    """Does what the job says."""
    if job == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if job == "exit":
        sys.exit(3)
    if job == "hang":
        time.sleep(600)
    return f"{job} done by {os.getpid()}"


def answer_rubbish(job: object, tell: Tell) -> object:
    """An answer that can't be pickled, or one that the parent can't read."""
    return (lambda: job) if job == "unpicklable" else Unreadable()


class Unreadable:
    """Pickles well, and raises when it is read."""

    def __reduce__(self) -> tuple[Callable, tuple[str]]:
        return _raise, ("rubbish",)


def _raise(text: str) -> object:
    raise ZeroDivisionError(text)


def tell_threads(job: int, tell: Tell) -> str:
    return os.environ.get("OMP_NUM_THREADS", "")


def has_imported(job: str, tell: Tell) -> bool:
    return job in sys.modules


def load_colorsys() -> None:
    import colorsys  # noqa: F401


def load_what_is_missing() -> None:
    import this_module_is_missing  # noqa: F401


class Silent:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.steps: list[tuple[str, str]] = []
        self.outcomes: list[Outcome] = []
        self.pages = 0
        self.before = 0

    def planned(self, pages: int) -> None:
        self.pages = pages

    def warned(self, text: str) -> None:
        self.warnings.append(text)

    def skipped(self, pages: int) -> None:
        self.before += pages

    def stepped(self, name: str, step: str, done: int, total: int) -> None:
        self.steps.append((name, step))

    def finished(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


@dataclass(frozen=True)
class Square:
    number: int
    square: int


def square(number: int, tell: Tell) -> Square:
    """Dies at 3."""
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return Square(number, number**2)


class Inline:
    """An executor that does all jobs in this process, one after the other, with another work where one is given."""

    def __init__(self, instead: Callable | None = None) -> None:
        self.instead = instead

    def run(self, work: Callable, jobs: Iterable, report: Callable, ended: Callable = print) -> None:
        for job in jobs:
            answer = (self.instead or work)(
                job, lambda step, done, total, job=job: report(Step(job, step, done, total))
            )
            report(Done(job, answer))


def count_inline(one: Input) -> int | EcgimgError:
    """Counts pages in this process."""
    return PageCounter(Inline(), 1000)(one)


def take_memory(job: int, tell: Tell) -> str:
    """Asks for as many bytes."""
    try:
        return f"has {len(bytearray(job))}"
    except MemoryError:
        return "MemoryError"


def read_shape(job: str, tell: Tell) -> str:
    """The shape of a picture's pixels, or why it can't be read."""
    try:
        return str(read_page(job).pixels.shape)
    except EcgimgError as error:
        return str(error)


def kill_the_cluster_worker_once(job: str, tell: Tell) -> str:
    """The first job that gets here ends the worker of the cluster, which is the parent of this process."""
    try:
        (Path(job).parent / "killed").touch(exist_ok=False)
    except FileExistsError:
        return job
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
    return "not reached"


def take_a_while(job: int, tell: Tell) -> int:
    time.sleep(0.3)
    return job
