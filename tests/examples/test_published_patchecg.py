"""The published PatchECG, an example: its size, and that it learns."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from ecgimg.train.patchecg.masks import draw_masks

PATH = Path(__file__).resolve().parents[2] / "examples" / "published_patchecg.py"


@pytest.fixture(scope="module")
def published() -> ModuleType:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("published_patchecg", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_published_size(published: ModuleType) -> None:
    parameters = sum(p.numel() for p in published.PublishedPatchEcg().parameters())
    assert parameters == pytest.approx(21.4e6, rel=0.02)


def test_one_step_learns(published: ModuleType) -> None:
    torch.manual_seed(0)
    model = published.PublishedPatchEcg()
    rng = np.random.default_rng(1)
    signals = torch.from_numpy(rng.normal(0, 0.3, (4, 12, 1000)).astype(np.float32))
    mask = torch.from_numpy(draw_masks(rng, 4, 1000).astype(np.float32))
    targets = torch.eye(4, 23)
    optimizer = torch.optim.Adam(model.parameters(), 1e-4, weight_decay=1e-4)
    losses = []
    for _ in range(2):
        loss = published.focal_loss(model(signals, mask), targets, torch.ones_like(targets))
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[1] < losses[0]


def test_focal_loss_weighs_what_is_nearly_right_less(published: ModuleType) -> None:
    logits, targets = torch.tensor([[0.0, 9.0]]), torch.tensor([[1.0, 0.0]])
    weights = torch.tensor([[1.0, 0.0]])
    assert float(published.focal_loss(logits, targets, weights)) == pytest.approx(np.log(2) / 4, abs=1e-6)
