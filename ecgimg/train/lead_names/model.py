"""The network of lead names in torch; its inputs and outputs are described in `ecgimg.networks.lead_names`."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ecgimg.networks.lead_names import CLASSES, HEIGHT, NAMES
from ecgimg.networks.runtime import open_network
from ecgimg.train.common.export import load_exported
from ecgimg.train.common.text_patch_net import TextPatchNet

NONE_NAME = "none"
"""Name of the last class, no lead's name, in the network's file."""


def build() -> TextPatchNet:
    """An untrained network: cut-outs [N, 2, 40, 88] to logits [N, 25]."""
    return TextPatchNet(HEIGHT, CLASSES)


@torch.no_grad()
def build_from(path: Path, example: Tensor) -> TextPatchNet:
    """A network with the weights of an exported one, which may have fewer names; the others start untrained.

    Args:
        path: the ONNX file.
        example: cut-outs, as many as a training batch or more.

    Raises:
        ValueError: the file is of another network, or has a name that is not in `NAMES`.
    """
    classes, ours = open_network(path).spec["classes"], (*NAMES, NONE_NAME)
    unknown = sorted(set(classes) - set(ours))
    if unknown:
        raise ValueError(f"{path} reads {', '.join(unknown)}, which this network does not")
    stored, model = TextPatchNet(HEIGHT, len(classes)), build()
    load_exported(stored, path, example)
    model.body, model.columns = stored.body, stored.columns
    places = [ours.index(name) for name in classes]
    model.head.weight[places], model.head.bias[places] = stored.head.weight, stored.head.bias
    return model
