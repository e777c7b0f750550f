"""The command `ecgimg finetune`: data -> cohort -> fit -> folder with network, card, thresholds and predictions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from torch import nn

from ecgimg.datamodel.arrays import Doubles
from ecgimg.errors import UsageError
from ecgimg.io.files import locked, write_atomically
from ecgimg.networks.finetuned import ModelTarget, decoded
from ecgimg.runs.executors import Workers
from ecgimg.train.finetune.boost import boost
from ecgimg.train.finetune.cohort import Cohort, Part, load_cohort
from ecgimg.train.finetune.costs import costs_of
from ecgimg.train.finetune.encoders import build_encoder, input_of
from ecgimg.train.finetune.export import Provenance, calibrated, export, write_card
from ecgimg.train.finetune.fit import Training, fit, logits_of
from ecgimg.train.finetune.losses import targets_of
from ecgimg.train.finetune.pages import read_pages
from ecgimg.train.finetune.pretrain import pretrain
from ecgimg.train.finetune.recipe import Recipe
from ecgimg.train.finetune.results import PAPER, rows_of, score_lines, with_thresholds, write_results
from ecgimg.train.finetune.spirograms import SpirogramEncoder, learn_spirograms
from ecgimg.train.finetune.waveforms import PulseEncoder

WORK = "work"
"""Folder of what a training can resume from; not needed to use the network."""
RECIPE = "recipe.json"
COSTS = "costs.json"
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
    shown = input_of(recipe.encoder, recipe.channels, recipe.covariates, recipe.litres)
    torch.manual_seed(recipe.pretrain.seed)  # of the first weights, where the encoder has learned nothing yet
    encoder = build_encoder(recipe.encoder, len(recipe.leads), plan.checkpoint, len(recipe.covariates))
    cohort = load_cohort(plan.data, plan.table, recipe, shown, work)
    if isinstance(encoder, PulseEncoder):
        pretrain(encoder, cohort, recipe.pretrain, work)
    if isinstance(encoder, SpirogramEncoder):
        learn_spirograms(encoder, cohort, recipe.pretrain, work)
    targets = targets_of(recipe.targets, cohort.truths.at(cohort.indices("train")))
    if recipe.is_boosted:
        fitted = boost(encoder, cohort, targets, recipe.boost)
    else:
        fitted = fit(encoder, Training(cohort, shown, targets, recipe.fit, work))
    held = {part: logits_of(fitted.model, cohort, cohort.indices(part)) for part in HELD}
    targets = calibrated(targets, held["validation"], cohort.truths.at(cohort.indices("validation")))
    answers = {part: decoded(logits, targets) for part, logits in held.items()}
    evaluation = write_results(rows_of(cohort, answers, targets, recipe.subgroups), plan.out)
    targets = with_thresholds(targets, evaluation)
    export(fitted.model, shown, targets, recipe, plan.out)
    write_card(
        cohort,
        targets,
        Provenance(recipe, plan.data, fitted.settings, fitted.choices, perf_counter() - start),
        plan.out,
    )
    lines = score_lines(evaluation)
    if recipe.pages.count:
        lines += _measure_pages(plan, cohort, fitted.model, targets, answers)
    return (*lines, str(plan.out))


def _measure_pages(
    plan: Plan, cohort: Cohort, model: nn.Module, targets: Sequence[ModelTarget], answers: dict[Part, Doubles]
) -> list[str]:
    """Evaluates test recordings on pages in OUT/paper, beside their signals; a line for each target."""
    shown, folder = input_of(plan.recipe.encoder, plan.recipe.channels), plan.out / PAPER
    paper = read_pages(cohort, shown, plan.recipe.pages, plan.out / WORK / "pages", plan.workers)
    if not len(paper.cases):
        return ["no page was read"]
    found = decoded(logits_of(model, paper, np.arange(len(paper.cases))), targets)
    subgroups = plan.recipe.subgroups
    frozen = rows_of(cohort, {"validation": answers["validation"]}, targets, subgroups)
    write_results(chain(frozen, rows_of(paper, {"test": found}, targets, subgroups, PAPER)), folder)
    place = {cohort.cases[n].id: k for k, n in enumerate(cohort.indices("test"))}
    signal = answers["test"][[place[case.id] for case in paper.cases]]
    costs = tuple(costs_of(paper, signal, found, targets))
    write_atomically(folder / COSTS, (json.dumps([asdict(one) for one in costs], indent=1) + "\n").encode())
    return [one.line for one in costs]


def _claim(plan: Plan) -> None:
    """Writes the recipe into the folder, or checks that it is the same."""
    path = plan.out / RECIPE
    mine = {"recipe": plan.recipe.model_dump(mode="json"), "data": plan.data}
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != mine:
        raise UsageError(f"{plan.out} holds another training", where="--out", remedy="choose another folder")
    write_atomically(path, (json.dumps(mine, indent=1) + "\n").encode())
