"""The pages of the chain on a PTB-XL of four simulated records: drawn, digitized, stored, and continued."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_benches import write_ptbxl

from ecgimg.bench.chain.pages import ChainPlan, ChainRow, page_path, run_pages
from ecgimg.bench.common.resumable_rows import read_rows
from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.layouts import layout_ids
from ecgimg.synth.signals.simulator import Heart, simulate


@pytest.fixture(scope="module")
def ptbxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in PTB-XL's form."""
    hearts = [Heart(rate=60 + 10 * k) for k in range(4)]
    signals = [simulate(heart, np.random.default_rng(k), 10.0, 100.0) for k, heart in enumerate(hearts)]
    return write_ptbxl(tmp_path_factory.mktemp("ptbxl"), signals, [9] * 4, ["{'NORM': 100.0, 'SR': 0.0}"] * 4)


@pytest.mark.slow
def test_pages_are_stored_and_continued(ptbxl: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    plan = ChainPlan(str(ptbxl), 9, 1, ("scan",), str(out))
    calls: list[tuple[ChainRow, int, int]] = []
    (first,) = run_pages(plan, 1, lambda *step: calls.append(step))
    assert [(row.number, done, count) for row, done, count in calls] == [(0, 1, 1)]
    assert first.layout == layout_ids()[0]
    assert page_path(out, "scan", 0).stat().st_size > 10_000
    assert len(first.true) == 37
    assert set(first.seconds) == {"draw", "digitize"}
    if first.read is not None:
        assert len(first.read) == 37
        assert first.snr > 0
        assert first.beats > 50

    stored = (out / "pages.jsonl").read_text()
    assert run_pages(plan, 1, lambda *step: pytest.fail("nothing is left to do")) == (first,)
    assert (out / "pages.jsonl").read_text() == stored
    assert read_rows(out / "pages.jsonl", lambda row: ChainRow(**row)) == [first]


def test_another_plan_or_no_data_is_an_error(ptbxl: Path, tmp_path: Path) -> None:
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
