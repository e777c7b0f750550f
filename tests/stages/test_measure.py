"""Heart rate and variation of the RR intervals of simulated hearts."""

from __future__ import annotations

import numpy as np
import pytest
from made_reports import masked_recording

from ecgimg.recording.recording import Recording
from ecgimg.stages.measure import MEASURE, find_beats, measure
from ecgimg.synth.signals.simulator import Heart, simulate


@pytest.mark.parametrize("rate", [42.0, 75.0, 130.0])
@pytest.mark.parametrize("layout", [0, 1, 5])
def test_heart_rate(rate: float, layout: int) -> None:
    found, spread = measure(masked_recording(Heart(rate=rate), layout))
    assert found.value == pytest.approx(rate, rel=0.04)
    assert spread.value is not None
    assert spread.value < 6


def test_an_irregular_heart_beats_irregularly() -> None:
    spread = measure(masked_recording(Heart(rhythm="af", rate=95)))[1]
    assert spread.value is not None
    assert spread.value > 10


def test_too_little_gives_a_reason() -> None:
    brief = Recording(masked_recording(Heart(rate=60)).signals[:, :1000], 500.0)
    rate, spread = measure(brief)
    assert (rate.value, spread.value) == (None, None)
    assert "too few" in rate.reason
    empty = Recording(np.full((12, 2500), np.nan, np.float32), 500.0)
    assert measure(empty)[0].value is None
    assert find_beats(empty)[1] == 0


def test_beats_lie_on_the_r_peaks() -> None:
    signals = simulate(Heart(rate=60, noise=0.0, wander=0.0), np.random.default_rng(0), 10.0)
    beats, seconds = find_beats(Recording(signals, 500.0))
    assert seconds == pytest.approx(10, abs=0.01)
    lead = np.abs(signals[1] - np.median(signals[1]))
    for beat in beats:
        first = max(0, round(500 * (beat - 0.2)))
        peak = first + int(np.argmax(lead[first : round(500 * (beat + 0.2))]))
        assert abs(beat - peak / 500) < 0.05


def test_no_two_beats_are_closer_than_the_refractory_period() -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, (12, 5000)).astype(np.float32)
    beats, _ = find_beats(Recording(noise, 500.0))
    assert len(beats) < 2 or np.diff(beats).min() >= MEASURE.refractory_s
