"""`bench speed` on the smallest command, and on doubles of `ecgimg`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.bench.speed import run
from ecgimg.bench.speed.scores import Run
from ecgimg.errors import WorkerError

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="memory is read from /proc")


def test_a_tiny_command_takes_time_and_memory() -> None:
    row = run.measure("ecgimg --help", "", ["--help"], 1)
    assert (row.command, row.runs) == ("ecgimg --help", 1)
    assert 0 < row.processor_seconds < 60
    assert row.seconds > 0
    assert 5 < row.megabytes < 1000


def test_a_command_that_fails_is_an_error() -> None:
    with pytest.raises(WorkerError, match="ecgimg --no-such-option ended with code 2"):
        run.measure("wrong", "", ["--no-such-option"], 1)


def test_each_page_is_measured_by_both_commands(plain_png: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def once(arguments: list[str]) -> Run:
        calls.append(arguments)
        return Run(8.0, 4.0, 100.0)

    monkeypatch.setattr(run, "_run", once)
    rows = run.bench_speed([plain_png], 2)
    assert [row.command for row in rows] == [
        "ecgimg --help", f"ecgimg digitize {plain_png.name}", f"ecgimg diagnose {plain_png.name}",
        "ecgimg diagnose folder/ -j 2, a page of 8",
    ]  # fmt: skip
    assert (len(calls), calls[-1][2:]) == (8, ["-j", "2"])
    width, height = rows[1].size.split(" x ")
    assert int(width) > int(height) > 500
    assert (rows[1].seconds, rows[-1].seconds, rows[-1].megabytes) == (8.0, 1.0, 100.0)
