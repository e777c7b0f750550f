"""The last step of the screening network's training: its word on what is an ECG page, fitted anew on frozen features.

In training pictures that are no ECG are an eighth of each batch. Here they weigh as much as the pages do, every one is
seen as a first look sees it, and the backbone stays as it is: a logistic regression over its mean features.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ecgimg.nets.screen import frame_ink, picture_corners
from ecgimg.train.screen import ScreenModel
from ecgimg.train.screen_pages import PagePicture, Shard, read_shard
from ecgimg.train.screen_views import draw_other_view, draw_view
from ecgimg.types import Floats

logger = logging.getLogger(__name__)

PULL = 3e-4
"""Weight of the squared weights."""
PRINTS = 1024
"""Views of flat prints beside the photographs."""


def refit_gate(model: ScreenModel, folder: Path) -> float:
    """Fits the is-ECG output on the shards of a folder, in place; returns the share it gets right of what it fitted."""
    shards = {
        kind: [read_shard(p) for p in sorted(folder.glob(f"{kind}-*.npz"))] for kind in ("print", "camera", "other")
    }
    pages = [_whole(p) for p in _pictures(shards["camera"])] + _views(_pictures(shards["print"][:2])[:PRINTS])
    others = [_whole(p) for p in _pictures(shards["other"])] + _views(_pictures(shards["other"]))
    features = torch.cat([_features(model, pages), _features(model, others)])
    labels = torch.cat([torch.ones(len(pages)), torch.zeros(len(others))])
    weight, bias = _logistic(features, labels)
    with torch.no_grad():
        model.gate.weight[0] = weight
        model.gate.bias[0] = bias
    right = (((features @ weight + bias) > 0) == (labels > 0)).float().mean()
    logger.info("gate: %d pages, %d other pictures, %.4f right", len(pages), len(others), float(right))
    return float(right)


def _pictures(shards: Sequence[Shard]) -> list[PagePicture]:
    return [shard.picture(k) for shard in shards for k in range(len(shard))]


def _whole(page: PagePicture) -> Floats:
    """The picture as the first look sees it [H, W]."""
    return frame_ink(page.grey, picture_corners(page.grey.shape))[0]


def _views(pages: Sequence[PagePicture]) -> list[Floats]:
    """A worn view of each picture that can still be read."""
    out = []
    for k, page in enumerate(pages):
        rng = np.random.default_rng([k, 7])
        view = draw_view(page, rng) if page.record else draw_other_view(page, rng)
        if view.readable:
            out.append(view.ink.astype(np.float32) / np.float32(255))
    return out


@torch.no_grad()
def _features(model: ScreenModel, inks: Sequence[Floats]) -> Tensor:
    """Mean features [N, C] of frames."""
    model.eval()
    parts = []
    for k in range(0, len(inks), 32):
        with torch.autocast("cpu", torch.bfloat16):
            parts.append(model.features(torch.from_numpy(np.stack(inks[k : k + 32]))[:, None]).mean((2, 3)).float())
    return torch.cat(parts)


def _logistic(features: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Weights [C] and bias of a logistic regression in which both classes weigh alike."""
    centre, spread = features.mean(0), features.std(0) + 1e-4
    scaled = (features - centre) / spread
    weight, bias = torch.zeros(features.shape[1], requires_grad=True), torch.zeros((), requires_grad=True)
    share = labels.mean()
    counts = torch.where(labels > 0, 0.5 / share, 0.5 / (1 - share))
    solver = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        solver.zero_grad()
        value = (
            F.binary_cross_entropy_with_logits(scaled @ weight + bias, labels, counts) + PULL * weight.square().sum()
        )
        torch.autograd.backward(value)
        return value

    solver.step(loss)
    flat = (weight / spread).detach()
    return flat, (bias - centre @ flat).detach()
