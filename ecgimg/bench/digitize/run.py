"""`ecgimg bench digitize` from pages, drawn or real, to tables, JSON and plots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ecgimg.bench.digitize.pages import DrawnPlan, OnProgress, PageScore, bench_drawn
from ecgimg.bench.digitize.real_pages import bench_index
from ecgimg.bench.digitize.report import write_all
from ecgimg.bench.digitize.scores import DigitizeBench, score_pages
from ecgimg.errors import UsageError
from ecgimg.runs.executors import Workers


def run_drawn(
    plan: DrawnPlan, presets: Sequence[str], pages: int, processes: Workers, write_line: Callable[[str], None]
) -> DigitizeBench:
    """Measures drawn pages and writes the results; continues an earlier run of the same plan.

    Raises:
        UsageError: there is no such preset or source, or the folder holds another benchmark.
        UnreadableInputError: the data is not there.
    """
    rows = bench_drawn(plan, tuple(presets), pages, processes, _on_progress(write_line))
    return _finish(rows, Path(plan.out))


def run_index(
    index: Path, layouts: Path | None, out: Path, processes: Workers, write_line: Callable[[str], None]
) -> DigitizeBench:
    """Measures the pages of an index and writes the results; continues an earlier run.

    Raises:
        UsageError: an unknown layout, or the folder holds another benchmark.
        UnreadableInputError: a file can't be read.
    """
    return _finish(bench_index(index, layouts, out, processes, _on_progress(write_line)), out)


def _finish(rows: Sequence[PageScore], out: Path) -> DigitizeBench:
    """Scores the pages and writes the results."""
    if not rows:
        raise UsageError("there are no pages to measure", where="bench digitize", remedy="give a preset or an index")
    bench = score_pages(rows)
    write_all(bench, out)
    return bench


def _on_progress(write_line: Callable[[str], None]) -> OnProgress:
    """Writes one line for each page."""

    def on_progress(row: PageScore, done: int, count: int) -> None:
        db = f", {row.db:.1f} dB" if row.has_truth else ""
        how = f"{row.found}, confidence {row.confidence:.2f}{db}" if row.found else f"refused: {row.reason}"
        write_line(f"{done}/{count} {row.name} {row.layout}: {how}")

    return on_progress
