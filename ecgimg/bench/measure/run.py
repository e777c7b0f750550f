"""`ecgimg bench measure`: LUDB by cross-validation and on paper, PTB-XL's diagnoses, and the tables of PTB-XL+."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ecgimg.bench.common.formatting import plain
from ecgimg.bench.measure.ludb import bench_ludb
from ecgimg.bench.measure.open_tools import TOOLS
from ecgimg.bench.measure.pages import MeasuredRow, chosen_records, ludb_jobs, measured_rows, ptbxl_jobs
from ecgimg.bench.measure.plus import plus_agreement
from ecgimg.bench.measure.rankings import CODES, page_losses, rankings
from ecgimg.bench.measure.readings import CLEAN, read_before
from ecgimg.bench.measure.report import MeasureBench, markdown
from ecgimg.bench.measure.scores import IntervalErrors, LudbScores, interval_errors, score_ludb
from ecgimg.bench.measure.truth import marked_intervals
from ecgimg.datasets.ludb import Ludb, ludb_folder, read_ludb
from ecgimg.datasets.ptbxl import ptbxl_folder, read_ptbxl
from ecgimg.datasets.ptbxl_plus import read_feature_tables
from ecgimg.errors import UsageError
from ecgimg.io.files import write_atomically
from ecgimg.runs.executors import Workers
from ecgimg.train.delineation.data import folds

Tell = Callable[[str], None]


@dataclass(frozen=True)
class MeasurePlan:
    """What is measured: data sets as commands are given them, "" for none, and how much of each.

    `networks` is the folder of `ecgimg train delineation`. `per_fold` records of each LUDB fold are measured, and
    `ludb_pages` of them drawn by each of `presets`. Of PTB-XL all records with one of CODES are measured and `others`
    without, and `pages` of each are drawn. `readings` is the folder of what was read from pages, OUT/readings where
    None; without `draw` no page is drawn that it lacks.
    """

    out: Path
    ludb: str = ""
    networks: Path | None = None
    ptbxl: str = ""
    plus: Path | None = None
    fold: int = 9
    per_fold: int = 40
    ludb_pages: int = 30
    pages: int = 92
    others: int = 600
    presets: tuple[str, ...] = ("photo",)
    tools: bool = True
    readings: Path | None = None
    draw: bool = True

    @property
    def readings_folder(self) -> Path:
        """The folder of the readings."""
        return self.readings or self.out / "readings"


def run_measure(plan: MeasurePlan, processes: Workers, tell: Tell) -> MeasureBench:
    """All tables of a plan, and OUT/bench.json and OUT/bench.md; pages of an earlier run are not drawn again.

    Raises:
        UsageError: no data set is given, or LUDB without its networks.
        UnreadableInputError: a data set is not there.
        DependencyError: a network or an open tool is missing.
    """
    if not (plan.ludb or plan.ptbxl):
        raise UsageError("no data set is given", where="bench", remedy="give --ludb or --data, or both")
    plan.out.mkdir(parents=True, exist_ok=True)
    ludb, ludb_pages = _ludb(plan, processes, tell) if plan.ludb else (None, ())
    bench = MeasureBench(ludb, ludb_pages)
    bench = _with_ptbxl(bench, plan, processes, tell) if plan.ptbxl else bench
    write_atomically(plan.out / "bench.json", json.dumps(plain(asdict(bench)), indent=1).encode())
    write_atomically(plan.out / "bench.md", markdown(bench).encode())
    return bench


def _ludb(
    plan: MeasurePlan, processes: Workers, tell: Tell
) -> tuple[LudbScores, tuple[tuple[str, int, tuple[IntervalErrors, ...]], ...]]:
    if plan.networks is None:
        raise UsageError(
            "LUDB was in the training of the packaged network",
            where="--networks",
            remedy="give the folder of `ecgimg train delineation`, which has the cross-validated networks",
        )
    data = read_ludb(ludb_folder(plan.ludb))
    marked = bench_ludb(data, plan.networks, plan.per_fold, tuple(TOOLS) if plan.tools else (), tell)
    scores = score_ludb(marked)
    if not plan.ludb_pages or not plan.presets:
        return scores, ()
    parts = folds(data.records, 5)
    records = [part[k] for k in range(max(map(len, parts))) for part in parts if k < len(part)]
    jobs = ludb_jobs(plan.ludb, plan.networks, records[: plan.ludb_pages], plan.presets, plan.readings_folder)
    if not plan.draw:
        pages = {job.record for job in read_before(jobs) if job.kind != CLEAN}
        jobs = [job for job in read_before(jobs) if job.record in pages]
    if not jobs:
        return scores, ()
    rows = measured_rows(jobs, _folder(plan.out / "ludb"), processes, _progress(tell))
    return scores, tuple(_on_paper(data, rows, kind) for kind in (CLEAN, *plan.presets))


def _on_paper(data: Ludb, rows: tuple[MeasuredRow, ...], kind: str) -> tuple[str, int, tuple[IntervalErrors, ...]]:
    """The errors of the rows of one kind."""
    own = [row for row in rows if row.kind == kind]
    by_number = {record.number: record for record in data.records}
    marked = [marked_intervals(data, by_number[row.record]) for row in own]
    return kind, len(own), interval_errors(marked, [r.values for r in own], [r.uncertainties for r in own])


def _with_ptbxl(bench: MeasureBench, plan: MeasurePlan, processes: Workers, tell: Tell) -> MeasureBench:
    database = read_ptbxl(ptbxl_folder(plan.ptbxl))
    with_code, others = chosen_records(database, plan.fold, CODES, plan.others)
    drawn = [*with_code[: plan.pages], *others[: plan.pages]]
    jobs = ptbxl_jobs(plan.ptbxl, plan.fold, [*with_code, *others], drawn, plan.presets, plan.readings_folder)
    jobs = jobs if plan.draw else read_before(jobs)
    rows = measured_rows(jobs, _folder(plan.out / f"ptbxl-{plan.fold}"), processes, _progress(tell))
    refused = sum(bool(row.reason) for row in rows)
    plus = plus_agreement(rows, read_feature_tables(plan.plus)) if plan.plus else ()
    return replace(
        bench, ptbxl=rankings(rows, database), losses=page_losses(rows, database), refused=refused, plus=plus
    )


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _progress(tell: Tell) -> Callable[[MeasuredRow, int, int], None]:
    return lambda row, done, count: tell(f"{done}/{count} {row.kind} {row.record} {row.reason}")
