"""The command `ecgimg finetune`: data -> cohort -> fit -> folder with network, card, thresholds and predictions."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import torch

from ecgimg.errors import UsageError
from ecgimg.io.files import locked, write_atomically
from ecgimg.runs.executors import Workers
from ecgimg.train.finetune.cohort import Part, load_cohort
from ecgimg.train.finetune.encoders import build_encoder, input_of
from ecgimg.train.finetune.export import Provenance, calibrated, export, write_card
from ecgimg.train.finetune.fit import Training, fit, logits_of
from ecgimg.train.finetune.losses import targets_of
from ecgimg.train.finetune.recipe import Recipe

logger = logging.getLogger(__name__)
WORK = "work"
"""Folder of what a training can resume from; not needed to use the network."""
RECIPE = "recipe.json"
HELD: tuple[Part, ...] = ("validation", "test")


@dataclass(frozen=True)
class Plan:
    """A training: recipe, data and table of targets as the command line has them, and where results go.

    `checkpoint` is that of ECGFounder; `workers` draw and read pages.
    """

    recipe: Recipe
    data: str
    out: Path
    table: Path | None = None
    checkpoint: Path | None = None
    threads: int = 1
    workers: Workers = 1


def run(plan: Plan) -> tuple[str, ...]:
    """Trains by a recipe and writes the folder; resumes in it. Returns lines on what came out.

    Raises:
        UsageError: the folder holds another recipe's training, or the recipe and the data don't fit.
        UnreadableInputError: data, table or checkpoint can't be read.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    with locked(plan.out):
        _claim(plan)
        return _run(plan)


def _run(plan: Plan) -> tuple[str, ...]:
    start = perf_counter()
    torch.set_num_threads(plan.threads)
    recipe, work = plan.recipe, plan.out / WORK
    shown = input_of(recipe.encoder, recipe.leads)
    encoder = build_encoder(recipe.encoder, len(recipe.leads), plan.checkpoint)
    cohort = load_cohort(plan.data, plan.table, recipe, shown, work)
    targets = targets_of(recipe.targets, cohort.truths.at(cohort.indices("train")))
    fitted = fit(encoder, Training(cohort, shown, targets, recipe.fit, work))
    logits = {part: logits_of(fitted.model, cohort, cohort.indices(part)) for part in HELD}
    targets = calibrated(targets, logits["validation"], cohort.truths.at(cohort.indices("validation")))
    export(fitted.model, shown, targets, recipe, plan.out)
    made = Provenance(recipe, plan.data, fitted.settings, fitted.choices, perf_counter() - start)
    write_card(cohort, targets, made, plan.out)
    return (str(plan.out),)


def _claim(plan: Plan) -> None:
    """Writes the recipe into the folder, or checks that it is the same."""
    path = plan.out / RECIPE
    mine = {"recipe": plan.recipe.model_dump(mode="json"), "data": plan.data}
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != mine:
        raise UsageError(f"{plan.out} holds another training", where="--out", remedy="choose another folder")
    write_atomically(path, (json.dumps(mine, indent=1) + "\n").encode())
