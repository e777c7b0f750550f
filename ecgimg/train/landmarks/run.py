"""The command `ecgimg train landmarks`: trains the networks of landmarks and of printed scales; resumes in its folder.

The loop of each is in its own folder. The network of lead names has a command of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ecgimg.networks.landmarks import NAME
from ecgimg.networks.manifest import weight_path
from ecgimg.networks.printed_scales import NAME as PRINTED_SCALES
from ecgimg.networks.runtime import Network, open_network
from ecgimg.synth.recipe import ANY_VENDOR, load_recipe
from ecgimg.synth.signals.sources import open_source
from ecgimg.train.common.marked_pages import MarkedPage, draw_page, draw_vendor_page, render_shards
from ecgimg.train.common.shards import rendering
from ecgimg.train.common.sheets import VALIDATION_FOLD, VALIDATION_RECIPES
from ecgimg.train.landmarks.fit import export, train
from ecgimg.train.landmarks.hits import Hits, heatmaps_of, page_hits
from ecgimg.train.printed_scales import data as scale_texts
from ecgimg.train.printed_scales import fit as printed_scales

logger = logging.getLogger(__name__)

TEXT_EPOCHS = 30
"""Epochs of the network of printed scales."""
VENDOR_PAGES = 2
"""Held-out pages in vendor styles, for each page of a recipe: there are more styles than looks of a recipe."""
SCALE_PAGES = 4
"""Small pages for the printed scales, for each validation page."""


@dataclass(frozen=True)
class Training:
    """Extent of a training.

    Attributes:
        steps: optimizer steps of the landmark network.
        pages: held-out pages of each recipe, and of the vendor styles.
        drawn: training pages to draw; 0 draws as long as the training runs.
        from_weights: whether the landmark network starts from that in the package.
        texts: whether the network of printed scales is trained too.
    """

    steps: int
    pages: int
    drawn: int = 0
    from_weights: bool = False
    texts: bool = True


def run(data: str, out: Path, training: Training, threads: int = 1) -> tuple[Path, ...]:
    """Trains the networks and writes OUT/NAME.onnx of each: landmarks, and printed scales where wanted.

    Args:
        data: a source of signals as `ptbxl:DIR`; folds 1-8 train, fold 9 measures.
        out: folder of shards, checkpoints and networks; an interrupted training resumes there.
        training: its extent.
        threads: of the training; rendering takes a process more, and another one for printed scales.
    """
    torch.set_num_threads(threads)
    shards, shipped = out / "shards", weight_path(NAME)
    render = partial(render_shards, pages=training.drawn)
    with ExitStack() as stack:
        stack.enter_context(rendering(render, data, shards))
        if training.texts:
            stack.enter_context(rendering(scale_texts.render_shards, data, out / "texts"))
        start = shipped if training.from_weights else None
        model = train(shards, out / "checkpoint.pt", training.steps, start)
    landmarks = export(model, out / f"{NAME}.onnx")
    texts = [_scales(data, out, training)] if training.texts else []
    drawn = _held_out(data, training.pages)
    for title, path in (("shipped", shipped), ("new", landmarks)):
        measure(title, open_network(path, threads), drawn)
    return landmarks, *texts


def _scales(data: str, out: Path, training: Training) -> Path:
    """Trains, measures and exports the network of printed scales."""
    model = printed_scales.train(out / "texts", out / "scales.pt", TEXT_EPOCHS)
    measure_scales(model, data, SCALE_PAGES * training.pages)
    return printed_scales.export(model, out / f"{PRINTED_SCALES}.onnx")


def _held_out(data: str, pages: int) -> dict[str, list[MarkedPage]]:
    """Held-out pages of each recipe, and of the vendor styles."""
    source = open_source(data, folds=[VALIDATION_FOLD])
    drawn = {}
    for name in VALIDATION_RECIPES:
        recipe = load_recipe(name)
        seeds = [np.random.default_rng([VALIDATION_FOLD, k]) for k in range(pages)]
        drawn[name] = [draw_page(source, [recipe, recipe], rng) for rng in seeds]
    recipe = load_recipe(VALIDATION_RECIPES[0])
    seeds = [np.random.default_rng([VALIDATION_FOLD, k, 1]) for k in range(VENDOR_PAGES * pages)]
    return {**drawn, ANY_VENDOR: [draw_vendor_page(source, recipe, rng) for rng in seeds]}


def measure(title: str, network: Network, drawn: Mapping[str, list[MarkedPage]]) -> dict[tuple[str, str], Hits]:
    """Logs the hits of a network on held-out pages; returns them by recipe and kind of landmark."""
    table: dict[tuple[str, str], Hits] = {}
    for name, pages in drawn.items():
        for page in pages:
            for kind, hits in page_hits(page, heatmaps_of(network, page)).items():
                table[name, kind] = table.get((name, kind), Hits(0, 0, 0)) + hits
    text = "%s, %s %s: %d of %d found (%.1f %%), %d more seen"
    for (name, kind), hits in table.items():
        share = 100 * hits.found / max(hits.there, 1)
        logger.info(text, title, name, kind, hits.found, hits.there, share, hits.extra)
    return table


def measure_scales(model: nn.Module, data: str, pages: int) -> None:
    """Logs, for small validation pages of each recipe, shares of printed speeds and gains read right and wrong."""
    source = open_source(data, folds=[VALIDATION_FOLD])
    text = "%s: of %d scales %.1f %% read right, %.1f %% wrong; %.1f %% of others taken for one"
    for name in VALIDATION_RECIPES:
        score = printed_scales.score(model, source, load_recipe(name), pages, VALIDATION_FOLD)
        logger.info(text, name, score.count, 100 * score.right, 100 * score.wrong, 100 * score.invented)
