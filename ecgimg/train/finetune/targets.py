"""Targets of recordings: values of their own index or of a table that is joined to it, as numbers with gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.errors import UnreadableInputError
from ecgimg.train.finetune.case import Case
from ecgimg.train.finetune.recipe import TableRecipe, TargetRecipe
from ecgimg.train.finetune.tables import Row, number_of, open_table, time_of

Values = dict[str, str]


@dataclass(frozen=True, eq=False)
class Truths:
    """Targets of N recordings: `values` [N, K], NaN where unknown, and `events` [N, K], NaN where not of survival."""

    values: Doubles
    events: Doubles

    def at(self, chosen: np.ndarray) -> Truths:
        """Those of some recordings."""
        return Truths(self.values[chosen], self.events[chosen])


def join(cases: Sequence[Case], table: Path | None, recipe: TableRecipe, columns: Iterable[str]) -> list[Values]:
    """The columns of each recording, with those of a table where there is one.

    Raises:
        UnreadableInputError: the table can't be read, lacks a column, or has an id twice.
    """
    own = [dict(case.columns) for case in cases]
    if table is None:
        return own
    wanted = frozenset(columns)
    found = _by_time(cases, table, recipe, wanted) if recipe.time else _by_id(cases, table, recipe, wanted)
    return [{**values, **found.get(case.id, {})} for case, values in zip(cases, own, strict=True)]


def truths_of(values: Sequence[Mapping[str, str]], targets: Sequence[TargetRecipe]) -> Truths:
    """The targets of recordings as numbers.

    Raises:
        UnreadableInputError: no recording has the column of a target, a text stands where a number belongs, or a value
            can't be.
    """
    out = np.full((2, len(values), len(targets)), np.nan)
    for k, target in enumerate(targets):
        if not any(target.column in row for row in values):
            what = f"no recording has a column {target.column!r}"
            raise UnreadableInputError(what, where=f"target {target.name}", remedy="give --targets, or mend the recipe")
        for n, row in enumerate(values):
            place = f"target {target.name}, recording {n + 1}"
            out[0, n, k] = _value(row.get(target.column, ""), target, place)
            if target.event:
                out[1, n, k] = _flag(row.get(target.event, ""), place)
    survival = np.array([bool(t.event) for t in targets])
    out[0][:, survival] = np.where(np.isnan(out[1][:, survival]), np.nan, out[0][:, survival])
    return Truths(out[0], out[1])


def numbers_of(values: Sequence[Mapping[str, str]], columns: Sequence[str]) -> Floats:
    """Numbers [N, F] of the columns of recordings, NaN where a cell is empty.

    Raises:
        UnreadableInputError: no recording has a column, or a text stands where a number belongs.
    """
    for name in columns:
        if not any(name in row for row in values):
            what = f"no recording has a column {name!r}"
            raise UnreadableInputError(what, where="covariates", remedy="give --targets, or mend the recipe")
    found = [[number_of(row.get(c, ""), f"{c}, recording {n}") for c in columns] for n, row in enumerate(values, 1)]
    return np.array(found, np.float32).reshape(len(values), len(columns))


def _value(text: str, target: TargetRecipe, place: str) -> float:
    if not text.strip():
        return float("nan")
    if target.positive:
        return float(text in target.positive or _plain(text) in target.positive)
    number = number_of(text, place)
    if target.range is not None and not target.range[0] <= number <= target.range[1]:
        return float("nan")  # outside what can be: as a laboratory's error code
    if target.above is not None or target.at_least is not None:
        return float(number > target.above if target.above is not None else number >= (target.at_least or 0.0))
    if target.bounds:
        return float(np.searchsorted(target.bounds, number, side="right"))
    _check(number, target, place)
    return number


def _check(number: float, target: TargetRecipe, place: str) -> None:
    wrong = {
        "binary": number not in (0, 1),
        "ordinal": number < 0 or number != int(number) or number >= target.levels,
        "survival": number <= 0,
        "regression": False,
    }
    if np.isfinite(number) and wrong[target.task]:
        what = f"{place}: {number:g} is no value of a {target.task} target"
        raise UnreadableInputError(what, where="table", remedy="mend the table, or the target of the recipe")


def _flag(text: str, place: str) -> float:
    number = number_of(text, place)
    if np.isfinite(number) and number not in (0, 1):
        raise UnreadableInputError(f"{place}: an event of {number:g}", where="table", remedy="write events as 0 and 1")
    return number


def _plain(text: str) -> str:
    """A number without a needless decimal: 1 of 1.0."""
    return text.removesuffix(".0")


def _by_id(cases: Sequence[Case], table: Path, recipe: TableRecipe, wanted: frozenset[str]) -> dict[str, Values]:
    known = {case.id for case in cases}
    found: dict[str, Values] = {}
    with open_table(table, (recipe.id, *filter(None, (recipe.item, recipe.value)))) as rows:
        for row in rows:
            key = row[recipe.id]
            if key not in known:
                continue
            values = _values(row, recipe, wanted)
            if found.get(key, {}).keys() & values.keys():
                what = f"{table}: the id {key!r} stands twice"
                raise UnreadableInputError(what, where="--targets", remedy="give each recording one row")
            found.setdefault(key, {}).update(values)
    return found


def _values(row: Row, recipe: TableRecipe, wanted: frozenset[str]) -> Values:
    """Columns that a row gives: its own, or its item where the table is long."""
    if not recipe.item:
        keys = (recipe.id, recipe.patient, recipe.time)
        return {name: value for name, value in row.items() if name not in keys and value}
    return {row[recipe.item]: row[recipe.value]} if row[recipe.item] in wanted and row[recipe.value] else {}


def _by_time(cases: Sequence[Case], table: Path, recipe: TableRecipe, wanted: frozenset[str]) -> dict[str, Values]:
    """Each recording with the value of its patient that is nearest in time, of each column."""
    by_patient: dict[str, list[Case]] = {}
    for case in cases:
        if case.time is not None:
            by_patient.setdefault(case.patient, []).append(case)
    nearest: dict[tuple[str, str], tuple[float, str]] = {}
    needed = (recipe.patient, recipe.time, *filter(None, (recipe.item, recipe.value)))
    with open_table(table, needed) as rows:
        for number, row in enumerate(rows, 1):
            mine = by_patient.get(row[recipe.patient])
            values = _values(row, recipe, wanted) if mine else {}
            at = time_of(row[recipe.time], f"{table}, row {number}") if values else None
            for case in mine or () if at is not None else ():
                _keep_nearest(nearest, case, at, values, recipe.window_hours)
    found: dict[str, Values] = {}
    for (key, column), (_, value) in nearest.items():
        found.setdefault(key, {})[column] = value
    return found


def _keep_nearest(
    nearest: dict[tuple[str, str], tuple[float, str]],
    case: Case,
    at: datetime | None,
    values: Values,
    window: tuple[float, float],
) -> None:
    assert case.time is not None
    assert at is not None
    hours = (at - case.time).total_seconds() / 3600
    if not window[0] <= hours <= window[1]:
        return
    for column, value in values.items():
        before = nearest.get((case.id, column))
        if before is None or abs(hours) < before[0]:
            nearest[case.id, column] = abs(hours), value
