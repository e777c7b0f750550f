"""The command `finetune`: a network for a hospital's own targets, by a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from ecgimg.cli import parameters as p

RecipeName = Annotated[str | None, typer.Argument(metavar="[RECIPE]", help="A YAML file, or a name of --list.")]
Data = Annotated[
    str | None, typer.Option(help="Recordings: a folder, a table of them, store:DIR or ptbxl:DIR; or pictures.")
]
Targets = Annotated[Path | None, typer.Option(help="Table of targets: CSV (also .gz) or Parquet. [the recipe's]")]
Folder = Annotated[Path | None, typer.Option("-o", "--out", help="Folder for the network and its evaluation; resumes.")]
Checkpoint = Annotated[Path | None, typer.Option(help="ECGFounder's published checkpoint, for its recipes.")]
Listing = Annotated[bool, typer.Option("--list", help="List the recipes of the package, and stop.")]


def finetune(
    recipe: RecipeName = None,
    data: Data = None,
    targets: Targets = None,
    out: Folder = None,
    checkpoint: Checkpoint = None,
    listing: Listing = False,
    threads: p.Threads = 1,
    jobs: p.Processes = "1",
) -> None:
    """Learn a hospital's own targets from its recordings; `ecgimg diagnose --model FOLDER` uses what comes out.

    Data and targets never leave this machine. A recipe has columns, targets, split, network and training. The folder
    has model.onnx, card.json and card.md, thresholds.json, predictions.csv and the evaluation. Needs the extra `train`.
    """
    from ecgimg.train.finetune.recipe import read_recipe, recipe_names

    if listing:
        for name in recipe_names():
            typer.echo(f"{name:24} {read_recipe(name).title}")
        return
    given = {"RECIPE": recipe, "--data": data, "--out": out}
    _require(given)
    assert recipe is not None
    assert data is not None
    assert out is not None
    plan_recipe = read_recipe(recipe)
    from ecgimg.cli.train import log_progress
    from ecgimg.train.finetune.run import Plan, run

    log_progress()
    for line in run(Plan(plan_recipe, data, out, targets, checkpoint, threads, jobs)):
        typer.echo(line)


def _require(given: Mapping[str, object]) -> None:
    from ecgimg.errors import UsageError

    for name, value in given.items():
        if value is None:
            raise UsageError(f"{name} is not given", where="finetune", remedy="see ecgimg finetune --help")
