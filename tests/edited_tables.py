"""A CSV table of a test with some of its cells emptied."""

from __future__ import annotations

import csv
from pathlib import Path


def empty_cells(table: Path, **rows_of_column: slice) -> list[dict[str, str]]:
    """Empties cells of a table in place: for each column those of the rows of a slice. Returns all rows."""
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for column, chosen in rows_of_column.items():
        for row in rows[chosen]:
            row[column] = ""
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return rows
