"""The network of lead names in torch; its inputs and outputs are described in `ecgimg.networks.lead_names`."""

from __future__ import annotations

from ecgimg.networks.lead_names import CLASSES, HEIGHT
from ecgimg.train.common.text_patch_net import TextPatchNet


def build() -> TextPatchNet:
    """An untrained network: cut-outs [N, 2, 40, 88] to logits [N, 13]."""
    return TextPatchNet(HEIGHT, CLASSES)
