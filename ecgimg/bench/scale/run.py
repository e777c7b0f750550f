"""`ecgimg bench scale`: seconds and memory of a plan, a start that goes on, a run, a cluster, and kills."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ecgimg.bench.scale.double import double, draw_pages
from ecgimg.bench.scale.kills import Killed, run_with_kills
from ecgimg.bench.scale.program import Figures
from ecgimg.errors import WorkerError
from ecgimg.options import RunOptions
from ecgimg.runs.inputs import Sources, find_inputs
from ecgimg.runs.job import Outcome, PageJob
from ecgimg.runs.plan import PlaceNames
from ecgimg.runs.store.store import open_store
from ecgimg.runs.store.table import page_row

REAL_WORKERS = 2
SAMPLES = 5000
"""Samples of each of 12 leads, as a page of 10 s at 500 Hz has."""


@dataclass(frozen=True)
class ScalePlan:
    """What is measured: planned and done `pages`; `read` pages that take `page_s` each; `kills` of each kind of run.

    `real` is a folder of pages that REAL_WORKERS digitize, None for none.
    """

    out: Path
    pages: int = 100_000
    read: int = 200
    page_s: float = 0.5
    workers: int = 4
    kills: int = 50
    real: Path | None = None


@dataclass(frozen=True)
class ScaleBench:
    """What was measured; a run has the seconds, pages and memory that its process printed."""

    plan: ScalePlan
    planned: Figures
    resumed: Figures
    local: Figures
    cluster: Figures
    real: Figures | None
    killed: tuple[Killed, ...]


def run_scale(plan: ScalePlan, tell: Callable[[str], None]) -> ScaleBench:
    """All figures; what an earlier run left in the folder is removed, but its pages.

    Raises:
        DependencyError: pyarrow or Dask is not installed.
        WorkerError: a process of the benchmark failed.
    """
    many, few = draw_pages(plan.out / "many", plan.pages), draw_pages(plan.out / "few", plan.read)
    stores = {name: _fresh(plan.out / name) for name in ("done", "local", "cluster")}
    tell(f"plan {plan.pages:,} pages")
    planned = _program("plan", many)
    tell(f"go on after {plan.pages - 1:,} pages")
    _write_done(many, stores["done"])
    resumed = _program("resume", many, stores["done"])
    words = (plan.page_s, SAMPLES)
    tell(f"{plan.read} pages of {plan.page_s:g} s, {plan.workers} workers of this machine")
    local = _program("run", few, stores["local"], plan.workers, *words)
    tell("the same on a Dask cluster of this machine")
    cluster = _program("run", few, stores["cluster"], f"local:{plan.workers}", *words)
    real = None
    if plan.real is not None:
        tell(f"real pages, {REAL_WORKERS} workers of this machine")
        real = _program("real", plan.real, _fresh(plan.out / "real"), REAL_WORKERS)
    killed = []
    for workers in (str(plan.workers), f"local:{plan.workers}") if plan.kills else ():
        tell(f"{plan.kills} kills, --jobs {workers}")
        store = _fresh(plan.out / f"killed-{workers.replace(':', '-')}")
        killed.append(run_with_kills(few, store, stores["local"], workers, plan.kills, [str(w) for w in words]))
    return ScaleBench(plan, planned, resumed, local, cluster, real, tuple(killed))


def _write_done(pages: Path, store: Path) -> None:
    """A store in which all pages but the last are done."""
    kind, names = double(0.0, 1), PlaceNames()
    found, _ = find_inputs(Sources((str(pages),), lambda: Path("/nowhere")), None)
    with open_store(str(store), kind, RunOptions.read().page.settings) as (done, _):
        for one in found[:-1]:
            name, _ = names.take(one, 1)
            outcome = Outcome(name=name, input=one.place, page=1, status="ok", seconds=0.0)
            done.add(page_row(PageJob(one.path, 1, name), outcome, {}))


def _program(*words: object) -> Figures:
    command = [sys.executable, "-m", "ecgimg.bench.scale.program", *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise WorkerError(f"{' '.join(command[2:])} ended with code {done.returncode}", where="bench scale")
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return folder
