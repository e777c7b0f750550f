"""The residual network in torch; inputs and outputs are described in `ecgimg.networks.completion_residual`.

    leads [B, 36, T] at 100 Hz
      -> patches of 8 samples, 192 features
      -> residual blocks of growing dilation: the whole network sees 2 s to each side
      -> means and logarithms of the variances of 32 latent variables a patch
      -> residual blocks back, 64 numbers a patch: 8 leads of 8 samples, zero before training

Convolutions are written with two axes, the first of length 1, as `train.common.export` folds their batch norms.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecgimg.networks.completion import INDEPENDENT
from ecgimg.networks.completion_residual import STRIDE

INPUTS = 36
WIDTH = 192
LATENT = 32
KERNEL = 5
ENCODER_DILATIONS = (1, 2, 4, 1)
DECODER_DILATIONS = (1, 2, 1)


class Block(nn.Module):
    """A residual block: convolution, batch norm, ReLU, 1 x 1 convolution, added to its input."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(WIDTH, WIDTH, (1, KERNEL), 1, (0, dilation * (KERNEL // 2)), (1, dilation), bias=False),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(inplace=True),
        )

    def forward(self, features: Tensor) -> Tensor:
        """[B, WIDTH, 1, P] to the same shape."""
        out: Tensor = features + self.body(features)
        return out


class CompletionResidual(nn.Module):
    """The autoencoder; `forward` decodes the means, `encode` and `decode` are for training."""

    def __init__(self) -> None:
        super().__init__()
        outputs = len(INDEPENDENT) * STRIDE
        self.stem = nn.Sequential(
            nn.Conv2d(INPUTS, WIDTH, (1, STRIDE), (1, STRIDE), bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU(inplace=True)
        )
        self.encoder = nn.Sequential(*(Block(dilation) for dilation in ENCODER_DILATIONS))
        self.latent = nn.Conv2d(WIDTH, 2 * LATENT, (1, 1))
        self.widen = nn.Conv2d(LATENT, WIDTH, (1, 1))
        self.decoder = nn.Sequential(*(Block(dilation) for dilation in DECODER_DILATIONS))
        self.head = nn.Conv2d(WIDTH, outputs, (1, 1))
        nn.init.zeros_(self.head.weight)
        assert self.head.bias is not None
        nn.init.zeros_(self.head.bias)

    def encode(self, leads: Tensor) -> tuple[Tensor, Tensor]:
        """[B, 36, T] to the means and the logarithms of the variances of the latent variables [B, LATENT, 1, T / 8]."""
        mean, log_variance = self.latent(self.encoder(self.stem(leads[:, :, None]))).chunk(2, 1)
        return mean, log_variance

    def decode(self, latent: Tensor) -> Tensor:
        """Latent variables to the residual [B, 8, T]."""
        patches = self.head(self.decoder(self.widen(latent)))[:, :, 0]
        leads = patches.unflatten(1, (len(INDEPENDENT), STRIDE))
        return torch.flatten(leads.transpose(2, 3), 2)

    def forward(self, leads: Tensor) -> Tensor:
        """[B, 36, T] to [B, 8, T]; T is a multiple of 8."""
        return self.decode(self.encode(leads)[0])
