"""The screening network in torch: a timm backbone, activation maps of the findings, a gate, and the page's corners.

Input: picture [B, 1, 448, 640], ink in 0..1. Output: logits [B, 6 + F] of is-ECG, readable, 4 quarter turns and F
findings; quad [B, 8], corners as shares of the frame; maps [B, F, h, w], whose mean plus a bias is a finding's logit
(Zhou et al. 2016, arXiv 1512.04150). Its inference twin is `ecgimg.networks.screen`.

`BACKBONES` are those of the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ecgimg.networks.screen import FIRST
from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.train.common.vision import enable_torchvision


@dataclass(frozen=True)
class Backbone:
    """A timm model and its options.

    With ``patch`` one convolution over squares of that many pixels replaces a residual network's stem. Every pixel of a
    square becomes a channel, so that the stride loses nothing and the costly layers on full resolution are not needed.
    """

    model: str
    options: dict[str, Any] = field(default_factory=dict)
    patch: int = 0


BACKBONES: dict[str, Backbone] = {
    "resnet": Backbone(
        "resnet18", {"layers": (1, 2, 2, 2), "channels": (32, 64, 128, 256), "zero_init_last": False}, patch=4
    ),
    "regnet": Backbone("regnetx_002"),
    "mobilenet": Backbone("mobilenetv4_conv_small_050"),
}
"""Small networks of three families."""


class ScreenModel(nn.Module):
    """A backbone with the heads; ``findings`` is F, ``frame`` the height and width of the input.

    Only the head of the corners (``place`` in checkpoints) depends on the frame; the other weights serve any frame.
    ``page``, once `screen.gate` has fitted it, replaces the gate's first output.
    """

    def __init__(self, backbone: Backbone, findings: int, frame: tuple[int, int] = (HEIGHT, WIDTH)) -> None:
        super().__init__()
        enable_torchvision()
        import timm

        self.frame = frame
        channels = backbone.patch**2 or 1
        body = timm.create_model(backbone.model, in_chans=channels, num_classes=0, global_pool="", **backbone.options)
        self.squares: nn.Module = nn.Identity()
        if backbone.patch:
            self.squares = nn.PixelUnshuffle(backbone.patch)
            body.conv1 = nn.Conv2d(channels, body.conv1.out_channels, 3, padding=1, bias=False)
            body.maxpool = nn.Identity()
        self.body = body
        with torch.no_grad():
            channels, height, width = self.eval().features(torch.zeros(1, 1, *frame)).shape[1:]
        self.train()
        self.maps = nn.Conv2d(channels, findings, 1, bias=False)
        self.bias = nn.Parameter(torch.zeros(findings))
        self.gate = nn.Linear(channels, FIRST)
        self.page: nn.Module | None = None
        corners = nn.Linear(16 * height * width, 8)
        corners.load_state_dict(
            {"weight": torch.zeros(8, 16 * height * width), "bias": torch.tensor([0.0, 0, 1, 0, 1, 1, 0, 1])}
        )
        self.place = nn.Sequential(nn.Conv2d(channels, 16, 1), nn.ReLU(), nn.Flatten(), corners)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Picture to logits, quad and maps, as the module's docstring describes them."""
        features = self.features(picture)
        maps = self.maps(features)
        findings = maps.float().mean((2, 3)) + self.bias
        gate = self.gate(features.mean((2, 3))).float()
        if self.page is not None:
            gate = torch.cat([self.page(pooled(features)), gate[:, 1:]], 1)
        return torch.cat([gate, findings], 1), self.place(features).float(), maps.float()

    def features(self, picture: Tensor) -> Tensor:
        """The last features [B, C, h, w]."""
        features: Tensor = self.body(self.squares(picture).contiguous(memory_format=torch.channels_last))
        return features


def pooled(features: Tensor) -> Tensor:
    """Mean and maximum of each feature [B, 2C], the input of `ScreenModel.page`."""
    return torch.cat([features.mean((2, 3)), features.amax((2, 3))], 1).float()


class Exported(nn.Module):
    """A model with only the chosen findings as outputs, for the packaged file."""

    def __init__(self, model: ScreenModel, columns: list[int]) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("findings", torch.tensor(columns))
        self.register_buffer("columns", torch.tensor([*range(FIRST), *(FIRST + c for c in columns)]))

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The outputs of `ScreenModel`, with fewer findings."""
        logits, quad, maps = self.model(picture)
        return logits[:, self.columns], quad, maps[:, self.findings]
