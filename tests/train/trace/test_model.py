"""The trace network decodes like its inference twin."""

from __future__ import annotations

import numpy as np
import torch

from ecgimg.networks.trace import BAND_ROWS, decode
from ecgimg.train.trace.model import soft_place


def test_the_twin_decodes_like_the_package() -> None:
    rng = np.random.default_rng(0)
    logits = torch.from_numpy(rng.normal(0, 3, (1, BAND_ROWS, 64)).astype(np.float32))
    place, _ = decode(logits[0].numpy(), np.zeros(64, np.float32))
    np.testing.assert_allclose(soft_place(logits)[0].numpy(), place, atol=1e-2)
