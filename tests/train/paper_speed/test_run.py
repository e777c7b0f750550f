"""How beats tell the paper speed: what is looked at, that it is learned, and that it comes back from its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.errors import DependencyError
from ecgimg.networks import paper_speed as net
from ecgimg.networks.paper_speed import FEATURES, STEP_MM, describe, load_paper_speed
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.paper_speed.run import draw_rows, fit, gather, package, write_paper_speed


def test_the_beats_distance_is_in_millimetres() -> None:
    place = np.arange(0, 250, STEP_MM)
    row = np.exp(-0.5 * (((place - 10) % 20 - 10) / 0.6) ** 2).astype(np.float32)
    seen = describe([row, np.full_like(row, np.nan)])
    assert seen is not None
    assert seen.shape == (FEATURES,)
    assert np.exp(seen[0]) == pytest.approx(20, abs=1)
    assert seen[1:].argmax() in (5, 6)  # on both sides of the steepest place


def test_rows_without_beats_tell_nothing() -> None:
    flat = np.zeros(1000, np.float32)
    assert describe([flat]) is None
    assert describe([]) is None
    assert describe([np.full(1000, np.nan, np.float32)]) is None
    one = flat.copy()
    one[500:504] = 5.0
    assert describe([one]) is None


def test_the_fitted_model_tells_other_hearts_speeds() -> None:
    tempo = fit(*gather(Simulated(1), 60, 1))
    seen, fast = gather(Simulated(2), 40, 2)
    odds = tempo.offset + seen @ tempo.weights
    assert ((odds > 0) == fast).mean() > 0.9
    shuffled = fit(seen, np.random.default_rng(0).permutation(fast))
    assert ((shuffled.offset + seen @ shuffled.weights > 0) == fast).mean() < 0.8


def test_the_packaged_model_knows_a_usual_heart() -> None:
    tempo = load_paper_speed()
    mv = Simulated(5).get(5).mv
    slow, fast = (tempo.log_odds(draw_rows(mv, speed, np.random.default_rng(0))) for speed in (25.0, 50.0))
    assert slow is not None
    assert slow < 0
    assert fast is not None
    assert fast > slow + 4


def test_it_comes_back_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tempo = fit(*gather(Simulated(1), 50, 1))
    (tmp_path / "weights").mkdir()
    kept = package(write_paper_speed(tempo, tmp_path / "tempo.json"), tmp_path / "weights")
    monkeypatch.setattr(net, "weight_path", lambda name: kept)
    again = load_paper_speed()
    np.testing.assert_allclose(again.weights, tempo.weights, atol=1e-4)
    assert again.offset == pytest.approx(tempo.offset, abs=1e-4)
    broken = tmp_path / "broken.json"
    broken.write_text('{"weights": [1, 2], "offset": 0}')
    monkeypatch.setattr(net, "weight_path", lambda name: broken)
    with pytest.raises(DependencyError, match="tempo"):
        load_paper_speed()
