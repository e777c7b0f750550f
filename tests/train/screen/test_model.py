"""The backbones of the screening network."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ecgimg.networks.screen import FIRST
from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.train.screen.model import BACKBONES, ScreenModel


@pytest.mark.parametrize("name", BACKBONES)
def test_every_backbone_is_built(name: str) -> None:
    model = ScreenModel(BACKBONES[name], 3)
    logits, quad, maps = model(torch.zeros(2, 1, HEIGHT, WIDTH))
    assert logits.shape == (2, FIRST + 3)
    assert quad.detach().numpy() == pytest.approx(np.tile([0, 0, 1, 0, 1, 1, 0, 1], (2, 1)), abs=1e-5)
    assert maps.shape[:2] == (2, 3)
