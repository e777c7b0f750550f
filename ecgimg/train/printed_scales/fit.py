"""Trains the network of printed scales, scores and exports it; the command is `ecgimg train landmarks`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ecgimg.networks.printed_scales import HEIGHT, MIN_PROBABILITY, NAME, SCALES, WIDTH
from ecgimg.synth.recipe import Recipe
from ecgimg.synth.signals.sources import SignalSource
from ecgimg.train.common.package import package_network
from ecgimg.train.common.text_patch_net import export_text_net, train_text_net
from ecgimg.train.printed_scales.data import NONE, draw_texts, gather
from ecgimg.train.printed_scales.model import build

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScaleScore:
    """Shares of `count` printed scales read right and wrong with enough probability; of others taken for a scale."""

    right: float
    wrong: float
    invented: float
    count: int


def train(folder: Path, checkpoint: Path, epochs: int, rate: float = 3e-3) -> nn.Module:
    """Trains on the cut-outs in a folder of shards; returns the averaged network."""
    cuts, classes = gather(folder)
    logger.info("%d texts", len(classes))
    return train_text_net(build(), cuts, classes, checkpoint, epochs, rate)


@torch.no_grad()
def score(model: nn.Module, source: SignalSource, recipe: Recipe, pages: int, seed: int) -> ScaleScore:
    """Score on small pages of a recipe; a class below MIN_PROBABILITY counts as none."""
    drawn = [draw_texts(source, [recipe, recipe], np.random.default_rng([seed, k])) for k in range(pages)]
    cuts, classes = (np.concatenate([one[k] for one in drawn]) for k in (0, 1))
    probabilities = model.eval()(torch.from_numpy(cuts)).softmax(1).numpy()
    read = np.where(probabilities.max(axis=1) >= MIN_PROBABILITY, probabilities.argmax(axis=1), NONE)
    scales = classes != NONE
    right, wrong = read[scales] == classes[scales], (read[scales] != classes[scales]) & (read[scales] != NONE)
    invented = float((read[~scales] != NONE).mean())
    return ScaleScore(float(right.mean()), float(wrong.mean()), invented, int(scales.sum()))


def export(model: nn.Module, path: Path) -> Path:
    """Writes a trained network as ONNX."""
    classes = [*(f"{kind} {value:g}" for kind, value in SCALES), "none"]
    return export_text_net(model, path, NAME, classes, (HEIGHT, WIDTH))


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    return package_network(NAME, path, "which paper speed or gain a printed text tells")
