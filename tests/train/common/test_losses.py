"""Losses."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ecgimg.train.common.losses import weighted_bce


def test_weights_leave_targets_out() -> None:
    logits, targets = torch.tensor([[0.0, 9.0]]), torch.tensor([[1.0, 0.0]])
    weights = torch.tensor([[1.0, 0.0]])
    assert float(weighted_bce(logits, targets, weights)) == pytest.approx(np.log(2), abs=1e-6)
