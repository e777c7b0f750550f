"""summary.csv: a row for each page of a run."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from ecgimg.io.csv_cells import from_cell, to_cell
from ecgimg.io.files import write_atomically
from ecgimg.runs.job import Outcome

SUMMARY = "summary.csv"

COLUMNS = ("name", "input", "page", "status", "reason", "layout", "confidence", "seconds")


def write_summary(outcomes: Sequence[Outcome], path: Path, columns: tuple[str, ...] = ()) -> None:
    """Writes summary.csv, `columns` after the usual ones; rows of an older file for pages of other runs stay.

    Raises:
        OutputError: the file can't be written.
    """
    new = {outcome.name: _row(outcome, columns) for outcome in outcomes}
    rows = [row for row in _old_rows(path) if row["name"] not in new] + list(new.values())
    text = io.StringIO()
    names = dict.fromkeys(name for names in (COLUMNS, *rows) for name in names)
    table = csv.DictWriter(text, names, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows({name: to_cell(text) for name, text in row.items()} for row in rows)
    write_atomically(path, text.getvalue().encode())


def _row(outcome: Outcome, columns: tuple[str, ...]) -> dict[str, str]:
    confidence = "" if outcome.confidence is None else f"{outcome.confidence:.3f}"
    seconds = f"{outcome.seconds:.2f}"
    values = (outcome.name, outcome.input, outcome.page, outcome.status, outcome.reason, outcome.layout)
    usual = dict(zip(COLUMNS, (*map(str, values), confidence, seconds), strict=True))
    return usual | dict(zip_longest(columns, outcome.summary_cells, fillvalue=""))


def _old_rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if set(COLUMNS) <= set(row) and None not in row]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
    return [{name: from_cell(cell or "") for name, cell in row.items()} for row in rows]
