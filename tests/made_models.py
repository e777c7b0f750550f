"""A network of a user's own, exported with random weights: its folder serves `--model`."""

from __future__ import annotations

from pathlib import Path

import torch

from ecgimg.networks.finetuned import ModelTarget
from ecgimg.train.finetune.encoders import ScratchEncoder, input_of
from ecgimg.train.finetune.export import export
from ecgimg.train.finetune.model import FinetuneModel, Head
from ecgimg.train.finetune.recipe import FitRecipe, Recipe, TargetRecipe

TARGETS = (
    ModelTarget("k", "Potassium above 5.5", "binary", "", 0, slope=2, offset=-1, rule_out=0.1, balanced=0.2, rule_in=1),
    ModelTarget("age", "Age", "regression", "years", 1, slope=15, offset=60),
    ModelTarget("grade", "Grade", "ordinal", "", 2, 2),
)


def random_model(leads: tuple[str, ...] = ("I", "II")) -> FinetuneModel:
    """A small network for some leads."""
    torch.manual_seed(0)
    encoder = ScratchEncoder(len(leads))
    return FinetuneModel(encoder, Head(encoder.width, 0, 4)).eval()


def write_model(folder: Path, leads: tuple[str, ...] = ("I", "II")) -> Path:
    """Writes the folder of that network."""
    folder.mkdir(parents=True, exist_ok=True)
    targets = tuple(TargetRecipe(name=t.name, task=t.task, column=t.name, levels=3) for t in TARGETS)
    recipe = Recipe(
        name="mine", title="Mine", targets=targets, encoder="scratch", leads=leads, fit=FitRecipe(mode="whole")
    )
    export(random_model(leads), input_of("scratch", leads), TARGETS, recipe, folder)
    return folder
