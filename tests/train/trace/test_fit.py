"""A few steps lower the trace network's loss, and the exported file is the twin."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from ecgimg.networks.runtime import open_network
from ecgimg.networks.trace import BAND_ROWS, Spec
from ecgimg.train.common.shards import Shards, to_bytes
from ecgimg.train.trace.data import Crops, epoch, write_shard
from ecgimg.train.trace.fit import export, trace_loss
from ecgimg.train.trace.model import TraceNet

TINY = (8, 8, 8, 8, 8)


def test_onnx_is_the_twin_at_any_width(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = TraceNet(TINY).eval()
    path = export(model, Spec(0.5, ((0.0, 0.0), (1.0, 1.0))), tmp_path / "trace.onnx")
    network = open_network(path, threads=1)
    band = np.random.default_rng(0).normal(0, 1, (2, 3, BAND_ROWS, 96)).astype(np.float32)
    logits, presence = network.run(band=band)
    with torch.no_grad():
        ours = model(torch.from_numpy(band))
    assert logits.shape == (2, BAND_ROWS, 192)
    np.testing.assert_allclose(logits, ours[0].numpy(), atol=0.02)
    np.testing.assert_allclose(presence, ours[1].numpy(), atol=0.02)
    assert Spec.read(network.spec) == Spec(0.5, ((0.0, 0.0), (1.0, 1.0)))


@pytest.mark.slow
def test_a_few_steps_lower_the_loss(tmp_path: Path) -> None:
    torch.manual_seed(0)
    x = np.arange(128)
    rows = np.stack([120 + 30 * np.sin(x / 9 + k) for k in range(8)]).astype(np.float32)
    grid = np.arange(BAND_ROWS)[None, :, None]
    bands = np.exp(-0.5 * (grid - rows[:, None, ::2]) ** 2)[:, None].repeat(2, 1).astype(np.float32)
    write_shard(Crops(to_bytes(bands), rows), tmp_path / "0_00000.npz")
    model = TraceNet(TINY)
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    losses = []
    for batch in islice(epoch(Shards(tmp_path), 0), 30):
        loss = trace_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-3:]) < 0.75 * losses[0]
