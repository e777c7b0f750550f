"""Trains the network of lead names, scores and exports it; the command is `ecgimg train landmarks`."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.lead_names import HEIGHT, NAME, WIDTH
from ecgimg.train.common.marked_pages import MarkedPage
from ecgimg.train.common.package import package_network
from ecgimg.train.common.text_patch_net import export_text_net, train_text_net
from ecgimg.train.lead_names.data import NONE, gather, page_names
from ecgimg.train.lead_names.model import build

logger = logging.getLogger(__name__)


def train(folder: Path, checkpoint: Path, epochs: int, rate: float = 3e-3) -> nn.Module:
    """Trains on the pages in a folder of shards of `common.marked_pages`; returns the averaged network."""
    cuts, classes = gather(folder, 0)
    logger.info("%d names of %d shards", len(classes), len(list(folder.glob("*.npz"))))
    return train_text_net(build(), cuts, classes, checkpoint, epochs, rate)


@torch.no_grad()
def score(model: nn.Module, pages: list[MarkedPage], seed: int = 0) -> tuple[float, float, int]:
    """Share of names read right, share of other cut-outs taken for a name, and the number of names."""
    rng = np.random.default_rng(seed)
    parts = [page_names(page, rng) for page in pages]
    cuts, classes = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    read = model.eval()(torch.from_numpy(cuts)).argmax(1).numpy()
    named = classes != NONE
    return float((read == classes)[named].mean()), float((read != NONE)[~named].mean()), int(named.sum())


def export(model: nn.Module, path: Path) -> Path:
    """Writes a trained network as ONNX."""
    return export_text_net(model, path, NAME, [*LEADS, "none"], (HEIGHT, WIDTH))


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    return package_network(NAME, path, "which lead a printed word names")
