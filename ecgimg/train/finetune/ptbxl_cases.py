"""PTB-XL as recordings to learn from, for the stand-ins: sex, age, statements, and intervals that are measured."""

from __future__ import annotations

import json
import logging
from functools import partial
from pathlib import Path

import numpy as np

from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord, read_ptbxl
from ecgimg.io.files import write_atomically
from ecgimg.recording.recording import Recording
from ecgimg.stages.measure.measure import measure
from ecgimg.train.finetune.case import Case
from ecgimg.train.finetune.recipe import Recipe

logger = logging.getLogger(__name__)
MEASURED = "measured:"
"""A column of this prefix and a figure's name holds what the rules measure on the signal."""
CODE, SUBCLASS = "code:", "subclass:"
"""Columns of these prefixes are 1 where the record has the SCP code or subclass."""


def ptbxl_cases(folder: Path, recipe: Recipe) -> tuple[Case, ...]:
    """The records of which the recipe's first target may be known, in the order of the database."""
    data = read_ptbxl(folder)
    wanted = frozenset(name for t in recipe.targets for name in (t.column, t.event) if name)
    cases = []
    for record in data.records:
        columns = _columns(data, record, wanted)
        if any(columns.get(name) or name.startswith(MEASURED) for name in wanted):
            load = partial(load_record, data, record)
            cases.append(Case(str(record.ecg_id), str(record.patient_id), load, columns=columns))
    return tuple(cases)


def load_record(data: Ptbxl, record: PtbxlRecord) -> Recording:
    """A record at 100 Hz."""
    return Recording(data.signal(record), 100.0, name=str(record.ecg_id))


def measured_columns(cases: list[Case], wanted: list[str], cache: Path) -> list[Case]:
    """The cases with the figures that the rules measure, which are stored in a file: measuring takes 0.2 s a record."""
    stored = json.loads(cache.read_text(encoding="utf-8")) if cache.is_file() else {}
    out = []
    for number, case in enumerate(cases, 1):
        if case.id not in stored:
            figures = measure(case.load()).figures
            stored[case.id] = {one.name: one.value for one in figures if one.value is not None}
        if number % 200 == 0 or number == len(cases):
            logger.info("%d of %d recordings measured", number, len(cases))
            write_atomically(cache, json.dumps(stored).encode())
        found = {name: str(stored[case.id].get(name.removeprefix(MEASURED), "")) for name in wanted}
        out.append(Case(case.id, case.patient, case.load, case.time, {**case.columns, **found}, case.path))
    return out


def _columns(data: Ptbxl, record: PtbxlRecord, wanted: frozenset[str]) -> dict[str, str]:
    codes = {code for code, _ in record.codes}
    subclasses = data.subclasses_of(record)
    columns = {
        "strat_fold": str(record.fold),
        "sex": "" if record.sex is None else str(record.sex),
        "age": "" if record.age is None or not np.isfinite(record.age) else f"{record.age:g}",
        "normal": str(int("NORM" in subclasses)) if subclasses else "",
    }
    for name in wanted:
        if name.startswith(CODE):
            columns[name] = str(int(name.removeprefix(CODE) in codes)) if record.exact else ""
        elif name.startswith(SUBCLASS):
            columns[name] = str(int(name.removeprefix(SUBCLASS) in subclasses)) if subclasses else ""
    return columns
