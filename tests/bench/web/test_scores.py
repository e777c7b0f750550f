"""What the web benchmark counts, and its table."""

from __future__ import annotations

from collections import Counter

from ecgimg.bench.web.report import HEAD, table_line
from ecgimg.bench.web.run import _mutated
from ecgimg.bench.web.scores import Hostile, Load, WebRow


def test_lost_and_foreign_pages_have_a_limit_of_zero() -> None:
    load = Load(read=7, busy=2, lost=Counter({"no grid": 2, "answer 500": 1}), foreign=3)
    rows = {row.what.partition(": ")[2]: row for row in load.rows(4, 10.0, 900.0, 5)}
    assert (rows["pages lost"].value, rows["pages lost"].floor) == (3, "0")
    assert (rows["lost, no grid"].value, rows["lost, answer 500"].value) == (2, 1)
    assert (rows["another client's data"].value, rows["pages read"].value) == (3, 7)


def test_an_answer_that_is_no_refusal_is_counted() -> None:
    hostile = Hostile()
    for status, ended in ((202, "failed"), (202, "done"), (413, ""), (500, ""), (0, "")):
        hostile.add(status, ended)
    rows = {row.what.partition(": ")[2]: row.value for row in hostile.rows("x", is_alive=False, outside=2)}
    assert rows == {
        "done": 1, "failed": 1, "refused at once (4xx)": 1, "5xx or no answer": 2,
        "files outside of the temporary folder": 2, "server gone": 1,
    }  # fmt: skip


def test_mutated_copies_differ_and_are_the_same_each_time() -> None:
    data = bytes(range(256)) * 20
    copies = list(_mutated(data, 20))
    assert len(set(copies)) == 20
    assert data not in copies
    assert copies == list(_mutated(data, 20))


def test_a_line_has_a_cell_for_each_column() -> None:
    line = table_line(WebRow("photo to result", 5, 3.456, "s", "6"))
    assert line == "| photo to result | 5 | 3.46 s | 6 |"
    assert {text.count("|") for text in (*HEAD.splitlines(), line)} == {5}
