"""A cohort: recordings in memory with their truths and their part of the split, by patient."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Floats
from ecgimg.errors import EcgimgError, UnreadableInputError, UsageError
from ecgimg.networks.finetuned import WAVEFORMS, ModelInput, page_frame, prepared, waveform_input
from ecgimg.train.finetune.case import Case
from ecgimg.train.finetune.cases import open_cases
from ecgimg.train.finetune.ptbxl_cases import MEASURED, measured_columns
from ecgimg.train.finetune.recipe import Recipe, SplitRecipe
from ecgimg.train.finetune.targets import Truths, join, numbers_of, truths_of

logger = logging.getLogger(__name__)
Part = Literal["train", "validation", "test", "pretrain", ""]
Inputs = NDArray[np.float16] | NDArray[np.uint8] | Floats
"""Signals in mV, pictures in levels of 0 to 255, or waveforms."""
PARTS: tuple[Part, ...] = ("train", "validation", "test")
MIN_PART = 2
"""Recordings that each part of the split needs; evaluations ask for more."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """N recordings: `inputs` [N, R, T] float16 in mV, NaN where unobserved, or pictures [N, H, W] uint8.

    Inputs of waveforms are float32, and may have `facts` [N, F] beside them; F is 0 otherwise. `parts` [N] is the part
    of the split; "pretrain" are waveforms of train that no target is known of. `columns` have the values of each
    recording's index and table, and `left_out` counts recordings without an input, by reason.
    """

    cases: tuple[Case, ...]
    columns: tuple[Mapping[str, str], ...]
    truths: Truths
    parts: NDArray[np.str_]
    inputs: Inputs
    facts: Floats
    left_out: Mapping[str, int]

    def indices(self, part: Part) -> NDArray[np.int64]:
        """Numbers of the recordings of a part."""
        return np.flatnonzero(self.parts == part)


def load_cohort(data: str, table: Path | None, recipe: Recipe, shown: ModelInput, out: Path) -> Cohort:
    """Reads, joins, splits and prepares; inputs are stored in OUT/inputs.npz, so that a second run is quick.

    Raises:
        UsageError, UnreadableInputError: the data, the table or the split can't be; a recording that can't be read is
            left out and counted.
    """
    wanted = [name for t in recipe.targets for name in (t.column, t.event) if name] + list(recipe.covariates)
    cases = list(open_cases(data, recipe))
    _check_ids(cases)
    columns = join(cases, table or _table_of(data, recipe), recipe.table, wanted)
    kept, parts = _labelled(cases, columns, recipe)
    cases, columns, parts = [cases[k] for k in kept], [columns[k] for k in kept], parts[kept]
    figures = [name for name in wanted if name.startswith(MEASURED)]
    if figures:
        cases = measured_columns(cases, figures, out / "measured.json")
        columns = [{**row, **case.columns} for row, case in zip(columns, cases, strict=True)]
    truths = truths_of(columns, recipe.targets)
    covariates = numbers_of(columns, recipe.covariates)
    inputs, facts, failures = _inputs(cases, shown, out / "inputs.npz")
    ready = np.array([k not in failures for k in range(len(cases))])
    left_out: dict[str, int] = {}
    for reason in failures.values():
        left_out[reason] = left_out.get(reason, 0) + 1
    chosen = np.flatnonzero(ready)
    if recipe.covariates:
        facts = covariates[chosen]
    cohort = Cohort(
        tuple(cases[k] for k in chosen), tuple(columns[k] for k in chosen), truths.at(chosen), parts[chosen],
        inputs, facts, left_out,
    )  # fmt: skip
    _check_parts(cohort, recipe)
    return cohort


def split_of(cases: Sequence[Case], columns: Sequence[Mapping[str, str]], recipe: SplitRecipe) -> NDArray[np.str_]:
    """The part of each recording, "" where it is in none; all recordings of a patient are in one.

    Raises:
        UsageError: a patient is in two parts by the recipe's column.
    """
    if not recipe.column:
        return np.array([_drawn_part(case.patient, recipe) for case in cases], dtype="<U10")
    by_value = {value: part for part in PARTS for value in getattr(recipe, part)}
    parts = [by_value.get(row.get(recipe.column, ""), "") for row in columns]
    seen: dict[str, str] = {}
    for case, part in zip(cases, parts, strict=True):
        if part and seen.setdefault(case.patient, part) != part:
            what = f"patient {case.patient} is in {seen[case.patient]} and in {part}"
            raise UsageError(what, where="split", remedy="give all recordings of a patient one value")
    return np.array(parts, dtype="<U10")


def _drawn_part(patient: str, recipe: SplitRecipe) -> Part:
    """The same part for a patient, whoever else is in the data."""
    digest = hashlib.sha256(f"{recipe.seed}/{patient}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < recipe.test_share:
        return "test"
    return "validation" if place < recipe.test_share + recipe.validation_share else "train"


def _table_of(data: str, recipe: Recipe) -> Path | None:
    """The table that the recipe names, in the folder of the data."""
    if recipe.table.file is None:
        return None
    folder = Path(data) if Path(data).is_dir() else Path(data).parent
    return folder / recipe.table.file


def _check_ids(cases: Sequence[Case]) -> None:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            remedy = "give each recording its own id, with a table of them"
            raise UnreadableInputError(f"the id {case.id!r} stands twice", where="--data", remedy=remedy)
        seen.add(case.id)


def _labelled(
    cases: Sequence[Case], columns: Sequence[Mapping[str, str]], recipe: Recipe
) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Numbers of the recordings that have a part and may have a target, at most `limit` at random; and all parts.

    Waveforms of train need no target.
    """
    parts = split_of(cases, columns, recipe.split)
    names = [t.column for t in recipe.targets]
    known = [any(row.get(n, "").strip() or n.startswith(MEASURED) for n in names) for row in columns]
    if recipe.is_of_waveforms:
        parts[~np.array(known, bool) & (parts == "train")] = "pretrain"
    kept = np.flatnonzero((np.array(known, bool) & (parts != "")) | (parts == "pretrain"))
    if recipe.limit is not None and len(kept) > recipe.limit:
        kept = np.sort(np.random.default_rng(recipe.split.seed).permutation(kept)[: recipe.limit])
    return kept, parts


def _check_parts(cohort: Cohort, recipe: Recipe) -> None:
    for part in PARTS:
        known = np.isfinite(cohort.truths.values[cohort.indices(part)]).sum(0)
        for target, count in zip(recipe.targets, known, strict=True):
            if count < MIN_PART:
                what = f"{count} recordings of {part} have the target {target.name}"
                raise UnreadableInputError(what, where="finetune", remedy="check ids, times and the split")


def _inputs(cases: Sequence[Case], shown: ModelInput, cache: Path) -> tuple[Inputs, Floats, dict[int, str]]:
    """Inputs and facts of the cases that have one, and the reasons of the others by number."""
    key = hashlib.sha256(json.dumps([repr(shown), [case.id for case in cases]]).encode()).hexdigest()
    if cache.is_file():
        with np.load(cache) as stored:
            if str(stored["key"]) == key:
                failures = {int(k): v for k, v in json.loads(str(stored["failures"])).items()}
                return stored["inputs"], stored["facts"], failures
    rows, facts, failures = [], [], {}
    for number, case in enumerate(cases):
        try:
            row, own = one_input(case, shown)
            rows.append(row)
            facts.append(own)
        except EcgimgError as error:
            failures[number] = type(error).__name__ if case.path is None else f"{type(error).__name__}: {error.what}"
            logger.info("%s is left out: %s", case.id, error.what)
        if (number + 1) % 1000 == 0:
            logger.info("%d of %d recordings read", number + 1, len(cases))
    if not rows:
        raise UnreadableInputError("no recording can be used", where="finetune", remedy="see the log for the reasons")
    inputs: Inputs = np.stack(rows)  # type: ignore[assignment]
    stacked = np.stack(facts)
    cache.parent.mkdir(parents=True, exist_ok=True)
    np.savez(cache, key=np.array(key), inputs=inputs, facts=stacked, failures=np.array(json.dumps(failures)))
    return inputs, stacked, failures


def one_input(case: Case, shown: ModelInput) -> tuple[Inputs, Floats]:
    """The first window of a recording, or the frame of a picture in levels of 0 to 255; and its facts [F]."""
    if shown.kind in WAVEFORMS:
        windows, facts = waveform_input(case.waveform(shown.leads[0]), shown)
        return windows[0], facts[0]
    none = np.zeros(0, np.float32)
    if shown.kind == "picture":
        from ecgimg.io.images import read_page

        assert case.path is not None
        return np.rint(255 * page_frame(read_page(case.path, 1).pixels)).astype(np.uint8), none
    return np.asarray(prepared(case.load(), shown)[0], np.float16), none


def with_inputs(cohort: Cohort, chosen: NDArray[np.int64], inputs: Inputs) -> Cohort:
    """The chosen recordings with other inputs, such as what was read from their pages."""
    cases, columns = (tuple(rows[k] for k in chosen) for rows in (cohort.cases, cohort.columns))
    truths, parts, facts = cohort.truths.at(chosen), cohort.parts[chosen], cohort.facts[chosen]
    return replace(cohort, cases=cases, columns=columns, truths=truths, parts=parts, inputs=inputs, facts=facts)
