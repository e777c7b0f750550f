"""summary.csv: rows of this run replace their own, rows of other pages stay."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ecgimg.runs.job import Outcome
from ecgimg.runs.summary import COLUMNS, write_summary


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_a_page(tmp_path: Path) -> None:
    path = tmp_path / "summary.csv"
    write_summary([Outcome("a", "a.png", 1, "ok", 1.234, layout="3x4", confidence=0.5)], path)
    (row,) = rows(path)
    assert list(row) == list(COLUMNS)
    assert (row["name"], row["confidence"], row["seconds"], row["layout"]) == ("a", "0.500", "1.23", "3x4")


def test_rows_of_other_runs_stay_and_own_rows_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "summary.csv"
    write_summary([Outcome("a", "a.png", 1, "failed", 1.0), Outcome("b", "b.png", 1, "ok", 1.0)], path)
    write_summary([Outcome("a", "a.png", 1, "ok", 1.0, summary_cells=("7",))], path, ("sheep", "goats"))
    found = {row["name"]: row for row in rows(path)}
    assert {name: row["status"] for name, row in found.items()} == {"a": "ok", "b": "ok"}
    assert (found["a"]["sheep"], found["a"]["goats"], found["b"]["sheep"]) == ("7", "", "")


@pytest.mark.parametrize("old", ["", "nonsense", "name,input\na,b,c,d\n", "\xff\xfe"])
def test_an_old_file_of_another_form_is_replaced(tmp_path: Path, old: str) -> None:
    path = tmp_path / "summary.csv"
    path.write_text(old, encoding="latin-1")
    write_summary([Outcome("a", "a.png", 1, "ok", 1.0)], path)
    assert [row["name"] for row in rows(path)] == ["a"]


def test_reasons_with_commas_and_quotes_come_back(tmp_path: Path) -> None:
    path = tmp_path / "summary.csv"
    write_summary([Outcome("a", "a, b.png", 1, "failed", 1.0, reason='load: "x", bad; mend it')], path)
    assert (rows(path)[0]["input"], rows(path)[0]["reason"]) == ("a, b.png", 'load: "x", bad; mend it')


def test_names_that_are_formulas_are_text_and_their_rows_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "summary.csv"
    for status in ("failed", "ok"):
        write_summary(
            [Outcome("=cmd|'x'!A0", "-2+3/\x1b[2J.png", 1, status, 1.0, summary_cells=("-0.5",))], path, ("x",)
        )
    (row,) = rows(path)
    assert (row["name"], row["input"], row["status"]) == ("'=cmd|'x'!A0", r"'-2+3/\x1b[2J.png", "ok")
    assert row["x"] == "-0.5"
