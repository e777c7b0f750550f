"""The name classifier in torch, its crops out of the landmark network's pages, and its training."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.landmarks import FIRST_NAME, PX_PER_MM
from ecgimg.networks.lead_names import CLASSES, HEIGHT, NAME, WIDTH, cut_words
from ecgimg.train.common import text_patch_net as words
from ecgimg.train.common.export import package_network
from ecgimg.train.common.fit import Fit, FitOptions
from ecgimg.train.common.marked_pages import MarkedPage, read_shard
from ecgimg.train.common.shards import from_bytes
from ecgimg.train.common.text_patch_net import EPOCH_STEPS, TextPatchNet, batches, text_loss

logger = logging.getLogger(__name__)
NONE = len(LEADS)
OTHERS = 0.35
"""Cut-outs beside the names, for each name."""
NEAR_MM = 5.0
"""A cut-out around a place this near to a name shows it."""
JITTER_MM = 1.2


def page_words(page: MarkedPage, rng: np.random.Generator) -> tuple[Floats, np.ndarray]:
    """Cut-outs [N, 2, 40, 88] of a page around its names, not quite centred, and beside them, and classes [N]."""
    names = page.marks[page.marks[:, 0] >= FIRST_NAME]
    height, width = (n / PX_PER_MM for n in page.planes.shape[1:])
    places = [
        (x + dx, y + dy)
        for (_, x, y, *_), (dx, dy) in zip(names, rng.normal(0, JITTER_MM, (len(names), 2)), strict=True)
    ]
    classes = [int(mark[0]) - FIRST_NAME for mark in names]
    others = [mark for mark in page.marks if mark[0] < FIRST_NAME]
    for _ in range(round(OTHERS * max(len(names), 6))):
        _, x0, y0, x1, y1 = (
            others[int(rng.integers(len(others)))] if others and rng.random() < 0.7 else (0, 0, 0, width, height)
        )
        x, y = rng.uniform(x0 - 4, x1 + 4), rng.uniform(y0 - 8, y1 + 8)
        if len(names) == 0 or np.hypot(names[:, 1] - x, names[:, 2] - y).min() > NEAR_MM:
            places.append((float(x), float(y)))
            classes.append(NONE)
    return cut_words(from_bytes(page.planes), places), np.array(classes, np.int64)


def gather(folder: Path, seed: int, takes: int = 2) -> tuple[Floats, np.ndarray]:
    """The words of all pages in a folder of the landmark network's shards, `takes` cut-outs of each."""
    rng = np.random.default_rng(seed)
    paths = sorted(folder.glob("*.npz"))
    parts = [page_words(page, rng) for path in paths for page in read_shard(path) for _ in range(takes)]
    return np.concatenate([p[0] for p in parts]).astype(np.float16), np.concatenate([p[1] for p in parts])


def train(folder: Path, checkpoint: Path, epochs: int, rate: float = 3e-3) -> nn.Module:
    """Trains on the words of the pages in a folder of the landmark network's shards; returns the averaged network."""
    cuts, classes = gather(folder, 0)
    logger.info("%d words of %d shards", len(classes), len(list(folder.glob("*.npz"))))
    options = FitOptions(epochs=epochs, steps=EPOCH_STEPS, rate=rate, average=0.99)
    fit = Fit(TextPatchNet(HEIGHT, CLASSES), text_loss, options, checkpoint)
    return fit.run(lambda number: batches(cuts, classes, number))


@torch.no_grad()
def score(model: nn.Module, pages: list[MarkedPage], seed: int = 0) -> tuple[float, float, int]:
    """Share of names read right, share of other cut-outs taken for a name, and the number of names."""
    rng = np.random.default_rng(seed)
    cut = [page_words(page, rng) for page in pages]
    cuts, classes = (np.concatenate([one[k] for one in cut]) for k in (0, 1))
    read = model.eval()(torch.from_numpy(cuts)).argmax(1).numpy()
    named = classes != NONE
    return float((read == classes)[named].mean()), float((read != NONE)[~named].mean()), int(named.sum())


def export(model: nn.Module, path: Path) -> Path:
    """Writes a trained network as ONNX."""
    return words.export(model, path, NAME, [*LEADS, "none"], (HEIGHT, WIDTH))


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    purpose = "which lead a printed word names"
    return package_network(NAME, path, purpose)
