"""Errors of R peaks, on simulated recordings that are shifted, lower or cut."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.bench.common.beat_errors import beat_errors
from ecgimg.synth.signals.simulator import Heart, simulate


def test_beats_that_come_back_shifted_and_lower() -> None:
    truth = simulate(Heart(noise=0.0, wander=0.0), np.random.default_rng(0))
    same = beat_errors(truth, truth, 500.0)
    assert (same.found, same.ms, same.mv) == pytest.approx((1.0, 0.0, 0.0), abs=1e-6)
    assert same.beats > 100
    late = np.roll(truth, 10, axis=1)
    found = beat_errors(truth, late, 500.0)
    assert found.bias_ms == pytest.approx(20, abs=2)
    lower = beat_errors(truth, 0.8 * truth, 500.0)
    assert lower.ms == 0
    assert lower.mv > 0.1


def test_beats_that_do_not_come_back() -> None:
    truth = simulate(Heart(noise=0.0), np.random.default_rng(0))
    assert beat_errors(truth, np.zeros_like(truth), 500.0).found == 0
    half = truth.copy()
    half[:, 2500:] = np.nan
    assert beat_errors(truth, half[:, :2600], 500.0).found == pytest.approx(0.5, abs=0.1)
    assert beat_errors(np.zeros_like(truth), truth, 500.0).beats == 0
