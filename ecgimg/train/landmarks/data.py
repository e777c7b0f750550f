"""Training crops of the landmark network: contrast planes of sheets, and a target heatmap a kind of landmark."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.landmarks import CHANNELS, HEAT_PX_PER_MM, PX_PER_MM
from ecgimg.train.common.marked_pages import MarkedPage, read_shard
from ecgimg.train.common.shards import Shards, from_bytes

Batch = tuple[Tensor, Tensor]
"""Planes [N, 2, CROP, CROP] and target heatmaps [N, 16, CROP / 4, CROP / 4]."""

BATCH = 4
EPOCH_STEPS = 32
QUARTER_TURN_SHARE = 0.1
"""Share of crops turned by a quarter, on which nothing can be read."""
CROP = 512
"""Side of a training crop in input pixels: 128 mm."""
SPREAD_MM = 1.0
"""Standard deviation of the targets around rows and points."""
CONTRAST_SPREAD = 0.2
"""Standard deviation of the logarithm of a crop's contrast factor."""
GREY_SHARE = 0.1
"""Share of crops without colour."""


def epoch(shards: Shards, number: int) -> Iterator[Batch]:
    """EPOCH_STEPS batches, or a few more to finish a shard, of BATCH random crops, one a page."""
    rng = np.random.default_rng([shards.seed, number])
    steps = 0
    while steps < EPOCH_STEPS:
        pages = read_shard(shards.next(rng))
        order = rng.permutation(len(pages))
        for k in range(0, len(order) - BATCH + 1, BATCH):
            crops = [crop(pages[int(i)], rng) for i in order[k : k + BATCH]]
            yield _to_batch(np.stack([c[0] for c in crops]), np.stack([c[1] for c in crops]), rng)
            steps += 1


def _to_batch(planes: Floats, targets: Floats, rng: np.random.Generator) -> Batch:
    """Changes contrast, and removes colour at times."""
    planes = planes * np.exp(rng.normal(0, CONTRAST_SPREAD, (len(planes), 1, 1, 1))).astype(np.float32)
    grey = rng.random(len(planes)) < GREY_SHARE
    planes[grey] = planes[grey].mean(axis=1, keepdims=True)
    return torch.from_numpy(planes).to(memory_format=torch.channels_last), torch.from_numpy(targets)


def crop(page: MarkedPage, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A random crop of planes [2, CROP, CROP] and its targets [CHANNELS, h, w] in 0..1."""
    _, h, w = page.planes.shape
    top, left = (int(rng.integers(-32, max(n - CROP + 32, -31))) for n in (h, w))
    out = np.zeros((2, CROP, CROP), np.float32)
    y0, x0, y1, x1 = max(top, 0), max(left, 0), min(top + CROP, h), min(left + CROP, w)
    out[:, y0 - top : y1 - top, x0 - left : x1 - left] = from_bytes(page.planes[:, y0:y1, x0:x1])
    if rng.random() < QUARTER_TURN_SHARE:
        return np.ascontiguousarray(np.rot90(out, rng.choice([1, 3]), (1, 2))), heatmap(page.marks[:0], CROP)
    return out, heatmap(page.marks - np.array([0, left, top, left, top], np.float32) / PX_PER_MM, CROP)


def heatmap(marks: Floats, side: int) -> Floats:
    """Targets [CHANNELS, h, w] of a square crop of `side` input pixels: a Gaussian around each mark [N, 5]."""
    n = round(side * HEAT_PX_PER_MM / PX_PER_MM)
    at = ((np.arange(n) + 0.5) / HEAT_PX_PER_MM).astype(np.float32)
    out = np.zeros((CHANNELS, n, n), np.float32)
    for channel, x0, y0, x1, y1 in marks:
        dx = np.maximum(np.maximum(x0 - at, at - x1), 0) / SPREAD_MM
        dy = np.maximum(np.maximum(y0 - at, at - y1), 0) / SPREAD_MM
        plane = out[int(channel)]
        np.maximum(plane, np.exp(-0.5 * dy[:, None] ** 2) * np.exp(-0.5 * dx**2), out=plane)
    return out
