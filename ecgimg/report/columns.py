"""The details of a report in columns of about equal height, for a sheet of A4 in landscape."""

from __future__ import annotations

from collections.abc import Sequence

from ecgimg.report.content import Notes, PhotoText, Table

COLUMNS = 3
LETTERS_OF_LINE = 70
"""Letters in a line of a column."""
PHOTO_LINES = 21
"""Lines that the photo is as high as."""

Part = PhotoText | Table | Notes


def in_columns(parts: Sequence[Part], count: int = COLUMNS) -> list[list[Part]]:
    """Parts in their order in `count` columns, by the number of their lines."""
    lines = [_lines(part) for part in parts]
    columns: list[list[Part]] = [[] for _ in range(count)]
    above = 0
    for part, own in zip(parts, lines, strict=True):
        middle = (above + own / 2) / max(sum(lines), 1)
        columns[min(int(middle * count), count - 1)].append(part)
        above += own
    return columns


def _lines(part: Part) -> int:
    """About how many lines a part takes in a column."""
    if isinstance(part, PhotoText):
        return 2 + (PHOTO_LINES if part.jpeg else 0)
    if isinstance(part, Notes):
        return 2 + sum(1 + len(item) // LETTERS_OF_LINE for item in part.items)
    return 3 + sum(1 + bool(row.small) + len(row.small) // LETTERS_OF_LINE for row in part.rows)
