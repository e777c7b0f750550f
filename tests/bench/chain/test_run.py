"""The benchmark of the whole chain on a PTB-XL of four simulated records: drawn, digitized, kept, and gone on with."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgimg.bench.chain.pages import ChainPlan, ChainRow, page_path, run_pages
from ecgimg.bench.common.resumable_rows import read_rows
from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.layouts import layout_ids
from ecgimg.recording.recording import Recording
from ecgimg.recording.wfdb_record import write_wfdb
from ecgimg.synth.signals.simulator import Heart, simulate

COLUMNS = ("ecg_id", "patient_id", "age", "sex", "report", "scp_codes", "strat_fold", "filename_lr", "filename_hr")


@pytest.fixture(scope="module")
def ptbxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in PTB-XL's form."""
    folder = tmp_path_factory.mktemp("ptbxl")
    rows = []
    for k in range(4):
        signals = simulate(Heart(rate=60 + 10 * k), np.random.default_rng(k), 10.0, 100.0)
        write_wfdb(Recording(signals, 100.0), folder, f"r{k}")
        rows.append((k, k, 60, 0, "", "{'NORM': 100.0, 'SR': 0.0}", 9, f"r{k}", ""))
    with (folder / "ptbxl_database.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    names = ("", "description", "diagnostic", "form", "rhythm", "diagnostic_class", "diagnostic_subclass")
    with (folder / "scp_statements.csv").open("w", newline="") as file:
        csv.writer(file).writerows([names, ("NORM", "normal ECG", "1.0", "", "", "NORM", "NORM")])
    return folder


def test_pages_are_kept_and_gone_on_with(ptbxl: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    plan = ChainPlan(str(ptbxl), 9, 1, ("scan",), str(out))
    told: list[tuple[ChainRow, int, int]] = []
    (first,) = run_pages(plan, 1, lambda *step: told.append(step))
    assert [(row.number, done, count) for row, done, count in told] == [(0, 1, 1)]
    assert first.layout == layout_ids()[0]
    assert page_path(out, "scan", 0).stat().st_size > 10_000
    assert len(first.true) == 37
    assert set(first.seconds) == {"draw", "digitize"}
    if first.read is not None:
        assert len(first.read) == 37
        assert first.snr > 0
        assert first.beats > 50

    kept = (out / "pages.jsonl").read_text()
    assert run_pages(plan, 1, lambda *step: pytest.fail("nothing is left to do")) == (first,)
    assert (out / "pages.jsonl").read_text() == kept
    assert read_rows(out / "pages.jsonl", lambda row: ChainRow(**row)) == [first]


def test_another_plan_or_no_data_is_told(ptbxl: Path, tmp_path: Path) -> None:
    plan = ChainPlan(str(ptbxl), 9, 1, ("scan",), str(tmp_path / "out"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out/plan.json").write_text(json.dumps({"fold": 8}))
    with pytest.raises(UsageError, match="another benchmark"):
        run_pages(plan, 1, lambda *step: None)
    with pytest.raises(UsageError, match="nonsense"):
        run_pages(replace(plan, presets=("nonsense",)), 1, lambda *step: None)
    with pytest.raises(UnreadableInputError):
        run_pages(replace(plan, data=str(tmp_path)), 1, lambda *step: None)
    with pytest.raises(UnreadableInputError, match="no record"):
        run_pages(replace(plan, fold=3), 1, lambda *step: None)
