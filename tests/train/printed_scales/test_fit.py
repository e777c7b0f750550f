"""Cut-outs show the texts that their classes name, and the scale reader learns them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ecgimg.networks.printed_scales import HEIGHT, SCALES, WIDTH, read_texts
from ecgimg.networks.runtime import open_network
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.common.text_patch_net import TextPatchNet, text_loss
from ecgimg.train.printed_scales.fit import NONE, draw_texts, export

TINY = (8, 8, 12, 12)


def test_every_page_shows_its_speed_and_gain() -> None:
    recipe = load_recipe("clean")
    for k in range(3):
        cuts, classes = draw_texts(Simulated(1), [recipe, recipe], np.random.default_rng(k))
        assert cuts.shape == (len(classes), 2, HEIGHT, WIDTH)
        told = [SCALES[c][0] for c in classes if c != NONE]
        assert sorted(told) == ["gain", "speed"]
        middle = cuts[classes != NONE][:, 0, HEIGHT // 4 : -HEIGHT // 4, WIDTH // 4 : -WIDTH // 4]
        assert (middle.max(axis=(1, 2)) > 0.5).all()


def test_a_batch_is_fit_and_exported(tmp_path: Path) -> None:
    recipe = load_recipe("clean")
    drawn = [draw_texts(Simulated(1), [recipe, recipe], np.random.default_rng(k)) for k in range(6)]
    cuts, classes = (np.concatenate([d[k] for d in drawn]) for k in (0, 1))
    some = np.sort(np.concatenate([np.flatnonzero(classes != NONE), np.flatnonzero(classes == NONE)[:6]]))
    batch = torch.from_numpy(cuts[some]), torch.from_numpy(classes[some])
    torch.manual_seed(0)
    model = TextPatchNet(HEIGHT, NONE + 1, TINY)
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
