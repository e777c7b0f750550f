"""Cut-outs around the speeds and gains of small rendered pages, and beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.leads import LIMB_LEADS
from ecgimg.layouts import Layout
from ecgimg.networks.contrast import contrast_planes
from ecgimg.networks.printed_scales import SCALES, cut_texts
from ecgimg.networks.trace import PX_PER_MM
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import sample_style
from ecgimg.synth.recipe import Recipe, load_recipe
from ecgimg.synth.sample import photograph, printed
from ecgimg.synth.signals.sources import FS, SignalSource
from ecgimg.synth.truth import Page
from ecgimg.train.common.marked_pages import straightened
from ecgimg.train.common.shards import next_shards, save_whole
from ecgimg.train.common.sheets import RECIPES, degrade, draw_warp, sheet_size

Box = tuple[float, float, float, float]

NONE = len(SCALES)
"""Class of a cut-out without a scale."""
SHARES = {"speed": (0.1, 0.5, 0.4), "gain": (0.08, 0.3, 0.34, 0.28)}
"""Probability of each of the speeds and gains; rare ones have to be learnt too."""
WIDE_MM = 110.0
"""Length of the curves of a page: enough for the texts to stand side by side."""
PITCH_MM = 9.0
"""Distance between the rows of a page."""
JITTER_MM = 1.5
"""Standard deviation of a cut-out's place from its text's."""
OTHER_TEXTS = 0.3
"""Share of the other texts of a page that are cut out as well."""
RANDOM_PLACES = 2
"""Cut-outs of a page at random places."""
FREE_PX = 40
"""Least distance of these from every text along x and along y, in sheet pixels."""
PAGES = 32
"""Pages of a shard."""


def draw_texts(source: SignalSource, recipes: Sequence[Recipe], rng: np.random.Generator) -> tuple[Floats, np.ndarray]:
    """Cut-outs [N, 2, 40, 224] of a small page and their classes [N]; recipes as of `common.marked_pages.draw_page`."""
    flat = rng.random() < 0.5
    recipe = recipes[0 if flat else int(rng.integers(1, len(recipes)))]
    scale = {kind: float(rng.choice([v for k, v in SCALES if k == kind], p=SHARES[kind])) for kind in SHARES}
    page, pixels, offset_mm = _draw_page(source, recipe, scale, flat, rng)
    boxes, classes = _text_boxes(page, scale, offset_mm, rng)
    for _ in range(RANDOM_PLACES):
        x, y = (float(v) for v in rng.uniform(0, 1, 2) * pixels.shape[1::-1])
        if not any(_near(box, x, y) for box in boxes):
            boxes.append((x, y, x, y))
            classes.append(NONE)
    centres = [((x0 + x1) / 2, y0, (x0 + x1) / 2, y1) for x0, y0, x1, y1 in boxes]
    return cut_texts(contrast_planes(pixels), centres), np.array(classes, np.int64)


def _draw_page(
    source: SignalSource, recipe: Recipe, scale: dict[str, float], flat: bool, rng: np.random.Generator
) -> tuple[Page, Pixels, tuple[float, float]]:
    """A small page, its straightened sheet, and the place of the page's corner on the sheet in mm."""
    rows = tuple((lead,) for lead in LIMB_LEADS)
    layout = Layout(id="texts", title="a small page", rows=rows, column_seconds=WIDE_MM / scale["speed"])
    style = sample_style(rng, layout, recipe.page)
    style = replace(style, footer=True, pitch=PITCH_MM, paper_speed=scale["speed"], gain=scale["gain"])
    signal = source.get(int(rng.integers(2**31 - 1)))
    page = render_page(printed(signal.mv, rng), FS, layout, style, rng)
    if flat:
        pixels = np.asarray(cv2.resize(page.pixels, sheet_size(page), interpolation=cv2.INTER_CUBIC), np.uint8)
        return page, degrade(pixels, draw_warp(rng, pixels.shape), rng), (0.0, 0.0)
    return page, *straightened(photograph(page, signal, recipe, rng), rng)


def _text_boxes(
    page: Page, scale: dict[str, float], offset_mm: tuple[float, float], rng: np.random.Generator
) -> tuple[list[Box], list[int]]:
    """Boxes in sheet pixels around the texts of scales and some of the others, off centre; and classes."""
    boxes: list[Box] = []
    classes = []
    for text in page.texts:
        if text.kind not in scale and rng.random() > OTHER_TEXTS:
            continue
        low, high = (edge(text.corners, axis=0) / page.px_per_mm + offset_mm for edge in (np.min, np.max))
        shift = rng.normal(0, JITTER_MM, 2)
        x0, y0, x1, y1 = ((np.array([low, high]) + shift) * PX_PER_MM).ravel().tolist()
        boxes.append((x0, y0, x1, y1))
        classes.append(SCALES.index((text.kind, scale[text.kind])) if text.kind in scale else NONE)
    return boxes, classes


def _near(box: Box, x: float, y: float) -> bool:
    x0, y0, x1, y1 = box
    return x0 - FREE_PX < x < x1 + FREE_PX and y0 - FREE_PX < y < y1 + FREE_PX


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
