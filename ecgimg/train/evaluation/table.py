"""The table of predictions: one row for each id and target, read from and written to CSV, and checked.

Columns: `id`, `patient` (the id by default), `split` (validation or test), `target`, `task` (binary, ordinal,
regression or survival), `truth` (empty where it is not known), `predicted` (a probability, the expected level, a value,
or a log hazard), `time` and `event` of survival, `baseline` (what a score to compare with predicts). Every other column
names subgroups.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.errors import UnreadableInputError
from ecgimg.io.csv_cells import from_cell, to_cell
from ecgimg.io.files import open_regular, write_atomically
from ecgimg.text import printable, shortened

REQUIRED = ("id", "split", "target", "task", "truth", "predicted")
"""Columns that a table must have."""
COLUMNS = ("id", "patient", "split", "target", "task", "truth", "predicted", "time", "event", "baseline")
"""Columns with a meaning of their own; any other one names subgroups."""
REMEDY = "docs/howto/evaluate.md has the columns of the table"


class Task(StrEnum):
    """What a target is."""

    BINARY = "binary"
    ORDINAL = "ordinal"
    REGRESSION = "regression"
    SURVIVAL = "survival"


class Split(StrEnum):
    """What a row may be used for: to set thresholds, or to measure."""

    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class Prediction:
    """One row: what is true and what was predicted of one target of one record; NaN where it is not known.

    Raises:
        UnreadableInputError: a value that can't be, with its place and column.
    """

    id: str
    patient: str
    split: Split
    target: str
    task: Task
    truth: float
    predicted: float
    time: float = math.nan
    event: float = math.nan
    baseline: float = math.nan
    groups: Mapping[str, str] = field(default_factory=dict)
    place: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for column, is_right, what in self._rules():
            if not is_right:
                raise _error(self.place, column, what)

    @property
    def is_known(self) -> bool:
        """Whether the truth of the row is known, so that it can be measured."""
        known = (self.time, self.event) if self.task == Task.SURVIVAL else (self.truth,)
        return not any(map(math.isnan, known))

    def _rules(self) -> Iterator[tuple[str, bool, str]]:
        """(column, whether it holds, what is wrong if not)."""
        yield "id", bool(self.id), "is empty"
        yield "target", bool(self.target), "is empty"
        yield "predicted", math.isfinite(self.predicted), "is no number; leave out rows without a prediction"
        for column in ("truth", "baseline", "time"):
            yield column, not math.isinf(getattr(self, column)), "is infinite"
        yield "event", self.event in (0, 1) or math.isnan(self.event), "is neither 0 nor 1"
        yield from {
            Task.BINARY: self._binary_rules,
            Task.ORDINAL: self._ordinal_rules,
            Task.REGRESSION: self._regression_rules,
            Task.SURVIVAL: self._survival_rules,
        }[self.task]()

    def _binary_rules(self) -> Iterator[tuple[str, bool, str]]:
        yield "truth", self.truth in (0, 1) or math.isnan(self.truth), "is neither 0 nor 1"
        yield "predicted", 0 <= self.predicted <= 1, "is no probability from 0 to 1"
        yield "baseline", 0 <= self.baseline <= 1 or math.isnan(self.baseline), "is no probability from 0 to 1"

    def _ordinal_rules(self) -> Iterator[tuple[str, bool, str]]:
        is_level = math.isnan(self.truth) or (self.truth >= 0 and self.truth == int(self.truth))
        yield "truth", is_level, "is no level: 0, 1, 2 and so on"

    def _regression_rules(self) -> Iterator[tuple[str, bool, str]]:
        yield from ()

    def _survival_rules(self) -> Iterator[tuple[str, bool, str]]:
        yield "truth", math.isnan(self.truth), "must be empty: the truth of survival is time and event"
        yield "time", self.time > 0 or math.isnan(self.time), "is not above 0"
        yield "event", math.isnan(self.event) == math.isnan(self.time), "is known without the time, or the other way"


@dataclass(frozen=True)
class Predictions:
    """A table of predictions that was checked as a whole.

    Raises:
        UnreadableInputError: no row, an id twice in a target, a target with two tasks, a patient in both splits.
    """

    rows: tuple[Prediction, ...]

    def __post_init__(self) -> None:
        if not self.rows:
            raise UnreadableInputError("the table has no row", where="predictions", remedy=REMEDY)
        seen: dict[tuple[str, str], str] = {}
        tasks: dict[str, Task] = {}
        splits: dict[str, Prediction] = {}
        for row in self.rows:
            key = (row.target, row.id)
            if key in seen:
                raise _error(row.place, "id", f"{_named(row.id)} is in {seen[key]} too, for the same target")
            seen[key] = row.place
            if tasks.setdefault(row.target, row.task) != row.task:
                raise _error(row.place, "task", f"{row.task} differs from {tasks[row.target]} above, same target")
            first = splits.setdefault(row.patient, row)
            if first.split != row.split:
                text = f"the patient {_named(row.patient)} is in {first.split} too ({first.place}): test is not unseen"
                raise _error(row.place, "split", text)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Predictions:
        """A table of rows that hold values by column, as a line of the CSV does; None and NaN are not known."""
        return cls(tuple(_prediction(row, f"row {k}") for k, row in enumerate(rows, 1)))

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets in the order in which they come."""
        return tuple(dict.fromkeys(row.target for row in self.rows))

    @property
    def group_columns(self) -> tuple[str, ...]:
        """The columns that name subgroups."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.groups))

    def of(self, target: str, split: Split) -> tuple[Prediction, ...]:
        """The rows of one target in one split."""
        return tuple(row for row in self.rows if row.target == target and row.split == split)


def read_predictions(path: Path) -> Predictions:
    """Reads a table.

    Raises:
        UnreadableInputError: no such file, no CSV in UTF-8, a column is missing, or a value can't be (line and column).
    """
    try:
        with open_regular(path) as file:
            text = file.read().decode("utf-8-sig")
    except OSError as error:
        raise UnreadableInputError(error.strerror or str(error), where=str(path), remedy=REMEDY) from error
    except UnicodeDecodeError as error:
        raise UnreadableInputError("is no text in UTF-8", where=str(path), remedy="save it as CSV in UTF-8") from error
    try:
        return Predictions(tuple(_read_rows(text)))
    except csv.Error as error:
        raise UnreadableInputError(f"is no CSV ({error})", where=str(path), remedy=REMEDY) from error
    except UnreadableInputError as error:
        raise UnreadableInputError(error.what, where=f"{path}: {error.where}", remedy=error.remedy) from error


def write_predictions(predictions: Predictions, path: Path) -> Path:
    """Writes a table that `read_predictions` reads as the same.

    Raises:
        OutputError: the file can't be written.
    """
    groups = predictions.group_columns
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *map(to_cell, groups)])
    for row in predictions.rows:
        own = (getattr(row, name) for name in COLUMNS)
        writer.writerow([_cell(value) for value in (*own, *(row.groups.get(name, "") for name in groups))])
    return write_atomically(path, text.getvalue().encode())


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return to_cell(value)
    return "" if math.isnan(value) else repr(int(value)) if value == int(value) else repr(float(value))


def _read_rows(text: str) -> Iterator[Prediction]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names = [from_cell(name.strip()) for name in next(reader, [])]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise _error("line 1", ", ".join(missing), "is missing")
    for name in names:
        if not name or names.count(name) > 1:
            raise _error("line 1", name or "without a name", "is there twice" if name else "needs a name")
    for cells in reader:
        place = f"line {reader.line_num}"
        if not cells:
            continue
        if len(cells) != len(names):
            column = names[len(cells)] if len(cells) < len(names) else names[-1]
            raise _error(place, column, f"the line has {len(cells)} cells, the head {len(names)}")
        yield _prediction({name: from_cell(cell) for name, cell in zip(names, cells, strict=True)}, place)


def _prediction(row: Mapping[str, Any], place: str) -> Prediction:
    """The row of values by column."""
    missing = [name for name in REQUIRED if name not in row]
    if missing:
        raise _error(place, ", ".join(missing), "is missing")
    words = {name: _word(value) for name, value in row.items()}
    numbers = {name: _number(words.get(name, ""), place, name) for name in COLUMNS[5:]}
    return Prediction(
        id=words["id"],
        patient=words.get("patient") or words["id"],
        split=_choice(Split, words["split"], place, "split"),
        target=words["target"],
        task=_choice(Task, words["task"], place, "task"),
        groups={name: word for name, word in words.items() if name not in COLUMNS},
        place=place,
        **numbers,
    )


def _word(value: object) -> str:
    """A value as the text of a cell; empty where it is not known."""
    if value is None or (isinstance(value, (float, np.floating)) and math.isnan(value)):
        return ""
    return str(int(value)) if isinstance(value, (bool, np.bool_)) else str(value).strip()


def _number(word: str, place: str, column: str) -> float:
    if not word:
        return math.nan
    try:
        return float(word)
    except ValueError:
        raise _error(place, column, f"{_named(word)} is no number") from None


def _choice(kind: type[StrEnum], word: str, place: str, column: str) -> Any:
    try:
        return kind(word)
    except ValueError:
        raise _error(place, column, f"{_named(word)} is none of {', '.join(one.value for one in kind)}") from None


def _named(text: str) -> str:
    return f"'{printable(shortened(text, 40))}'"


def _error(place: str, column: str, what: str) -> UnreadableInputError:
    return UnreadableInputError(what, where=f"{place}, column {column}", remedy=REMEDY)
