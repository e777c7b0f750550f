"""The corners of the curves' box of the screening network, fitted again on frozen features after the training.

In training most views are already laid by their curves. Here nearly half are photographs, and a network of two layers
over all cells replaces the linear one: it halves the box's error on photographs.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.train.common.fit import fit_head
from ecgimg.train.screen.model import ScreenModel
from ecgimg.train.screen.pages import PagePicture, read_pictures
from ecgimg.train.screen.views import draw_view

logger = logging.getLogger(__name__)

LAYS = {"content": 0.3, "page": 0.25, "raw": 0.45}
"""Probabilities that a page is laid by its curves, by its edges, as a photograph."""
HARD = 0.8
"""Difficulty of the views."""
PRINTS = 4096
"""Flat prints."""
TIMES = 2
"""Views of each photograph."""
STEPS = 3000
"""Steps of the fit."""
BATCH = 64
"""Views a step."""
RATE = 1.5e-3
"""Highest learning rate."""
DECAY = 0.05
"""Weight decay of AdamW."""


def refit_corners(model: ScreenModel, folder: Path, steps: int = STEPS) -> float:
    """Fits the corners on the shards of a folder, in place; returns the last loss."""
    cameras, prints = read_pictures(folder, "camera"), read_pictures(folder, "print", PRINTS)
    cells, corners = _views(model, [page for page in cameras for _ in range(TIMES)] + prints)
    head = _head(cells.shape[1], cells.shape[2] * cells.shape[3])

    def corner_loss() -> Tensor:
        rows = torch.randint(len(cells), (BATCH,))
        return F.smooth_l1_loss(head(cells[rows].float()), corners[rows], beta=0.02)

    loss = fit_head(head, corner_loss, steps, RATE, DECAY)
    model.place = head.eval().requires_grad_(False)
    logger.info("corners: %d views, loss %.4f", len(cells), loss)
    return loss


@torch.no_grad()
def _views(model: ScreenModel, pages: Sequence[PagePicture]) -> tuple[Tensor, Tensor]:
    """Features [N, C, h, w] of a view of each page, and its corners [N, 8] as shares of the frame."""
    model.eval()
    cells, corners = [], []
    for first in range(0, len(pages), 32):
        views = [
            draw_view(page, np.random.default_rng([first + k, 21]), HARD, LAYS, False)
            for k, page in enumerate(pages[first : first + 32])
        ]
        inks = torch.from_numpy(np.stack([view.ink for view in views])).float().div_(255)[:, None]
        with torch.autocast("cpu", torch.bfloat16):
            cells.append(model.features(inks).bfloat16())
        corners += [torch.from_numpy((view.quad / [WIDTH, HEIGHT]).ravel()).float() for view in views]
    return torch.cat(cells), torch.stack(corners)


def _head(channels: int, count: int) -> nn.Sequential:
    torch.manual_seed(1)
    last = nn.Linear(128, 8)
    head = nn.Sequential(
        nn.Conv2d(channels, 64, 1), nn.GELU(), nn.Conv2d(64, 32, 3, padding=1), nn.GELU(), nn.Flatten(),
        nn.Dropout(0.1), nn.Linear(32 * count, 128), nn.GELU(), last,
    )  # fmt: skip
    with torch.no_grad():
        last.weight.mul_(0.1)
        last.bias.copy_(torch.tensor([0.0, 0, 1, 0, 1, 1, 0, 1]))
    return head
