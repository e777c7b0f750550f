"""Sketches: the curves lie in their box, show the rate, and may be mixed of two recordings."""

from __future__ import annotations

import numpy as np
import pytest
from screen_pages import beats, sketches

from ecgimg.networks.screen_input import HEIGHT, WIDTH
from ecgimg.train.screen.sketches import draw_sketch


def test_sketches_are_of_one_recording_or_of_two_mixed_ones() -> None:
    rng = np.random.default_rng(0)
    assert all(sketches().view(0, rng, hard=0.0)[0] == {7: 1.0} for _ in range(8))
    mixed = [shares for shares, _ in (sketches().view(0, rng) for _ in range(24)) if len(shares) == 2]
    assert 4 < len(mixed) < 20
    for shares in mixed:
        assert shares[7] >= 0.5
        assert sum(shares.values()) == pytest.approx(1)


def test_a_sketch_holds_its_curves_where_it_says() -> None:
    inside = []
    for k in range(40):
        view = draw_sketch(beats(), np.random.default_rng(k), 0)
        (x0, y0), (x1, y1) = view.quad.min(axis=0).clip(0), view.quad.max(axis=0)
        ink = view.ink > 60
        box = ink[round(y0) : round(y1) + 1, round(x0) : round(x1) + 1]
        # Traces run through nearly every column of their box.
        inside.append(float(box.any(axis=0).mean()))
        assert view.readable
        assert x1 - x0 > 0.6 * WIDTH or y1 - y0 > 0.6 * HEIGHT
    assert np.mean(inside) > 0.97


def test_sketches_show_the_rate() -> None:
    slow, fast = (
        [draw_sketch(beats(rate, 2.0), np.random.default_rng(k), 0).ink.mean() for k in range(30)]
        for rate in (0.5, 2.0)
    )
    assert np.mean(fast) > 1.3 * np.mean(slow)


def test_the_same_seed_gives_the_same_sketch() -> None:
    first, second = (draw_sketch(beats(), np.random.default_rng(4), 1) for _ in range(2))
    np.testing.assert_array_equal(first.ink, second.ink)
