"""Jobs, and who does them: what a run and an executor give each other.

The executors themselves are in `ecgimg.runs`; whatever has many independent jobs takes one as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

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
    """Runs jobs somewhere and reports in the caller's own thread."""

    def run(
        self,
        work: Callable[[Job, Tell], Answer],
        jobs: Iterable[Job],
        report: Callable[[Step[Job] | Done[Job, Answer]], None],
        ended: Callable[[int], None] = ...,
    ) -> None:
        """Returns when each job has been reported as `Done`; stops all work when it is interrupted.

        Args:
            work: a function of a module, called as work(job, tell); job and answer must be picklable.
            jobs: what there is to do. Few are taken before they can be begun, so that an iterator of any length may be
                given; it may itself let this executor run something.
            report: called with every step and every end.
            ended: called with the process id of a worker that was lost amid a job, to clean up after it.
        """
