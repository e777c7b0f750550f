"""summary.csv: rows of a run replace their own, others stay, in the order of the inputs, written as a run goes."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from ecgimg.runs import summary as module
from ecgimg.runs.digitize import DIGITIZE
from ecgimg.runs.file_names import INDEX, SUMMARY
from ecgimg.runs.job import Outcome, RunKind
from ecgimg.runs.summary import COLUMNS, Summary
from ecgimg.schemas.common import PageScale

SHEEP = replace(DIGITIZE, command="count", columns=("sheep", "goats"))


def rows(out: Path) -> list[dict[str, str]]:
    with (out / SUMMARY).open(newline="") as file:
        return list(csv.DictReader(file))


def begin(out: Path, names: str, kind: RunKind = DIGITIZE) -> Summary:
    made = Summary(out, kind)
    for name in names:
        made.expect(name, name)
    return made


def write(out: Path, outcomes: list[Outcome], kind: RunKind = DIGITIZE) -> None:
    summary = begin(out, "".join(outcome.name for outcome in outcomes), kind)
    for outcome in outcomes:
        summary.add(outcome)
    summary.close()


def page(name: str, status: str = "ok", **given: object) -> Outcome:
    return Outcome(name, f"{name}.png", 1, status, 1.234, **given)  # type: ignore[arg-type]


def test_a_row_a_page(tmp_path: Path) -> None:
    scale = PageScale(value=12.5, source="pulse", assumed=False)
    write(tmp_path, [page("a", layout="3x4", confidence=0.5, paper_speed=scale, warnings=("one", "two"))])
    (row,) = rows(tmp_path)
    assert list(row) == list(COLUMNS)
    assert (row["command"], row["name"], row["confidence"], row["layout"]) == ("digitize", "a", "0.500", "3x4")
    assert (row["paper_speed"], row["paper_speed_from"], row["gain"], row["gain_from"]) == ("12.5", "pulse", "", "")
    assert (row["warnings"], row["seconds"]) == ("one; two", "1.23")


def test_rows_of_other_pages_stay_and_own_rows_are_replaced(tmp_path: Path) -> None:
    write(tmp_path, [page("a", "failed"), page("b")])
    write(tmp_path, [page("a")])
    assert [(row["name"], row["status"]) for row in rows(tmp_path)] == [("a", "ok"), ("b", "ok")]


def test_no_command_touches_the_rows_of_another(tmp_path: Path) -> None:
    write(tmp_path, [page("a", layout="3x4")])
    write(tmp_path, [page("a", summary_cells=("7",))], SHEEP)
    write(tmp_path, [page("a", layout="6x2")])
    found = {row["command"]: (row["layout"], row["sheep"], row["goats"]) for row in rows(tmp_path)}
    assert found == {"digitize": ("6x2", "", ""), "count": ("", "7", "")}


def test_rows_stand_in_the_order_of_the_inputs_whatever_ends_first(tmp_path: Path) -> None:
    summary = begin(tmp_path, "abc")
    for name in "cab":
        summary.add(page(name))
    assert [outcome.name for outcome in summary.close()] == ["a", "b", "c"]
    before = (tmp_path / SUMMARY).read_bytes()
    assert [row["name"] for row in rows(tmp_path)] == ["a", "b", "c"]
    write(tmp_path, [page("x")], SHEEP)
    write(tmp_path, [page(name) for name in "abc"])
    assert (tmp_path / SUMMARY).read_text().splitlines()[1:4] == [f"{r},," for r in before.decode().splitlines()[1:]]


def test_a_run_that_is_killed_leaves_what_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MIN_PAUSE_S", 0.0)
    monkeypatch.setattr(module, "MAX_SHARE", 1e9)
    write(tmp_path, [page("b", "failed")])
    summary = begin(tmp_path, "abc")
    summary.add(page("c"))
    assert [(row["name"], row["status"]) for row in rows(tmp_path)] == [("b", "failed"), ("c", "ok")]
    assert "c.png" in (tmp_path / INDEX).read_text()


def test_the_summary_takes_a_small_share_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr(module, "write_atomically", lambda path, data: written.append(path.name))
    summary = begin(tmp_path, "abcdefgh")
    for name in "abcdefgh":
        summary.add(page(name))
    assert written.count(SUMMARY) == 1
    summary.close()
    assert written.count(SUMMARY) == 2


@pytest.mark.parametrize("old", ["", "nonsense", "name,input\na,b,c,d\n", "\xff\xfe"])
def test_an_old_file_of_another_form_is_replaced(tmp_path: Path, old: str) -> None:
    (tmp_path / SUMMARY).write_text(old, encoding="latin-1")
    write(tmp_path, [page("a")])
    assert [row["name"] for row in rows(tmp_path)] == ["a"]


def test_reasons_with_commas_quotes_and_bytes_come_back(tmp_path: Path) -> None:
    write(tmp_path, [page("a", "failed", reason='load: "x", b\udcffd; mend it')])
    assert rows(tmp_path)[0]["reason"] == 'load: "x", b\\udcffd; mend it'


def test_an_index_of_somebody_else_stays(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text("<h1>my site</h1>")
    write(tmp_path, [page("a")])
    assert (tmp_path / INDEX).read_text() == "<h1>my site</h1>"
    assert len(rows(tmp_path)) == 1


def test_names_that_are_formulas_are_text_and_their_rows_are_replaced(tmp_path: Path) -> None:
    name = "=cmd|'x'!A0"
    for status in ("failed", "ok"):
        summary = Summary(tmp_path, DIGITIZE)
        summary.expect(name, "place")
        summary.add(replace(page(name, status), input="-2+3/\x1b[2J.png"))
        summary.close()
    (row,) = rows(tmp_path)
    assert (row["name"], row["input"], row["status"]) == ("'=cmd|'x'!A0", r"'-2+3/\x1b[2J.png", "ok")
