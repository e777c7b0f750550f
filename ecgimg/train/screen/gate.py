"""The last step of the screening network's training: its word on what is an ECG page, fitted anew on frozen features.

In training pictures that are no ECG are a tenth of each batch. Here they weigh as much as the pages do, every one is
seen as a first look sees it, and the backbone stays as it is: a small network over the mean and the largest value of
its features.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.datamodel.arrays import Floats
from ecgimg.networks.screen_input import frame_ink, picture_corners
from ecgimg.train.common.fit import fit_head
from ecgimg.train.screen.model import ScreenModel, pooled
from ecgimg.train.screen.pages import PagePicture, read_pictures
from ecgimg.train.screen.views import draw_other_view, draw_view, widened

logger = logging.getLogger(__name__)

PRINTS = 1024
"""Flat prints beside the photographs."""
PART = (0.25, 0.9)
"""Shares of the sides of what is shown where only a part of a page is."""
STEPS, BATCH, RATE, L2 = 1500, 256, 2e-3, 0.05
"""Steps of the fit, pictures a step, and the strength of AdamW and of its pull to 0."""


def refit_gate(model: ScreenModel, folder: Path) -> float:
    """Fits the is-ECG output on the shards of a folder, in place; returns the share it gets right of what it fitted."""
    cameras, others = (read_pictures(folder, kind) for kind in ("camera", "other"))
    drawn = cameras + read_pictures(folder, "print", PRINTS)
    pages = _features(model, chain(map(_whole, cameras), _views(drawn), (_part(p, k) for k, p in enumerate(drawn))))
    strange = _features(model, chain(map(_whole, others), _views(others)))
    features = torch.cat([pages, strange])
    labels = torch.cat([torch.ones(len(pages)), torch.zeros(len(strange))])
    model.page = fit_page(features, labels)
    with torch.no_grad():
        right = (((model.page(features)[:, 0]) > 0) == (labels > 0)).float().mean()
    logger.info("gate: %d pages, %d other pictures, %.4f right", len(pages), len(strange), float(right))
    return float(right)


def _whole(page: PagePicture) -> Floats:
    """The picture as the first look sees it [H, W]."""
    return frame_ink(page.grey, picture_corners(page.grey.shape))[0]


def _part(page: PagePicture, k: int) -> Floats:
    """A part of the curves, as of a page that was cut up or photographed from near."""
    rng = np.random.default_rng([k, 8])
    shown, free = rng.uniform(*PART, 2), rng.random(2)
    left, top = free * (1 - shown)
    right, low = 1 - shown - (left, top)
    return frame_ink(page.grey, widened(page.content.astype(np.float64), -np.array([left, top, right, low])))[0]


def _views(pages: Sequence[PagePicture]) -> Iterator[Floats]:
    """A worn view of each picture that can still be read."""
    for k, page in enumerate(pages):
        rng = np.random.default_rng([k, 7])
        view = draw_view(page, rng) if page.record else draw_other_view(page, rng)
        if view.readable:
            yield view.ink.astype(np.float32) / np.float32(255)


@torch.no_grad()
def _features(model: ScreenModel, inks: Iterator[Floats]) -> Tensor:
    """Pooled features [N, 2C] of frames, of which there are too many to be held at once."""
    model.eval()
    parts = []
    while some := list(islice(inks, 32)):
        with torch.autocast("cpu", torch.bfloat16):
            parts.append(pooled(model.features(torch.from_numpy(np.stack(some))[:, None])))
    return torch.cat(parts)


def fit_page(features: Tensor, labels: Tensor) -> nn.Module:
    """A network of features [N, 2C] to log odds [N, 1] of labels [N] in which 0 and 1 weigh alike."""
    torch.manual_seed(6)
    norm = nn.BatchNorm1d(features.shape[1], affine=False)
    norm.running_mean, norm.running_var = features.mean(0), features.var(0) + 1e-4
    head = nn.Sequential(norm, nn.Dropout(0.2), nn.Linear(features.shape[1], 64), nn.ReLU(), nn.Linear(64, 1))
    sides = [torch.nonzero(labels == side)[:, 0] for side in (0, 1)]
    half = BATCH // 2
    goal = torch.cat([torch.zeros(half), torch.ones(half)])
    norm.eval()

    def loss() -> Tensor:
        rows = torch.cat([side[torch.randint(len(side), (half,))] for side in sides])
        return F.binary_cross_entropy_with_logits(head(features[rows])[:, 0], goal)

    fit_head(head, loss, STEPS, RATE, L2)
    return head.eval().requires_grad_(False)
