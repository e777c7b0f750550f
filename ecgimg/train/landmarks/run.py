"""The command `ecgimg train landmarks`: trains all networks that find and read landmarks; resumes in its folder.

The networks are those of landmarks, of lead names and of printed scales. The loop of each is in its own folder.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ecgimg.networks.landmarks import NAME
from ecgimg.networks.lead_names import NAME as LEAD_NAMES
from ecgimg.networks.printed_scales import NAME as PRINTED_SCALES
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import open_source
from ecgimg.train.common.marked_pages import draw_page, render_shards
from ecgimg.train.common.shards import rendering
from ecgimg.train.common.sheets import VALIDATION_FOLD, VALIDATION_RECIPES
from ecgimg.train.landmarks.fit import export, train
from ecgimg.train.landmarks.hits import Hits, heatmaps_of, page_hits
from ecgimg.train.lead_names import fit as lead_names
from ecgimg.train.printed_scales import data as scale_texts
from ecgimg.train.printed_scales import fit as printed_scales

logger = logging.getLogger(__name__)

TEXT_EPOCHS = 30
"""Epochs of the networks of lead names and of printed scales."""
SCALE_PAGES = 4
"""Small pages for the printed scales, for each validation page."""


def run(data: str, out: Path, steps: int, pages: int, threads: int = 1) -> tuple[Path, Path, Path]:
    """Trains the three networks and writes OUT/NAME.onnx of each: landmarks, lead names, printed scales.

    Args:
        data: a source of signals as `ptbxl:DIR`; folds 1-8 train, fold 9 measures.
        out: folder of shards, checkpoints and networks; an interrupted training resumes there.
        steps: optimizer steps.
        pages: validation pages of each recipe.
        threads: of the training; rendering takes two processes more.
    """
    torch.set_num_threads(threads)
    shards, texts = out / "shards", out / "texts"
    with rendering(render_shards, data, shards), rendering(scale_texts.render_shards, data, texts):
        model = train(shards, out / "checkpoint.pt", steps)
    name_model = lead_names.train(shards, out / "names.pt", TEXT_EPOCHS)
    scale_model = printed_scales.train(texts, out / "scales.pt", TEXT_EPOCHS)
    measure(model, name_model, data, pages)
    measure_scales(scale_model, data, SCALE_PAGES * pages)
    return (
        export(model, out / f"{NAME}.onnx"),
        lead_names.export(name_model, out / f"{LEAD_NAMES}.onnx"),
        printed_scales.export(scale_model, out / f"{PRINTED_SCALES}.onnx"),
    )


def measure(model: nn.Module, name_model: nn.Module, data: str, pages: int) -> dict[tuple[str, str], Hits]:
    """Logs hits and names read on validation pages of each recipe; returns the hits by recipe and kind."""
    source = open_source(data, folds=[VALIDATION_FOLD])
    table: dict[tuple[str, str], Hits] = {}
    for name in VALIDATION_RECIPES:
        recipe = load_recipe(name)
        drawn = [draw_page(source, [recipe, recipe], np.random.default_rng([VALIDATION_FOLD, k])) for k in range(pages)]
        for page in drawn:
            for kind, hits in page_hits(page, heatmaps_of(model, page)).items():
                table[name, kind] = table.get((name, kind), Hits(0, 0, 0)) + hits
        for kind in ("rows", "starts", "names"):
            hits = table[name, kind]
            share = 100 * hits.found / max(hits.there, 1)
            logger.info(
                "%s %s: %d of %d found (%.1f %%), %d more seen", name, kind, hits.found, hits.there, share, hits.extra
            )
        read, invented, count = lead_names.score(name_model, drawn)
        logger.info("%s: %.1f %% of %d names read, %.1f %% of others", name, 100 * read, count, 100 * invented)
    return table


def measure_scales(model: nn.Module, data: str, pages: int) -> None:
    """Logs, for small validation pages of each recipe, shares of printed speeds and gains read right and wrong."""
    source = open_source(data, folds=[VALIDATION_FOLD])
    text = "%s: of %d scales %.1f %% read right, %.1f %% wrong; %.1f %% of others taken for one"
    for name in VALIDATION_RECIPES:
        score = printed_scales.score(model, source, load_recipe(name), pages, VALIDATION_FOLD)
        logger.info(text, name, score.count, 100 * score.right, 100 * score.wrong, 100 * score.invented)
