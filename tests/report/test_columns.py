from __future__ import annotations

from ecgimg.report.columns import in_columns
from ecgimg.report.content import Notes, Row, Table


def table(rows: int) -> Table:
    return Table("t", ("a", "b"), tuple(Row((str(k), "1")) for k in range(rows)), 1)


def test_columns_keep_the_order_and_are_about_equal() -> None:
    parts = [table(10), table(9), table(11), table(10), Notes("n", ("x" * 700,)), table(10)]
    columns = in_columns(parts)
    assert [part for column in columns for part in column] == parts
    assert [len(column) for column in columns] == [2, 2, 2]


def test_one_part_has_one_column() -> None:
    assert in_columns([table(3)]) == [[], [table(3)], []]
    assert in_columns([]) == [[], [], []]
