"""`ecgimg bench chain` from a folder of data to tables and plots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ecgimg.bench.chain.images import run_images
from ecgimg.bench.chain.pages import ChainPlan, ChainRow, run_pages
from ecgimg.bench.chain.report import write_all
from ecgimg.bench.chain.scores import ChainBench, chain_data, score_chain
from ecgimg.datasets.ptbxl import read_ptbxl
from ecgimg.networks.patchecg import load_patchecg
from ecgimg.runs.executors import Workers


def run_chain(plan: ChainPlan, jobs: Workers, tell: Callable[[str], None]) -> ChainBench:
    """Draws, digitizes and scores; goes on where an earlier run of the same plan stopped.

    Raises:
        UsageError: the folder holds another plan, or there is no such preset.
        UnreadableInputError: the data is not there.
        DependencyError: a network is missing.
    """

    def on_progress(row: ChainRow, done: int, count: int) -> None:
        how = f"{row.found}, {row.confidence:.2f}" if row.found else f"refused: {row.reason}"
        tell(f"{done}/{count} {row.preset} {row.number} {row.layout}: {how}")

    rows = run_pages(plan, jobs, on_progress)
    images = run_images(rows, Path(plan.out), jobs, lambda row, done, count: tell(f"{done}/{count} images"))
    data = chain_data(rows, images, load_patchecg(), read_ptbxl(plan.data))
    bench = score_chain(data, plan.fold)
    write_all(bench, Path(plan.out))
    return bench
