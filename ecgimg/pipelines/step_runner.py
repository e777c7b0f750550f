"""Runs the steps of a pipeline one after the other, measures each and reports it to one hook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TypeVar

Hook = Callable[[str, object, int, int], None]
"""Called after each step as hook(step, artifact, done, total): progress bars use the numbers, debug pictures the
artifact."""

_T = TypeVar("_T")


class StepRunner:
    """Measures steps and calls the hook after each.

    Args:
        hook: called after each step; None for nobody.
        steps: the names of all steps, in their order.
    """

    def __init__(self, hook: Hook | None, steps: Sequence[str]) -> None:
        self._hook = hook
        self._steps = steps
        self._seconds: dict[str, float] = {}

    @property
    def timings(self) -> tuple[tuple[str, float], ...]:
        """(step, seconds) in the order in which the steps were first run."""
        return tuple(self._seconds.items())

    def run(self, step: str, make: Callable[[], _T]) -> _T:
        """Runs a step and reports it; returns its artifact."""
        artifact = self.time(step, make)
        self.report(step, artifact)
        return artifact

    def time(self, step: str, make: Callable[[], _T]) -> _T:
        """Runs a part of a step; the seconds of all its parts are added up."""
        start = perf_counter()
        try:
            return make()
        finally:
            self._seconds[step] = self._seconds.get(step, 0.0) + perf_counter() - start

    def report(self, step: str, artifact: object) -> None:
        """Calls the hook: the step is done and made this artifact."""
        if self._hook is not None:
            self._hook(step, artifact, self._steps.index(step) + 1, len(self._steps))
