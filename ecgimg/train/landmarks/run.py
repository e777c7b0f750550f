"""The command `ecgimg train landmarks`: renders, trains the networks, measures, exports; goes on where it stopped."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.landmarks import FIRST_NAME, NAME, ROW, START, Spot, find_names, find_rows, find_starts
from ecgimg.networks.lead_names import NAME as NAMES
from ecgimg.networks.printed_scales import NAME as SCALES
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import open_source
from ecgimg.train.common.marked_pages import MarkedPage, draw_page, render_shards
from ecgimg.train.common.shards import from_bytes, rendering
from ecgimg.train.common.sheets import VALIDATION_FOLD, VALIDATION_RECIPES
from ecgimg.train.landmarks.fit import export, train
from ecgimg.train.lead_names import fit as names
from ecgimg.train.printed_scales import fit as scales

logger = logging.getLogger(__name__)

ROW_MM, POINT_MM = 2.0, 3.0
"""Distances within which a row and a point count as found."""


@dataclass(frozen=True)
class Hits:
    """How many landmarks of one kind were there, how many of them were found, and how many were seen beside them."""

    there: int
    found: int
    extra: int

    def __add__(self, other: Hits) -> Hits:
        return Hits(self.there + other.there, self.found + other.found, self.extra + other.extra)


WORD_EPOCHS = 30
"""Epochs of the name classifier, which learns from the same pages, and of the scale reader."""


def run(data: str, out: Path, steps: int, pages: int, threads: int = 1) -> tuple[Path, Path, Path]:
    """Trains the landmark network, the name classifier and the scale reader and writes OUT/NAME.onnx of each.

    Args:
        data: a source of signals as `ptbxl:DIR`; folds 1-8 train, fold 9 measures.
        out: folder of shards, checkpoint and network; an interrupted training goes on from there.
        steps: optimizer steps.
        pages: held-out pages of each recipe.
        threads: of the training; rendering takes two processes more.
    """
    torch.set_num_threads(threads)
    shards, texts = out / "shards", out / "texts"
    with rendering(render_shards, data, shards), rendering(scales.render_shards, data, texts):
        model = train(shards, out / "checkpoint.pt", steps)
    namer = names.train(shards, out / "names.pt", WORD_EPOCHS)
    reader = scales.train(texts, out / "scales.pt", WORD_EPOCHS)
    measure(model, namer, data, pages)
    measure_scales(reader, data, 4 * pages)
    return (
        export(model, out / f"{NAME}.onnx"),
        names.export(namer, out / f"{NAMES}.onnx"),
        scales.export(reader, out / f"{SCALES}.onnx"),
    )


def measure(model: nn.Module, namer: nn.Module, data: str, pages: int) -> dict[tuple[str, str], Hits]:
    """Logs, for held-out pages of each recipe, what is found and how many names are read; returns what is found."""
    source = open_source(data, folds=[VALIDATION_FOLD])
    table: dict[tuple[str, str], Hits] = {}
    for name in VALIDATION_RECIPES:
        recipe = load_recipe(name)
        drawn = [draw_page(source, [recipe, recipe], np.random.default_rng([VALIDATION_FOLD, k])) for k in range(pages)]
        for page in drawn:
            for kind, hits in page_hits(page, heat_of(model, page)).items():
                table[name, kind] = table.get((name, kind), Hits(0, 0, 0)) + hits
        for kind in ("rows", "starts", "names"):
            hits = table[name, kind]
            share = 100 * hits.found / max(hits.there, 1)
            logger.info(
                "%s %s: %d of %d found (%.1f %%), %d more seen", name, kind, hits.found, hits.there, share, hits.extra
            )
        read, invented, count = names.score(namer, drawn)
        logger.info("%s: %.1f %% of %d names read, %.1f %% of others", name, 100 * read, count, 100 * invented)
    return table


def measure_scales(reader: nn.Module, data: str, pages: int) -> None:
    """Logs, for small held-out pages of each recipe, how many printed speeds and gains are read right and wrong."""
    source = open_source(data, folds=[VALIDATION_FOLD])
    for name in VALIDATION_RECIPES:
        right, wrong, invented, count = scales.score(reader, source, load_recipe(name), pages, VALIDATION_FOLD)
        words = "%s: of %d scales %.1f %% read right, %.1f %% wrong; %.1f %% of others taken for one"
        logger.info(words, name, count, 100 * right, 100 * wrong, 100 * invented)


@torch.no_grad()
def heat_of(model: nn.Module, page: MarkedPage) -> Floats:
    """The network's heat [16, h, w] of a whole page."""
    heat: Floats = model.eval()(torch.from_numpy(from_bytes(page.planes))[None])[0].numpy()
    return heat


def page_hits(page: MarkedPage, heat: Floats) -> dict[str, Hits]:
    """Rows, starts and names of a page against where its heat shows them."""
    true_rows = np.unique(np.round(page.marks[page.marks[:, 0] == ROW][:, 2], 1))
    seen_rows = np.array([row.y for row in find_rows(heat)])
    apart = np.abs(true_rows[:, None] - seen_rows[None])
    found = int((apart.min(axis=1, initial=np.inf) < ROW_MM).sum())
    stray = int((apart.min(axis=0, initial=np.inf) >= ROW_MM).sum())
    return {
        "rows": Hits(len(true_rows), found, stray),
        "starts": _points(page.marks[page.marks[:, 0] == START], find_starts(heat)),
        "names": _points(page.marks[page.marks[:, 0] >= FIRST_NAME], find_names(heat)),
    }


def _points(marks: Floats, spots: Sequence[Spot]) -> Hits:
    places = np.array([(spot.x, spot.y) for spot in spots]).reshape(-1, 2)
    apart = np.linalg.norm(marks[:, None, 1:3] - places[None], axis=2)
    found = int((apart.min(axis=1, initial=np.inf) < POINT_MM).sum())
    return Hits(len(marks), found, int((apart.min(axis=0, initial=np.inf) >= POINT_MM).sum()))
