"""Cut-outs of lead names, and of other places, from the pages of the landmark network."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.landmarks import FIRST_NAME, PX_PER_MM
from ecgimg.networks.lead_names import cut_words
from ecgimg.train.common.marked_pages import MarkedPage, read_shard
from ecgimg.train.common.shards import from_bytes

NONE = len(LEADS)
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


def gather(folder: Path, seed: int, takes: int = 2) -> tuple[Floats, np.ndarray]:
    """Cut-outs of all pages in a folder of shards of `common.marked_pages`, `takes` times each; and classes."""
    rng = np.random.default_rng(seed)
    paths = sorted(folder.glob("*.npz"))
    parts = [page_names(page, rng) for path in paths for page in read_shard(path) for _ in range(takes)]
    return np.concatenate([p[0] for p in parts]).astype(np.float16), np.concatenate([p[1] for p in parts])
