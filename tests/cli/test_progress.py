"""What a run prints: quiet, usual and verbose."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.progress import Progress

from ecgimg.cli.progress import Reporter
from ecgimg.runs.job import Outcome
from ecgimg.runs.tally import Tally

OK = Outcome("a", "a.png", 1, "ok", 1.26, message="3x4, confidence 0.90", warnings=("a scale is assumed",))
DONE = Outcome("b", "b.png", 1, "ok", 1.0, message="3x4, confidence 0.90", skipped=True)
BAD = Outcome("c", "c.png", 1, "failed", 1.0, reason="load: [bold] is damaged; save it again", details="Traceback x\n")


def printed(terminal: bool = False, **given: bool) -> list[str]:
    """The lines of a run over the three pages."""
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=200, soft_wrap=True, highlight=False)
    with Reporter(console=console, **given) as reporter:
        reporter.planned(3)
        reporter.warned("x is taken")
        reporter.stepped("a", "load", 1, 4)
        for outcome in (OK, DONE, BAD):
            reporter.finished(outcome)
        reporter.print_summary(Tally.of((OK, DONE, BAD)), "out/summary.csv", "; --force does them again")
    return text.getvalue().splitlines()


def test_usual_lines() -> None:
    assert printed() == [
        "warning: x is taken",
        "ok  a  3x4, confidence 0.90, 1.3 s",
        "    warning: a scale is assumed",
        "failed  c  load: [bold] is damaged; save it again",
        "3 pages: 2 ok, 1 failed (1 of them done before; --force does them again); out/summary.csv",
    ]


def test_quiet_prints_only_what_gave_no_result() -> None:
    assert printed(quiet=True) == ["failed  c  load: [bold] is damaged; save it again"]


def test_verbose_prints_skipped_pages_and_tracebacks() -> None:
    lines = printed(verbose=True)
    assert "ok  b  3x4, confidence 0.90, done before" in lines
    assert "    Traceback x" in lines


@pytest.mark.parametrize("quiet", [False, True])
def test_a_terminal_gets_the_same_lines_in_colour(quiet: bool) -> None:
    text = "\n".join(printed(terminal=True, quiet=quiet))
    assert "[bold] is damaged" in text
    assert ("confidence 0.90" in text) is not quiet


def test_the_bar_counts_pages_that_have_ended_and_shows_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("ecgimg.cli.progress.monotonic", lambda: clock[0])
    console = Console(file=io.StringIO(), force_terminal=True, width=200)
    with Reporter(console=console) as reporter:
        reporter.planned(10)
        bar = reporter._bar
        assert bar is not None
        assert reporter.seconds_left() is None
        reporter.finished(DONE)
        reporter.finished(DONE)
        assert reporter.seconds_left() is None  # what was done before shows no speed
        clock[0] += 6
        reporter.stepped("a", "load", 3, 4)
        assert reporter.seconds_left() == pytest.approx(6 / 0.75 * 7.25)
        assert shown(bar) == ["2/10", "0:00:58 left"]
        clock[0] += 2
        reporter.finished(OK)
        assert shown(bar) == ["3/10", "0:00:56 left"]


def shown(bar: Progress) -> list[str]:
    """Count and time of the bar."""
    columns = [column(bar.tasks[0]) if callable(column) else column for column in bar.columns[1:3]]
    return [str(column) for column in columns]


def test_names_never_reach_the_terminal_as_commands_to_it() -> None:
    out = io.StringIO()
    reporter = Reporter(verbose=True, console=Console(file=out, force_terminal=True, width=300))
    name = "\x1b]0;owned\x07\nok  other"
    with reporter:
        reporter.planned(1)
        reporter.warned(f"{name} is written as x")
        reporter.stepped(name, "trace", 1, 2)
        reporter.finished(Outcome(name, name, 1, "failed", 1.0, reason=f"load: {name}", details=f"Trace\nback {name}"))
    text = out.getvalue()
    assert "\x1b]0;" not in text
    assert "\x07" not in text
    assert r"\x1b]0;owned\x07\nok  other" in text
    assert not any(line.startswith("ok") for line in text.splitlines())
