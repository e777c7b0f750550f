"""Rows of the web benchmark as lines of a Markdown table."""

from __future__ import annotations

from ecgimg.bench.common.formatting import table_row
from ecgimg.bench.web.scores import WebRow

HEAD = "| what | n | value | at most |\n|---|---|---|---|"
"""The first two lines of the table."""


def table_line(row: WebRow) -> str:
    """One line of the table."""
    digits = 2 if row.unit == "s" else 0
    return table_row([row.what, str(row.n), f"{row.value:.{digits}f} {row.unit}", row.floor])
