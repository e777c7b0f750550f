"""The tables of `ecgimg bench scale`."""

from __future__ import annotations

from ecgimg.bench.scale.kills import Killed
from ecgimg.bench.scale.program import Figures
from ecgimg.bench.scale.run import REAL_WORKERS, ScaleBench

READING_S = 2.3
"""Processor seconds of `ecgimg diagnose` for a page (`bench speed`), against which a run's own time stands."""


def markdown(bench: ScaleBench) -> str:
    """All tables as Markdown."""
    plan, local = bench.plan, bench.local
    own_ms = 1000 * _own_s(local, plan.workers, plan.page_s)
    lines = [
        "| what | figure | floor |",
        "|---|---|---|",
        f"| plan {plan.pages:,} pages | {_cost(bench.planned)} | 60 s, 500 MB |",
        f"| go on after {bench.resumed['pages']:,.0f} done pages | {_cost(bench.resumed)}"
        " | 30 s to the first new page |",
        f"| memory of a run of {local['pages']:.0f} pages, after a tenth and at its end | {local['early_mb']:.0f} and"
        f" {local['mb']:.0f} MB | no growth |",
        f"| a run's own time a page, {plan.workers} workers | {own_ms:.0f} ms, {own_ms / 10 / READING_S:.1f} % of"
        f" {READING_S:g} s | 5 % |",
        f"| processor time of the run itself a page | {1000 * local['cpu_s'] / local['late']:.1f} ms | |",
        f"| pages a second on Dask against workers of this machine | {_rate(bench.cluster):.2f} /"
        f" {_rate(local):.2f} = {_rate(bench.cluster) / _rate(local):.2f} | 0.9 |",
    ]
    lines += _real(bench.real) if bench.real else []
    lines += [_killed(one) for one in bench.killed]
    return "\n".join(lines) + "\n"


def _real(figures: Figures) -> list[str]:
    read_s = figures["late_read_s"] / figures["late"]
    own_s = REAL_WORKERS * figures["seconds"] / figures["late"] - read_s
    return [
        f"| a run's own time a page, {figures['pages']:.0f} real pages, {REAL_WORKERS} workers | {1000 * own_s:.0f} ms,"
        f" {100 * own_s / read_s:.1f} % of {read_s:.1f} s | 5 % |",
        f"| memory of that run and its workers, at most | {figures['tree_mb']:.0f} MB | 2,500 MB |",
    ]


def _killed(one: Killed) -> str:
    return (
        f"| {one.kills} kills, --jobs {one.workers} ({one.of_client} of the run itself, {one.starts} starts) |"
        f" {one.rows} rows, {one.names} names, {one.same} as undisturbed | {one.pages} each |"
    )


def _cost(figures: Figures) -> str:
    return f"{figures['seconds']:.1f} s ({figures['cpu_s']:.1f} s of the processor), {figures['mb']:.0f} MB"


def _rate(figures: Figures) -> float:
    """Pages a second once the workers have started."""
    return figures["late"] / figures["seconds"]


def _own_s(figures: Figures, workers: int, page_s: float) -> float:
    """Seconds of a worker for a page beside what the page itself takes."""
    return workers / _rate(figures) - page_s
