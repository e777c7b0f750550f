"""The scale reader's training: cut-outs around the speeds and gains of small rendered pages, and beside them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LIMB_LEADS
from ecgimg.layouts import Layout
from ecgimg.networks.contrast import contrast_planes
from ecgimg.networks.printed_scales import HEIGHT, MIN_PROBABILITY, NAME, SCALES, WIDTH, cut_texts
from ecgimg.networks.trace import PX_PER_MM
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import sample_style
from ecgimg.synth.recipe import Recipe, load_recipe
from ecgimg.synth.sample import photograph, printed
from ecgimg.synth.signals.sources import FS, SignalSource
from ecgimg.train.common import text_patch_net as words
from ecgimg.train.common.export import package_network
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.common.marked_pages import straightened
from ecgimg.train.common.shards import next_shards, save_whole
from ecgimg.train.common.sheets import RECIPES, degrade, draw_warp, sheet_size
from ecgimg.train.common.text_patch_net import EPOCH_STEPS, TextPatchNet, batches, text_loss

logger = logging.getLogger(__name__)

NONE = len(SCALES)
SHARES = {"speed": (0.1, 0.5, 0.4), "gain": (0.08, 0.3, 0.34, 0.28)}
"""How often each of the speeds and gains is printed; rare ones have to be learnt too."""
WIDE_MM = 110.0
"""Length of the curves of a page: enough for the texts to stand side by side."""
PITCH_MM = 9.0
JITTER_MM = 1.5
OTHER_TEXTS = 0.3
"""Share of the other texts of a page that are cut out as well."""
OTHERS = 2
"""Cut-outs of a page at random places."""
PAGES = 32
"""Pages of a shard."""


def draw_texts(source: SignalSource, recipes: Sequence[Recipe], rng: np.random.Generator) -> tuple[Floats, np.ndarray]:
    """Cut-outs [N, 2, 40, 224] of a small page and their classes [N]; recipes as of `landmarks_data.draw_page`."""
    flat = rng.random() < 0.5
    recipe = recipes[0 if flat else int(rng.integers(1, len(recipes)))]
    scale = {kind: float(rng.choice([v for k, v in SCALES if k == kind], p=SHARES[kind])) for kind in SHARES}
    rows = tuple((lead,) for lead in LIMB_LEADS)
    layout = Layout(id="texts", title="a small page", rows=rows, column_seconds=WIDE_MM / scale["speed"])
    style = sample_style(rng, layout, recipe.page)
    style = replace(style, footer=True, pitch=PITCH_MM, paper_speed=scale["speed"], gain=scale["gain"])
    signal = source.get(int(rng.integers(2**31 - 1)))
    page = render_page(printed(signal.mv, rng), FS, layout, style, rng)
    if flat:
        pixels = np.asarray(cv2.resize(page.pixels, sheet_size(page), interpolation=cv2.INTER_CUBIC), np.uint8)
        pixels, offset = degrade(pixels, draw_warp(rng, pixels.shape), rng), (0.0, 0.0)
    else:
        pixels, offset = straightened(photograph(page, signal, recipe, rng), rng)
    boxes, classes = [], []
    for text in page.texts:
        if text.kind not in scale and rng.random() > OTHER_TEXTS:
            continue
        low, high = (edge(text.corners, axis=0) / page.px_per_mm + offset for edge in (np.min, np.max))
        shift = rng.normal(0, JITTER_MM, 2)
        boxes.append(tuple(((np.array([low, high]) + shift) * PX_PER_MM).ravel().tolist()))
        classes.append(SCALES.index((text.kind, scale[text.kind])) if text.kind in scale else NONE)
    for _ in range(OTHERS):
        x, y = rng.uniform(0, 1, 2) * pixels.shape[1::-1]
        free = all(not (b[0] - 40 < x < b[2] + 40 and b[1] - 40 < y < b[3] + 40) for b in boxes)
        if free:
            boxes.append((x, y, x, y))
            classes.append(NONE)
    one_each = [((x0 + x1) / 2, y0, (x0 + x1) / 2, y1) for x0, y0, x1, y1 in boxes]
    return cut_texts(contrast_planes(pixels), one_each), np.array(classes, np.int64)


def render_shards(data: str, folder: Path, seed: int) -> None:
    """Fills a folder with shards of cut-outs without end."""
    recipes = [load_recipe(name) for name in RECIPES]
    for path, sources, rng in next_shards(data, folder, seed):
        parts = [draw_texts(sources[-1], recipes, rng) for _ in range(PAGES)]  # simulated curves do for texts
        cuts, classes = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
        save_whole(path, {"cuts": cuts.astype(np.float16), "classes": classes})


def gather(folder: Path) -> tuple[Floats, np.ndarray]:
    """All cut-outs in a folder of shards, and their classes."""
    stored = [np.load(path) for path in sorted(folder.glob("*.npz"))]
    return np.concatenate([one["cuts"] for one in stored]), np.concatenate([one["classes"] for one in stored])


def train(folder: Path, checkpoint: Path, epochs: int, rate: float = 3e-3) -> nn.Module:
    """Trains on the cut-outs in a folder of shards; returns the averaged network."""
    cuts, classes = gather(folder)
    logger.info("%d texts", len(classes))
    options = FitOptions(epochs=epochs, steps=EPOCH_STEPS, rate=rate, average=0.99)
    fit = Fit(TextPatchNet(HEIGHT, NONE + 1), text_loss, options, checkpoint)
    return fit.run(lambda number: batches(cuts, classes, number))


@torch.no_grad()
def score(
    model: nn.Module, source: SignalSource, recipe: Recipe, pages: int, seed: int
) -> tuple[float, float, float, int]:
    """Of texts that tell a scale: shares read right and read wrong where the network is sure; the share of other
    cut-outs taken for one; and the number of the former.
    """
    drawn = [draw_texts(source, [recipe, recipe], np.random.default_rng([seed, k])) for k in range(pages)]
    cuts, classes = (np.concatenate([one[k] for one in drawn]) for k in (0, 1))
    chances = model.eval()(torch.from_numpy(cuts)).softmax(1).numpy()
    said = np.where(chances.max(axis=1) >= MIN_PROBABILITY, chances.argmax(axis=1), NONE)
    told = classes != NONE
    right, wrong = said[told] == classes[told], (said[told] != classes[told]) & (said[told] != NONE)
    return float(right.mean()), float(wrong.mean()), float((said[~told] != NONE).mean()), int(told.sum())


def export(model: nn.Module, path: Path) -> Path:
    """Writes a trained network as ONNX."""
    classes = [*(f"{kind} {value:g}" for kind, value in SCALES), "none"]
    return words.export(model, path, NAME, classes, (HEIGHT, WIDTH))


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    return package_network(NAME, path, "which paper speed or gain a printed text tells")
