"""The command `ecgimg train lead-names`: draws names, trains the network that reads them, measures and exports it."""

from __future__ import annotations

import logging
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import torch

from ecgimg.networks.lead_names import NAME
from ecgimg.networks.manifest import weight_path
from ecgimg.networks.runtime import open_network
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import open_source
from ecgimg.train.common.marked_pages import MarkedPage, draw_page
from ecgimg.train.common.sheets import VALIDATION_FOLD, VALIDATION_RECIPES
from ecgimg.train.lead_names.data import render_shards
from ecgimg.train.lead_names.fit import export, score, train
from ecgimg.train.lead_names.pages import draw_small_page

logger = logging.getLogger(__name__)

SEED = 1
"""Seed of the training pages."""


@dataclass(frozen=True)
class Training:
    """Extent of a training.

    Attributes:
        shards: shards of names to draw and to learn from.
        epochs: epochs of the training.
        pages: held-out pages of each recipe and kind.
        from_weights: whether the network starts from that in the package.
    """

    shards: int
    epochs: int
    pages: int
    from_weights: bool = False


def run(data: str, out: Path, training: Training, threads: int = 1) -> Path:
    """Trains the network and writes OUT/names.onnx; an interrupted training resumes in OUT.

    Args:
        data: a source of signals as `ptbxl:DIR`; folds 1-8 train, fold 9 measures.
        out: folder of shards, checkpoint and network.
        training: its extent.
        threads: of the training.
    """
    torch.set_num_threads(threads)
    render_shards(data, out / "shards", SEED, training.shards)
    shipped = weight_path(NAME)
    model = train(out / "shards", out / "checkpoint.pt", training.epochs, shipped if training.from_weights else None)
    path = export(model, out / f"{NAME}.onnx")
    measure({"shipped": shipped, "new": path}, data, training.pages)
    return path


def measure(networks: dict[str, Path], data: str, pages: int) -> None:
    """Logs how networks read names on held-out pages of each recipe, small ones and those of the landmark network."""
    text = (
        "%s, %s: of %d names of the twelve %.1f %% read right, %.1f %% as another of them; of %d other names %.1f %% "
        "right, %.1f %% as one of the twelve; of %d places without a name %.1f %% as a name"
    )
    for kind, drawn in _held_out(data, pages).items():
        for title, path in networks.items():
            found = astuple(score(open_network(path), drawn))
            logger.info(text, title, kind, *(100 * v if isinstance(v, float) else v for v in found))


def _held_out(data: str, pages: int) -> dict[str, list[MarkedPage]]:
    """Held-out pages by recipe and kind."""
    source = open_source(data, folds=[VALIDATION_FOLD])
    drawn = {}
    for name in VALIDATION_RECIPES:
        recipe = load_recipe(name)
        for kind, draw in (("small pages", draw_small_page), ("pages", draw_page)):
            seeds = [np.random.default_rng([VALIDATION_FOLD, k]) for k in range(pages)]
            drawn[f"{name} {kind}"] = [draw(source, [recipe, recipe], rng) for rng in seeds]
    return drawn
