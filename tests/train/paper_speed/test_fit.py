"""The paper speed is learned from beats, and the model comes back from its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.errors import DependencyError
from ecgimg.networks import paper_speed as net
from ecgimg.networks.paper_speed import load_paper_speed
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.paper_speed.data import gather
from ecgimg.train.paper_speed.fit import fit, package, write_paper_speed


def test_the_speeds_of_other_recordings_are_distinguished() -> None:
    model = fit(*gather(Simulated(1), 60, 1))
    features, fast = gather(Simulated(2), 40, 2)
    odds = model.offset + features @ model.weights
    assert ((odds > 0) == fast).mean() > 0.9
    shuffled = fit(features, np.random.default_rng(0).permutation(fast))
    assert ((shuffled.offset + features @ shuffled.weights > 0) == fast).mean() < 0.8


def test_it_comes_back_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = fit(*gather(Simulated(1), 50, 1))
    (tmp_path / "weights").mkdir()
    packaged = package(write_paper_speed(model, tmp_path / "tempo.json"), tmp_path / "weights")
    monkeypatch.setattr(net, "weight_path", lambda name: packaged)
    again = load_paper_speed()
    np.testing.assert_allclose(again.weights, model.weights, atol=1e-4)
    assert again.offset == pytest.approx(model.offset, abs=1e-4)
    broken = tmp_path / "broken.json"
    broken.write_text('{"weights": [1, 2], "offset": 0}')
    monkeypatch.setattr(net, "weight_path", lambda name: broken)
    with pytest.raises(DependencyError, match="tempo"):
        load_paper_speed()
