"""Trains the network of lead names, scores and exports it; the command is `ecgimg train lead-names`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.lead_names import HEIGHT, NAME, NAMES, WIDTH, read_names
from ecgimg.networks.runtime import Network
from ecgimg.stages.landmarks.constants import LANDMARKS
from ecgimg.train.common.marked_pages import MarkedPage
from ecgimg.train.common.package import package_network
from ecgimg.train.common.text_patch_net import BATCH, export_text_net, train_text_net
from ecgimg.train.lead_names.data import NONE, all_names, gather
from ecgimg.train.lead_names.model import NONE_NAME, build, build_from

logger = logging.getLogger(__name__)

NEW_RATE = 3e-3
"""Highest learning rate of a new network."""
WARM_RATE = 2e-3
"""Highest learning rate of one that starts from weights."""


@dataclass(frozen=True)
class NameScore:
    """Shares of what is read where a name of the twelve leads, another name, or no name stands; NaN where none does.

    A name counts as read from the probability on from which the digitizer takes it.

    Attributes:
        n_usual: names of the twelve.
        usual_right: share of them read right.
        usual_wrong: share read as another of the twelve.
        n_other: names beyond the twelve.
        other_right: share of them read right.
        other_as_usual: share taken for one of the twelve.
        n_none: places without a name.
        invented: share of them taken for a name.
    """

    n_usual: int
    usual_right: float
    usual_wrong: float
    n_other: int
    other_right: float
    other_as_usual: float
    n_none: int
    invented: float


def train(folder: Path, checkpoint: Path, epochs: int, start: Path | None = None) -> nn.Module:
    """Trains on the cut-outs in a folder of shards, from the weights of an ONNX file if given; the averaged network."""
    cuts, classes = gather(folder)
    logger.info("%d names and places without one", len(classes))
    model, rate = build(), NEW_RATE
    if start is not None:
        example = np.random.default_rng(0).choice(len(cuts), min(4 * BATCH, len(cuts)), replace=False)
        model, rate = build_from(start, torch.from_numpy(cuts[example].astype(np.float32))), WARM_RATE
    return train_text_net(model, cuts, classes, checkpoint, epochs, rate)


def score(network: Network, pages: Sequence[MarkedPage], seed: int = 0) -> NameScore:
    """The score of an exported network on pages."""
    cuts, classes = all_names(pages, np.random.default_rng(seed))
    found = read_names(network.run(cut=cuts)[0])
    read = np.array([_class(name) if sure >= LANDMARKS.min_name_probability else NONE for name, sure in found])
    usual, none = classes < len(LEADS), classes == NONE
    other, as_usual = ~usual & ~none, read < len(LEADS)
    return NameScore(
        n_usual=int(usual.sum()),
        usual_right=_share(read == classes, usual),
        usual_wrong=_share(as_usual & (read != classes), usual),
        n_other=int(other.sum()),
        other_right=_share(read == classes, other),
        other_as_usual=_share(as_usual, other),
        n_none=int(none.sum()),
        invented=_share(read != NONE, none),
    )


def _class(name: str | None) -> int:
    return NONE if name is None else NAMES.index(name)


def _share(is_so: np.ndarray, among: np.ndarray) -> float:
    """Share of the true values among some; NaN of none."""
    return float(is_so[among].mean()) if among.any() else float("nan")


def export(model: nn.Module, path: Path) -> Path:
    """Writes a trained network as ONNX."""
    return export_text_net(model, path, NAME, [*NAMES, NONE_NAME], (HEIGHT, WIDTH))


def package(path: Path) -> Path:
    """Puts an exported network into the package."""
    return package_network(NAME, path, "which lead a printed word names, of the twelve and of others")
