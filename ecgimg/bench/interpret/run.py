"""`ecgimg bench interpret`: statements against codes, on paper, and on chains of questions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from ecgimg.bench.common.formatting import plain
from ecgimg.bench.interpret.report import InterpretBench, markdown
from ecgimg.bench.interpret.rows import chain_rows, statement_rows
from ecgimg.bench.interpret.scores import chain_scores, code_scores, kind_scores, page_agreement
from ecgimg.bench.measure.pages import chosen_records, ptbxl_jobs
from ecgimg.bench.measure.rankings import CODES
from ecgimg.bench.measure.readings import CLEAN, read_before
from ecgimg.datasets.ptbxl import ptbxl_folder, read_ptbxl
from ecgimg.io.files import write_atomically
from ecgimg.runs.executors import Workers
from ecgimg.stages.interpret.criteria import packaged_criteria

Tell = Callable[[str], None]


@dataclass(frozen=True)
class InterpretPlan:
    """What is scored: `records` of a fold of PTB-XL, and `pages` records drawn by each of `presets`; 0 for none.

    The pages are the first of those that `bench measure` draws at random, so that both can share `readings`, the folder
    of what was read (OUT/readings where None); without `draw` no page is drawn that it lacks. `items` is the file of
    ECG-Reasoning-Benchmark, None for none; `chains` of it are answered, 0 for all.
    """

    out: Path
    ptbxl: str
    items: Path | None = None
    chains: int = 0
    fold: int = 9
    records: int = 300
    pages: int = 60
    presets: tuple[str, ...] = ("photo",)
    readings: Path | None = None
    draw: bool = True


def run_interpret(plan: InterpretPlan, processes: Workers, tell: Tell) -> InterpretBench:
    """All tables of a plan, and OUT/bench.json and OUT/bench.md; what an earlier run did is not done again.

    Raises:
        UnreadableInputError: PTB-XL or the items are not there.
        UsageError: OUT holds the rows of other networks.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    bench = _statements(plan, processes, tell) if plan.records else InterpretBench()
    if plan.items is not None:
        folder = _folder(plan.out / "chains")
        rows = chain_rows(
            plan.ptbxl, plan.items, plan.chains, folder, processes,
            lambda row, done, count: tell(f"{done}/{count} {row.diagnosis} {row.record} {row.reason}"),
        )  # fmt: skip
        bench = InterpretBench(bench.codes, bench.pages, kind_scores(rows), chain_scores(rows))
    write_atomically(plan.out / "bench.json", json.dumps(plain(asdict(bench)), indent=1).encode())
    write_atomically(plan.out / "bench.md", markdown(bench).encode())
    return bench


def _statements(plan: InterpretPlan, processes: Workers, tell: Tell) -> InterpretBench:
    database = read_ptbxl(ptbxl_folder(plan.ptbxl))
    records = {record.ecg_id: record for record in database.select((plan.fold,))}
    exact = [ecg_id for ecg_id, record in records.items() if record.exact]
    chosen = exact[:: max(len(exact) // plan.records, 1)][: plan.records]
    drawn = chosen_records(database, plan.fold, CODES, plan.pages)[1]
    jobs = ptbxl_jobs(plan.ptbxl, plan.fold, chosen, drawn, plan.presets, plan.readings or plan.out / "readings")
    jobs = jobs if plan.draw else read_before(jobs)
    rows = statement_rows(
        jobs, _folder(plan.out / f"ptbxl-{plan.fold}"), processes,
        lambda row, done, count: tell(f"{done}/{count} {row.kind} {row.record} {row.reason}"),
    )  # fmt: skip
    clean = {row.record: row for row in rows if row.kind == CLEAN}
    codes = {row.id: row.codes for row in packaged_criteria().criteria}
    agreed = [page_agreement(k, clean, [r for r in rows if r.kind == k]) for k in plan.presets if plan.pages]
    return InterpretBench(code_scores([clean[record] for record in chosen], records, codes), tuple(agreed))


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
