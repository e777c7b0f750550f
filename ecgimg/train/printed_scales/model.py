"""The network of printed scales in torch; its inputs and outputs are described in `ecgimg.networks.printed_scales`."""

from __future__ import annotations

from ecgimg.networks.printed_scales import HEIGHT, SCALES
from ecgimg.train.common.text_patch_net import WIDTHS, TextPatchNet


def build(widths: tuple[int, ...] = WIDTHS) -> TextPatchNet:
    """An untrained network: cut-outs [N, 2, 40, 224] to logits [N, K] of the scales and of no scale."""
    return TextPatchNet(HEIGHT, len(SCALES) + 1, widths)
