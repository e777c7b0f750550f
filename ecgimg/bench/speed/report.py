"""Rows of the speed benchmark as lines of a Markdown table."""

from __future__ import annotations

from ecgimg.bench.common.formatting import table_row
from ecgimg.bench.speed.scores import SpeedRow

HEAD = "| command | page | seconds | processor seconds | peak MB |\n|---|---|---|---|---|"
"""The first two lines of the table."""


def table_line(row: SpeedRow) -> str:
    """One line of the table."""
    figures = [f"{row.seconds:.2f}", f"{row.processor_seconds:.2f}", f"{row.megabytes:.0f}"]
    return table_row([f"`{row.command}`", row.size, *figures])
