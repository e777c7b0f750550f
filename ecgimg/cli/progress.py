"""The progress of a run on stderr: a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from ecgimg.runs.job import Outcome
from ecgimg.runs.tally import Tally
from ecgimg.text import printable

_STYLES = {"ok": "green", "refused": "yellow", "failed": "red"}


class _TimeLeft(ProgressColumn):
    """Time that the pages that are left will take, from those that this run has done."""

    def render(self, task: Task) -> Text:
        """The time, where there is one."""
        seconds: float | None = task.fields["seconds_left"]()
        return Text("" if seconds is None else f"{timedelta(seconds=round(seconds))} left")


class Reporter:
    """Prints what happens in a run. It is a context, so that the terminal is left in order.

    Args:
        quiet: print only pages that gave no result.
        verbose: print skipped pages and tracebacks too.
        console: where it is printed; stderr by default.
    """

    def __init__(self, quiet: bool = False, verbose: bool = False, console: Console | None = None) -> None:
        self._quiet = quiet
        self._verbose = verbose
        self._console = console or Console(stderr=True, soft_wrap=True, highlight=False)
        self._bar = self._make_bar() if self._console.is_terminal and not quiet else None
        self._pages: TaskID | None = None
        self._steps: dict[str, float] = {}
        self._start = monotonic()
        self._total = self._ended = self._found = 0

    def __enter__(self) -> Self:
        """Shows the bar."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def planned(self, pages: int) -> None:
        """The run has this many pages, or has turned out to."""
        self._total = pages
        if self._bar is None:
            return
        if self._pages is None:
            self._start = monotonic()
            self._pages = self._bar.add_task("", total=pages, ended=0, seconds_left=self.seconds_left)
        self._bar.update(self._pages, total=pages)

    def warned(self, text: str) -> None:
        """A warning about the run."""
        if not self._quiet:
            self._print(f"warning: {text}", "yellow")

    def skipped(self, pages: int) -> None:
        """So many further pages were done before."""
        self._ended += pages
        self._found += pages
        self._move("", pages)

    def stepped(self, name: str, step: str, done: int, total: int) -> None:
        """A page has finished a step: the bar moves by its share of the page."""
        before = self._steps.get(name, 0.0)
        self._steps[name] = done / total
        self._move(f"{name}: {step}", done / total - before)

    def seconds_left(self) -> float | None:
        """Time that the pages that are left will take; None where no page tells it yet.

        Pages that were done before took no time. A page in progress counts by its steps.
        """
        done = self._ended - self._found + sum(self._steps.values())
        if not done:
            return None
        return (monotonic() - self._start) / done * (self._total - self._found - done)

    def finished(self, outcome: Outcome) -> None:
        """A page has ended."""
        self._ended += 1
        self._found += outcome.skipped
        self._move(outcome.name, 1 - self._steps.pop(outcome.name, 0.0))
        self._print_outcome(outcome)

    def _print_outcome(self, outcome: Outcome) -> None:
        if outcome.status != "ok":
            self._print(f"{outcome.status}  {outcome.name}  {outcome.reason}", _STYLES[outcome.status])
            for line in outcome.details.splitlines() if self._verbose else ():
                self._print(f"    {line}")
            self._print_warnings(outcome)
            return
        if self._quiet or (outcome.skipped and not self._verbose):
            return
        how = "done before" if outcome.skipped else f"{outcome.seconds:.1f} s"
        self._print(f"ok  {outcome.name}  {outcome.message}, {how}", "green")
        self._print_warnings(outcome)

    def _print_warnings(self, outcome: Outcome) -> None:
        for text in () if self._quiet else outcome.warnings:
            self._print(f"    warning: {text}", "yellow")

    def print_summary(self, tally: Tally, where: str, again: str = "") -> None:
        """One line about a run that has ended; `again` is how pages are done again."""
        if self._quiet:
            return
        parts = [f"{tally.statuses[status]} {status}" for status in _STYLES if tally.statuses[status]]
        done = f" ({tally.skipped} of them done before{again})" if tally.skipped else ""
        self._print(f"{tally.pages} page{'s' * (tally.pages != 1)}: {', '.join(parts)}{done}; {where}")

    def _move(self, text: str, pages: float) -> None:
        if self._bar is not None and self._pages is not None:
            shown = escape(printable(text))
            self._bar.update(self._pages, advance=pages, ended=self._ended, description=shown, refresh=True)

    def _print(self, text: str, style: str | None = None) -> None:
        self._console.print(printable(text), style=style if self._console.is_terminal else None, markup=False)

    def _make_bar(self) -> Progress:
        columns = (BarColumn(), TextColumn("{task.fields[ended]}/{task.total}"), _TimeLeft())
        return Progress(*columns, TextColumn("{task.description}"), console=self._console, transient=True)
