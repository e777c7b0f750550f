"""Rows in millimetres and their features."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.networks.paper_speed import FAST, FEATURES, STEP_MM, USUAL, describe, load_paper_speed
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.paper_speed.data import COLUMNS, SECONDS, SHORT_SECONDS, draw_rows, gather, most_likely


def test_the_beats_distance_is_in_millimetres() -> None:
    place = np.arange(0, 250, STEP_MM)
    row = np.exp(-0.5 * (((place - 10) % 20 - 10) / 0.6) ** 2).astype(np.float32)
    seen = describe([row, np.full_like(row, np.nan)])
    assert seen is not None
    assert seen.shape == (FEATURES,)
    assert np.exp(seen[0]) == pytest.approx(20, abs=1)
    assert seen[1:].argmax() in (5, 6)  # on both sides of the steepest place


def test_rows_without_beats_have_no_features() -> None:
    flat = np.zeros(1000, np.float32)
    assert describe([flat]) is None
    assert describe([]) is None
    assert describe([np.full(1000, np.nan, np.float32)]) is None
    one = flat.copy()
    one[500:504] = 5.0
    assert describe([one]) is None


def test_rows_are_as_long_as_their_speed_makes_them() -> None:
    mv = Simulated(1).get(3).mv
    for speed, seconds in ((USUAL, {SECONDS}), (FAST, {SECONDS, SHORT_SECONDS})):
        drawn = [draw_rows(mv, speed, np.random.default_rng(k)) for k in range(20)]
        assert {len(rows[0]) * STEP_MM / speed for rows in drawn} == seconds
        assert {12 // len(rows) for rows in drawn} <= set(COLUMNS)


def test_every_recording_is_drawn_at_both_speeds() -> None:
    features, fast = gather(Simulated(1), 10, 1)
    assert features.shape == (len(fast), FEATURES)
    assert fast.mean() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("speed", [12.5, 100.0])
def test_most_pages_are_most_like_their_own_speed(speed: float) -> None:
    found = most_likely(load_paper_speed(), Simulated(1), speed, 12, 1)
    assert len(found) == 12
    assert (found == speed).mean() > 0.8


def test_the_packaged_model_knows_a_usual_heart() -> None:
    model = load_paper_speed()
    mv = Simulated(5).get(5).mv
    slow, fast = (model.log_odds(draw_rows(mv, speed, np.random.default_rng(0))) for speed in (25.0, 50.0))
    assert slow is not None
    assert slow < 0
    assert fast is not None
    assert fast > slow + 4
