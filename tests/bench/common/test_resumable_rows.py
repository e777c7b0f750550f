"""Benchmarks that can be interrupted: rows, plans, and jobs whose worker dies."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from doubles import Square, square
from made_benches import chain_row

from ecgimg.bench.chain.pages import ChainRow
from ecgimg.bench.common.resumable_rows import claim, read_rows, run_resumably
from ecgimg.errors import UsageError, WorkerError


def failed(number: int, error: WorkerError) -> Square:
    return Square(number, -1)


def test_rows_of_a_run_that_was_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    line = json.dumps(vars(chain_row(3)))
    path.write_text(f"{line}\n{line[:40]}")
    assert read_rows(path, lambda data: ChainRow(**data)) == [chain_row(3)]
    assert read_rows(tmp_path / "none.jsonl", dict) == []


def test_a_folder_belongs_to_one_plan(tmp_path: Path) -> None:
    claim(tmp_path, {"fold": 9})
    claim(tmp_path, {"fold": 9})
    with pytest.raises(UsageError, match="another benchmark"):
        claim(tmp_path, {"fold": 8})


@pytest.mark.slow
def test_only_what_is_missing_is_computed(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    jobs = {("a", k): k for k in (300, 3, 2000)}  # three different objects
    calls: list[tuple[int, int, int]] = []
    rows = run_resumably(
        path, jobs, {("a", 300): Square(300, 0)}, square, failed, 1,
        lambda row, done, total: calls.append((row.number, done, total)),
    )  # fmt: skip
    assert rows == (Square(300, 0), Square(3, -1), Square(2000, 4_000_000))
    assert sorted(calls, key=lambda call: call[1]) == calls
    assert {total for _, _, total in calls} == {3}
    assert sorted(path.read_text().splitlines()) == sorted(json.dumps(asdict(row)) for row in rows[1:])
