"""The gain is that of the first way, with a paired interval over recordings."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.bench.waveforms.report import markdown
from ecgimg.bench.waveforms.scores import WaveformScore, score_few

RNG = np.random.default_rng(0)
TRUTH = RNG.random(200) > 0.5


def answers(noise: float, seeds: int = 3) -> np.ndarray:
    return TRUTH + noise * RNG.standard_normal((seeds, len(TRUTH)))


def test_a_better_way_has_an_interval_above_zero_and_an_equal_one_has_not() -> None:
    good = answers(0.5)
    score = score_few(40, TRUTH, {"new": good, "old": answers(2.0), "same": good})
    assert score.ways["new"].value > 0.85
    assert score.gains["old"].low > 0
    assert score.gains["old"].value == pytest.approx(score.ways["new"].value - score.ways["old"].value)
    assert (score.gains["same"].low, score.gains["same"].high) == (0, 0)


def test_the_table_calls_them_simulated() -> None:
    few = score_few(40, TRUTH, {"new": answers(0.5), "old": answers(2.0)})
    text = markdown([WaveformScore("pulses", "Stiff", 200, 800, 3, (few,))])
    assert "### Simulated pulses: Stiff" in text
    assert "| targets | new | old | gain over old |" in text
