"""The table of the speed benchmark."""

from __future__ import annotations

from ecgimg.bench.speed.report import HEAD, table_line
from ecgimg.bench.speed.scores import SpeedRow


def test_a_row_has_a_cell_for_each_column() -> None:
    line = table_line(SpeedRow("ecgimg digitize a.png", "20 x 30", 5, 1.234, 2.0, 345.6))
    assert line == "| `ecgimg digitize a.png` | 20 x 30 | 1.23 | 2.00 | 346 |"
    assert {text.count("|") for text in (*HEAD.splitlines(), line)} == {6}
