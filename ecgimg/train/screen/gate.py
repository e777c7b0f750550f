"""The is-ECG output of the screening network, fitted again on frozen features after the training.

In training pictures that are no ECG are a tenth of each batch. Here they weigh as much as the pages, and each is shown
whole, as in the network's first pass. The output is a small network over the mean and the maximum of the features.
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
from ecgimg.train.screen.pages import NON_ECG, PagePicture, read_pictures
from ecgimg.train.screen.views import draw_non_ecg_view, draw_view, widened

logger = logging.getLogger(__name__)

PRINTS = 1024
"""Flat prints beside the photographs."""
PART = (0.25, 0.9)
"""Shares of the sides that a part of a page shows."""
STEPS = 1500
"""Steps of the fit."""
BATCH = 256
"""Pictures a step."""
RATE = 2e-3
"""Highest learning rate."""
DECAY = 0.05
"""Weight decay of AdamW."""


def refit_gate(model: ScreenModel, folder: Path) -> float:
    """Fits the is-ECG output on the shards of a folder, in place; returns its accuracy on them."""
    cameras, non_ecg = (read_pictures(folder, kind) for kind in ("camera", NON_ECG))
    drawn = cameras + read_pictures(folder, "print", PRINTS)
    pages = _features(model, chain(map(_whole, cameras), _views(drawn), (_part(p, k) for k, p in enumerate(drawn))))
    rejected = _features(model, chain(map(_whole, non_ecg), _views(non_ecg)))
    features = torch.cat([pages, rejected])
    labels = torch.cat([torch.ones(len(pages)), torch.zeros(len(rejected))])
    model.page = fit_page(features, labels)
    with torch.no_grad():
        accuracy = ((model.page(features)[:, 0] > 0) == (labels > 0)).float().mean()
    logger.info("gate: %d pages, %d other pictures, %.4f right", len(pages), len(rejected), float(accuracy))
    return float(accuracy)


def _whole(page: PagePicture) -> Floats:
    """Frame [H, W] of the whole picture, as in the network's first pass."""
    return frame_ink(page.grey, picture_corners(page.grey.shape))[0]


def _part(page: PagePicture, k: int) -> Floats:
    """Frame [H, W] of a part of the curves, as of a page that was cut up or photographed from near."""
    rng = np.random.default_rng([k, 8])
    shares, free = rng.uniform(*PART, 2), rng.random(2)
    left, top = free * (1 - shares)
    right, low = 1 - shares - (left, top)
    return frame_ink(page.grey, widened(page.content.astype(np.float64), -np.array([left, top, right, low])))[0]


def _views(pages: Sequence[PagePicture]) -> Iterator[Floats]:
    """Frames [H, W] of a random view of each picture; unreadable views are left out."""
    for k, page in enumerate(pages):
        rng = np.random.default_rng([k, 7])
        view = draw_view(page, rng) if page.record else draw_non_ecg_view(page, rng)
        if view.readable:
            yield view.ink.astype(np.float32) / np.float32(255)


@torch.no_grad()
def _features(model: ScreenModel, inks: Iterator[Floats]) -> Tensor:
    """Pooled features [N, 2C] of frames, read 32 at a time, since all of them do not fit into memory."""
    model.eval()
    parts = []
    while some := list(islice(inks, 32)):
        with torch.autocast("cpu", torch.bfloat16):
            parts.append(pooled(model.features(torch.from_numpy(np.stack(some))[:, None])))
    return torch.cat(parts)


def fit_page(features: Tensor, labels: Tensor) -> nn.Module:
    """A network from features [N, 2C] to log odds [N, 1], fitted on labels [N] with both classes weighted alike."""
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

    fit_head(head, loss, STEPS, RATE, DECAY)
    return head.eval().requires_grad_(False)
