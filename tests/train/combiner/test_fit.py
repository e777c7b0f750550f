"""The combiner: what it learns, that either network may be missing, and that it comes back from its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.datamodel.probability import sigmoid
from ecgimg.errors import DependencyError
from ecgimg.networks import combiner as net
from ecgimg.networks.combiner import design, load_combiner, log_odds
from ecgimg.networks.patchecg import load_patchecg
from ecgimg.train.combiner.data import CombinerData
from ecgimg.train.combiner.fit import (
    apply_combiner,
    cross_fitted_combiner,
    fit_combiner,
    package,
    write_combiner,
)

KEYS = (("A", "rhythm"), ("B", "rhythm"))


def pages(count: int = 1500, seed: int = 0) -> CombinerData:
    """A signal that is good where the page is, and an image that is always middling; some of each are missing."""
    rng = np.random.default_rng(seed)
    labels = rng.random((count, 2)) < 0.3
    quality = rng.uniform(0.6, 1.0, count)
    sharp = np.where(quality[:, None] > 0.8, 3.0, 0.3)
    signal = (labels - 0.5) * 2 * sharp + rng.normal(0, 1, labels.shape)
    image = (labels - 0.5) * 2.5 + rng.normal(0, 1, labels.shape)
    signal[rng.random(count) < 0.1] = np.nan
    return CombinerData(KEYS, signal, image, quality, labels, np.ones_like(labels))


def area(scores: np.ndarray, labels: np.ndarray) -> float:
    high, low = scores[labels], scores[~labels]
    return float((high[:, None] > low[None]).mean())


def test_together_is_better_than_either_alone() -> None:
    data = pages()
    together = cross_fitted_combiner(data, np.arange(len(data.labels)) % 5)
    read = np.isfinite(data.signal[:, 0])
    labels = data.labels[:, 0]
    assert np.isfinite(together).all()
    best = max(area(data.signal[read, 0], labels[read]), area(data.image[read, 0], labels[read]))
    assert area(together[read, 0], labels[read]) > best + 0.01
    assert area(together[:, 0], labels) > area(data.image[:, 0], labels)


def test_probabilities_are_calibrated_with_either_missing() -> None:
    train, test = pages(3000), pages(3000, 1)
    fitted = fit_combiner(train)
    for drop in ("signal", "image", ""):
        views = {"signal": test.signal.copy(), "image": test.image.copy()}
        if drop:
            views[drop][:] = np.nan
        shown = CombinerData(KEYS, views["signal"], views["image"], test.quality, test.labels, test.known)
        odds = apply_combiner(fitted, shown)
        answered = np.isfinite(odds)
        assert sigmoid(odds[answered]).mean() == pytest.approx(test.labels[answered].mean(), abs=0.03)


def test_terms_of_the_model() -> None:
    missing = np.nan
    terms = design(np.array([1.0, 1.0, missing, missing]), np.array([2.0, missing, 2.0, missing]), np.full(4, 0.1))
    assert terms[0] == pytest.approx([1, 1, 2, 0.1, 0, 0, 0, 0, 0])
    assert terms[1] == pytest.approx([0, 0, 0, 0, 1, 1, 0.1, 0, 0])
    assert terms[2] == pytest.approx([0, 0, 0, 0, 0, 0, 0, 1, 2])
    assert not terms[3].any()
    assert log_odds(np.float64(0.0)) == -net.LOG_ODDS


def test_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pages(400)
    fitted = fit_combiner(data)
    (tmp_path / "weights").mkdir()
    path = package(write_combiner(fitted, tmp_path / "out/combiner.json", ["a test"]), tmp_path / "weights")
    assert path == tmp_path / "weights/combiner.json"
    monkeypatch.setattr(net, "weight_path", lambda name: path)
    loaded = load_combiner()
    odds = apply_combiner(fitted, data)[5]
    either = [float(sigmoid(v)) for v in (data.signal[5, 0], data.image[5, 0])]
    together = loaded.probability(KEYS[0], *either, float(data.quality[5]))
    assert together == pytest.approx(float(sigmoid(odds[0])), abs=1e-3)
    with pytest.raises(ValueError, match="neither"):
        loaded.probability(KEYS[0], None, None, 0.9)
    broken = write_combiner(fitted, tmp_path / "broken.json", ["a test"])
    broken.write_text(broken.read_text().replace("quality_centre", "centre"))
    monkeypatch.setattr(net, "weight_path", lambda name: broken)
    with pytest.raises(DependencyError, match="combiner"):
        load_combiner()


def test_the_packaged_one_knows_every_output_of_the_signal_network() -> None:
    assert set(load_combiner().weights) == {(o.code, o.group) for o in load_patchecg(1).outputs}
