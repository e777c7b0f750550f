"""Stand-ins for the work of a page; their names tell what they do. Workers import them by name."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence

from ecgimg.worker import Done, Step, Tell


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


def tell_threads(job: int, tell: Tell) -> str:
    return os.environ.get("OMP_NUM_THREADS", "")


class Inline:
    """An executor that does all jobs in this process, one after the other, with any work."""

    def __init__(self, work: Callable) -> None:
        self.work = work
        self.jobs: list = []

    def run(self, jobs: Sequence, report: Callable) -> None:
        for job in jobs:
            self.jobs.append(job)
            answer = self.work(job, lambda step, done, total, job=job: report(Step(job, step, done, total)))
            report(Done(job, answer))
