"""summary.csv: a row for each page and command, in the order of the inputs; index.html shows the same with pictures.

Both are written again as a run goes, so that a run that is killed leaves them usable. A folder may have rows of several
commands and runs: a run replaces the rows of its own command and pages only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from time import perf_counter
from typing import Any

from ecgimg.errors import OutputError
from ecgimg.io.csv_cells import from_cell, to_cell
from ecgimg.io.files import open_regular, write_atomically
from ecgimg.runs.file_names import INDEX, SUMMARY
from ecgimg.runs.index import Row, index_html, may_be_replaced
from ecgimg.runs.job import Outcome, RunKind

COLUMNS = (
    "command", "name", "input", "page", "status", "reason", "layout", "confidence", "paper_speed", "paper_speed_from",
    "gain", "gain_from", "warnings", "seconds",
)  # fmt: skip
MIN_PAUSE_S = 1.0
"""A run that is killed loses the rows of this many seconds; their pages are done, and the next run has the rows."""
MAX_SHARE = 0.05
"""Share of a run's time that writing the summary may take, however many pages there are."""


class Summary:
    """The summary and the index of a folder while a run goes.

    Args:
        out: the folder of the results.
        kind: what the run does.
    """

    def __init__(self, out: Path, kind: RunKind[Any]) -> None:
        self._out = out
        self._kind = kind
        self._files: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._rows = read_rows(out / SUMMARY)
        self._next_write = 0.0

    def expect(self, name: str, place: str) -> None:
        """The run has a page of this name, of the file at a place; its row follows those of the pages before.

        A second ECG that was found on a page is expected late, and follows the pages of its file.
        """
        self._names[name] = self._files.setdefault(place, len(self._files))

    def add(self, outcome: Outcome) -> None:
        """Takes a page that has ended, in place of what it took for it before.

        Files that can't be written are left to `close`, since the pages that are left cost nothing by it.
        """
        self._outcomes[outcome.name] = outcome
        start = perf_counter()
        if start >= self._next_write:
            with suppress(OutputError):
                self._write()
            seconds = perf_counter() - start
            self._next_write = start + max(MIN_PAUSE_S, seconds / MAX_SHARE)

    def close(self) -> tuple[Outcome, ...]:
        """Writes both files; returns the outcomes in the order of the inputs.

        Raises:
            OutputError: a file can't be written.
        """
        self._write()
        return tuple(self._outcomes[name] for name in self._in_order() if name in self._outcomes)

    def _write(self) -> None:
        places = [k for k, row in enumerate(self._rows) if self._is_own(row)]
        old = {self._rows[k]["name"]: self._rows[k] for k in places}
        first = places[0] if places else len(self._rows)
        own = [self._row(name, old) for name in self._in_order() if name in self._outcomes or name in old]
        before, after = ([r for r in part if not self._is_own(r)] for part in (self._rows[:first], self._rows[first:]))
        rows = [*before, *own, *after]
        write_atomically(self._out / SUMMARY, _table(rows).encode("utf-8", "backslashreplace"))
        if may_be_replaced(self._out / INDEX):
            write_atomically(self._out / INDEX, index_html(rows, self._out).encode("utf-8", "backslashreplace"))

    def _in_order(self) -> list[str]:
        """The names of the pages, file by file."""
        return sorted(self._names, key=self._names.__getitem__)

    def _row(self, name: str, old: dict[str, Row]) -> Row:
        """The row of a page; that of an earlier run as long as it has not ended."""
        outcome = self._outcomes.get(name)
        return old[name] if outcome is None else summary_row(outcome, self._kind)

    def _is_own(self, row: Row) -> bool:
        return row["command"] == self._kind.command and row["name"] in self._names


def summary_row(outcome: Outcome, kind: RunKind[Any]) -> Row:
    """A page as the summary has it."""
    scales = [
        text
        for scale in (outcome.paper_speed, outcome.gain)
        for text in (("", "") if scale is None else (f"{scale.value:g}", scale.source))
    ]
    confidence = "" if outcome.confidence is None else f"{outcome.confidence:.3f}"
    values = (
        kind.command, outcome.name, outcome.input, str(outcome.page), outcome.status, outcome.reason, outcome.layout,
        confidence, *scales, "; ".join(outcome.warnings), f"{outcome.seconds:.2f}",
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True)) | dict(
        zip_longest(kind.columns, outcome.summary_cells, fillvalue="")
    )


def read_rows(path: Path) -> list[Row]:
    """The rows of a summary; none where there is no file, or it is of another form."""
    try:
        with io.TextIOWrapper(open_regular(path), encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if set(COLUMNS) <= set(row) and None not in row]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
    return [{name: from_cell(cell or "") for name, cell in row.items()} for row in rows]


def _table(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(
        text, dict.fromkeys(name for row in (COLUMNS, *rows) for name in row), restval="", lineterminator="\n"
    )
    table.writeheader()
    table.writerows({name: to_cell(cell) for name, cell in row.items()} for row in rows)
    return text.getvalue()
