"""The network of printed texts: batches of an epoch, and the size of its output."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ecgimg.train.common import text_patch_net
from ecgimg.train.common.text_patch_net import BATCH, EPOCH_STEPS, TextPatchNet, batches, train_text_net


def texts(count: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Cut-outs of a bar at the left or at the right, and which it is."""
    classes = np.arange(count) % 2
    cuts = np.zeros((count, 2, 16, 24), np.float16)
    for cut, side in zip(cuts, classes, strict=True):
        cut[:, 4:12, 4 + 12 * side : 7 + 12 * side] = 1
    return cuts, classes


def test_an_epoch_is_repeatable_and_each_is_another() -> None:
    cuts, classes = texts()
    first, again, other = (next(iter(batches(cuts, classes, seed))) for seed in (0, 0, 1))
    torch.testing.assert_close(first[0], again[0], rtol=0, atol=0)
    assert first[0].shape == (BATCH, 2, 16, 24)
    assert not torch.equal(first[0], other[0])
    assert sum(1 for _ in batches(cuts, classes, 0)) == EPOCH_STEPS


def test_any_width_gives_the_same_logits_number() -> None:
    model = TextPatchNet(16, 5, (4, 4, 4, 4)).eval()
    assert model(torch.zeros(2, 2, 16, 24)).shape == model(torch.zeros(2, 2, 16, 48)).shape == (2, 5)


@pytest.mark.slow
def test_classes_are_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_patch_net, "EPOCH_STEPS", 20)
    torch.manual_seed(0)
    cuts, classes = texts()
    # Place tells the class here, which mean and maximum lose; contrast does not.
    cuts[classes == 1] *= np.float16(0.3)
    model = train_text_net(TextPatchNet(16, 2, (4, 4, 8, 8)), cuts, classes, tmp_path / "net.pt", 3, 1e-2)
    with torch.no_grad():
        read = model(torch.from_numpy(cuts.astype(np.float32))).argmax(1).numpy()
    assert (read == classes).mean() > 0.9
