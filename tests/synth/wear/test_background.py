from __future__ import annotations

import numpy as np
import pytest

from ecgimg.synth.wear import background as module
from ecgimg.synth.wear.background import KINDS, WOODS, background


@pytest.mark.parametrize("kind", sorted(set(KINDS)))
def test_every_surface_has_the_size_of_the_photo_and_structure(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KINDS", (kind,))
    for seed in range(3):
        surface = background(np.random.default_rng(seed), 61, 83)
        assert surface.shape == (61, 83, 3)
        assert surface.dtype == np.float32
        assert float(surface.std()) > 0.5
        np.testing.assert_array_equal(surface, background(np.random.default_rng(seed), 61, 83))


def test_a_dark_surface_is_darker_than_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = {}
    for kind in ("dark", "paper"):
        monkeypatch.setattr(module, "KINDS", (kind,))
        levels[kind] = np.mean([background(np.random.default_rng(k), 40, 40).mean() for k in range(5)])
    assert levels["dark"] < 80 < 200 < levels["paper"]


def test_wood_has_the_colour_of_a_wood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KINDS", ("wood",))
    colours = np.array([colour for colour, _ in WOODS])
    for seed in range(4):
        mean = background(np.random.default_rng(seed), 120, 120).mean(axis=(0, 1))
        assert float(np.abs(colours - mean).max(axis=1).min()) < 25
