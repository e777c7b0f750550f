"""What makes features of an input: PatchECG, the image network, ECGFounder, or a new small network."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from ecgimg.datamodel.leads import LEADS
from ecgimg.networks.finetuned import ModelInput
from ecgimg.networks.manifest import weight_path
from ecgimg.networks.pulse import PHENOTYPES
from ecgimg.networks.spirogram import RATE as SPIROGRAM_RATE
from ecgimg.train.common.export import load_exported
from ecgimg.train.common.ptbxl_targets import TARGETS
from ecgimg.train.finetune.net1d import FOUNDER, FOUNDER_OUTPUTS, SMALL, Net1d, founder_path, load_founder
from ecgimg.train.finetune.recipe import Encoder
from ecgimg.train.finetune.spirograms import SpirogramEncoder
from ecgimg.train.finetune.waveforms import PulseEncoder
from ecgimg.train.patchecg.masks import draw_masks
from ecgimg.train.patchecg.model import PatchConfig, PatchEcg, centre

PATCH_LENGTH = 1000
SETTLING = 64
"""Inputs from which batch norms that were folded get their statistics back."""


class EncoderNet(Protocol):
    """A network with a number of features; its input is signals and mask, or a picture.

    `is_pretrained` is whether features mean something before the network is trained for a target.
    """

    width: int
    is_pretrained: bool

    def __call__(self, *inputs: Tensor) -> Tensor:
        """Inputs of `ecgimg.networks.finetuned` to features [B, width]."""
        ...


class PatchEncoder(nn.Module):
    """PatchECG up to its head."""

    is_pretrained = True

    def __init__(self, net: PatchEcg) -> None:
        super().__init__()
        self.net = net
        self.width = net.head.in_features

    def forward(self, signals: Tensor, mask: Tensor) -> Tensor:
        """[B, 12, 1000] each to features."""
        return self.net.features(signals, mask).float()


class FounderEncoder(nn.Module):
    """ECGFounder up to its last layer; the z-score is over all observed samples of a recording."""

    is_pretrained = True

    def __init__(self, net: Net1d) -> None:
        super().__init__()
        self.net = net
        self.width = net.dense.in_features

    def forward(self, signals: Tensor, mask: Tensor) -> Tensor:
        """[B, L, 5000] each to features."""
        return self.net.features(z_scored(signals, mask)).float()


class ScratchEncoder(nn.Module):
    """A small Net1D that sees the leads and their masks, each lead less its mean."""

    is_pretrained = False

    def __init__(self, leads: int) -> None:
        super().__init__()
        self.net = Net1d(2 * leads, SMALL, 1)
        self.width = self.net.dense.in_features

    def forward(self, signals: Tensor, mask: Tensor) -> Tensor:
        """[B, L, 1000] each to features."""
        return self.net.features(torch.cat([centre(signals, mask), mask], 1)).float()


class ImageEncoder(nn.Module):
    """The body of the image network: mean and maximum of its last features."""

    is_pretrained = True

    def __init__(self, body: nn.Module, squares: nn.Module, channels: int) -> None:
        super().__init__()
        self.body, self.squares = body, squares
        self.width = 2 * channels

    def forward(self, picture: Tensor) -> Tensor:
        """[B, 1, 448, 640] to features."""
        found = self.body(self.squares(picture))
        return torch.cat([found.mean((2, 3)), found.amax((2, 3))], 1).float()


def input_of(
    encoder: Encoder, leads: tuple[str, ...], covariates: tuple[str, ...] = (), litres: float = 1.0
) -> ModelInput:
    """What an encoder takes: `leads`, or its channel; one of spirograms has covariates and litres of a unit too."""
    if encoder == "image":
        return ModelInput("picture", leads=leads)
    if encoder == "pg-ssl":
        return ModelInput("pulse", rows=("pulse",), leads=leads, facts=PHENOTYPES)
    if encoder == "slse":
        return ModelInput("spirogram", SPIROGRAM_RATE, ("volume",), leads, facts=covariates, litres=litres)
    if encoder == "ecgfounder":
        return ModelInput(rate=500, rows=leads, leads=leads, band=True)
    return ModelInput(rows=leads if encoder == "scratch" else LEADS, leads=leads)


def build_encoder(encoder: Encoder, leads: int, checkpoint: Path | None, covariates: int = 0) -> nn.Module:
    """An encoder with its weights; one from scratch or of waveforms has random ones.

    Raises:
        DependencyError: weights are missing.
        UnreadableInputError: a checkpoint is none of ECGFounder.
    """
    if encoder == "scratch":
        return ScratchEncoder(leads)
    if encoder == "pg-ssl":
        return PulseEncoder(len(PHENOTYPES))
    if encoder == "slse":
        return SpirogramEncoder(covariates)
    if encoder == "ecgfounder":
        return FounderEncoder(load_founder(founder_path(checkpoint), leads))
    return _packaged_image() if encoder == "image" else PatchEncoder(packaged_patchecg())


def random_founder(leads: int) -> FounderEncoder:
    """ECGFounder with random weights, for tests."""
    return FounderEncoder(Net1d(leads, FOUNDER, FOUNDER_OUTPUTS))


def packaged_patchecg() -> PatchEcg:
    """PatchECG with the weights of the packaged network, ready to go on training."""
    net = PatchEcg(PatchConfig(len(TARGETS))).eval()
    rng = np.random.default_rng(0)
    signals = torch.from_numpy(rng.normal(0, 0.3, (SETTLING, 12, PATCH_LENGTH)).astype(np.float32).cumsum(-1) * 0.1)
    mask = torch.from_numpy(draw_masks(rng, SETTLING, PATCH_LENGTH)).float()
    load_exported(net, weight_path("patchecg"), signals, mask, prefix="members.0.")
    return net


def z_scored(signals: Tensor, mask: Tensor) -> Tensor:
    """Signals with mean 0 and deviation 1 over the observed samples of each record [B, L, T]; 0 elsewhere."""
    count = mask.sum((1, 2), keepdim=True).clamp_min(1)
    mean = (signals * mask).sum((1, 2), keepdim=True) / count
    centred = (signals - mean) * mask
    return centred / (centred.square().sum((1, 2), keepdim=True) / count).sqrt().clamp_min(1e-6)


def _packaged_image() -> ImageEncoder:
    from ecgimg.networks.screen_input import HEIGHT, WIDTH
    from ecgimg.train.screen.model import BACKBONES, ScreenModel

    model = ScreenModel(BACKBONES["resnet"], 1).eval()
    with torch.no_grad():
        channels = model.features(torch.zeros(1, 1, HEIGHT, WIDTH)).shape[1]
    squares = nn.PixelUnshuffle(BACKBONES["resnet"].patch)
    example = squares(torch.rand(4, 1, HEIGHT, WIDTH))
    load_exported(model.body, weight_path("screen"), example, prefix="model.body.")
    return ImageEncoder(model.body, squares, channels)
