"""Cut-outs of lead names, and of other places, from the pages of the landmark network and from small pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.landmarks import FIRST_NAME, PX_PER_MM
from ecgimg.networks.lead_names import NAMES, cut_words
from ecgimg.synth.recipe import load_recipe
from ecgimg.train.common.marked_pages import PHOTO_STYLES, MarkedPage, draw_training_page
from ecgimg.train.common.shards import from_bytes, next_shards, save_whole
from ecgimg.train.common.sheets import RECIPES
from ecgimg.train.lead_names.pages import draw_small_page

NONE = len(NAMES)
"""Class of a cut-out without a name."""
NONE_SHARE = 0.35
"""Cut-outs beside the names, for each name."""
MIN_NAMES = 6
"""Number of names assumed for `NONE_SHARE` where a page has fewer."""
NEAR_MM = 5.0
"""A cut-out whose centre is this near to a name shows it."""
JITTER_MM = 1.2
"""Standard deviation of a cut-out's centre from its name's."""
OTHER_MARK_SHARE = 0.7
"""Share of the cut-outs without a name taken around another mark; the rest is taken anywhere on the page."""
PAGES = 32
"""Pages of each kind in a shard."""


def page_names(page: MarkedPage, rng: np.random.Generator) -> tuple[Floats, np.ndarray]:
    """Cut-outs [N, 2, 40, 88] of a page around its names, off centre, and beside them; and classes [N]."""
    names = page.marks[page.marks[:, 0] >= FIRST_NAME]
    height, width = (n / PX_PER_MM for n in page.planes.shape[1:])
    jitter = rng.normal(0, JITTER_MM, (len(names), 2))
    places = [(x + dx, y + dy) for (_, x, y, *_), (dx, dy) in zip(names, jitter, strict=True)]
    classes = [int(mark[0]) - FIRST_NAME for mark in names]
    others = [mark for mark in page.marks if mark[0] < FIRST_NAME]
    for _ in range(round(NONE_SHARE * max(len(names), MIN_NAMES))):
        around = (0, 0, 0, width, height)
        if others and rng.random() < OTHER_MARK_SHARE:
            around = others[int(rng.integers(len(others)))]
        _, x0, y0, x1, y1 = around
        x, y = rng.uniform(x0 - 4, x1 + 4), rng.uniform(y0 - 8, y1 + 8)
        if len(names) == 0 or np.hypot(names[:, 1] - x, names[:, 2] - y).min() > NEAR_MM:
            places.append((float(x), float(y)))
            classes.append(NONE)
    return cut_words(from_bytes(page.planes), places), np.array(classes, np.int64)


def render_shards(data: str, folder: Path, seed: int, shards: int) -> None:
    """Fills a folder with shards of cut-outs, until it holds `shards`."""
    recipes = [load_recipe(name) for name in RECIPES]
    mixed = [recipe.with_styles(PHOTO_STYLES) for recipe in recipes]
    for path, sources, rng in next_shards(data, folder, seed):
        if len(list(folder.glob("*.npz"))) >= shards:
            return
        chosen = [sources[int(rng.integers(len(sources)))] for _ in range(PAGES)]
        pages = [draw_small_page(source, recipes, rng) for source in chosen]
        pages += [draw_training_page(source, mixed, rng) for source in chosen]
        cuts, classes = all_names(pages, rng)
        save_whole(path, {"cuts": cuts.astype(np.float16), "classes": classes})


def all_names(pages: Sequence[MarkedPage], rng: np.random.Generator) -> tuple[Floats, np.ndarray]:
    """The cut-outs of pages, and their classes."""
    parts = [page_names(page, rng) for page in pages]
    return np.concatenate([cuts for cuts, _ in parts]), np.concatenate([classes for _, classes in parts])


def gather(folder: Path) -> tuple[Floats, np.ndarray]:
    """All cut-outs in a folder of shards, and their classes."""
    stored = [np.load(path) for path in sorted(folder.glob("*.npz"))]
    return np.concatenate([one["cuts"] for one in stored]), np.concatenate([one["classes"] for one in stored])
