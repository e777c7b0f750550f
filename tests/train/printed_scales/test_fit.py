"""The network of printed scales learns a batch, and the exported file is the twin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ecgimg.networks.printed_scales import read_texts
from ecgimg.networks.runtime import open_network
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.common.text_patch_net import text_loss
from ecgimg.train.printed_scales.data import NONE, draw_texts
from ecgimg.train.printed_scales.fit import export, score
from ecgimg.train.printed_scales.model import build

TINY = (8, 8, 12, 12)


@pytest.mark.slow
def test_a_batch_is_fit_and_exported(tmp_path: Path) -> None:
    recipe = load_recipe("clean")
    drawn = [draw_texts(Simulated(1), [recipe, recipe], np.random.default_rng(k)) for k in range(6)]
    cuts, classes = (np.concatenate([d[k] for d in drawn]) for k in (0, 1))
    some = np.sort(np.concatenate([np.flatnonzero(classes != NONE), np.flatnonzero(classes == NONE)[:6]]))
    batch = torch.from_numpy(cuts[some]), torch.from_numpy(classes[some])
    torch.manual_seed(0)
    model = build(TINY)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
    first = float(text_loss(model, batch).detach())
    for _ in range(80):
        optimizer.zero_grad()
        loss = text_loss(model, batch)
        torch.autograd.backward(loss)
        optimizer.step()
    assert float(loss.detach()) < 0.3 * first
    network = open_network(export(model, tmp_path / "scales.onnx"))
    assert network.spec["classes"][-1] == "none"
    (logits,) = network.run(cut=cuts[some])
    np.testing.assert_array_equal(logits.argmax(axis=1), classes[some])
    assert set(read_texts(logits[:1])) <= {"speed", "gain"}


def test_an_unsure_network_reads_nothing() -> None:
    torch.manual_seed(0)
    found = score(build(TINY), Simulated(1), load_recipe("clean"), 2, 1)
    assert (found.right, found.wrong, found.invented) == (0, 0, 0)
    assert found.count == 4
