"""Simulated spirograms show their causes."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Doubles
from ecgimg.synth.signals.spirogram import Lung, draw_lung, simulate_spirogram, time_constants_s, vital_capacity_l


def expired(lung: Lung, seed: int = 0) -> Doubles:
    """Litres since the beginning of a spirogram without noise, at 100 Hz."""
    volume = simulate_spirogram(lung, np.random.default_rng(seed), seconds=16)
    return volume[int(np.argmax(volume > 0)) :].astype(np.float64)


def ratio(lung: Lung) -> float:
    """FEV1 / FVC."""
    volume = expired(lung)
    return float(volume[100] / volume[-1])


def test_size_is_that_of_the_reference_equations() -> None:
    lung = Lung(age=50, height=1.80, stop_s=20)
    assert vital_capacity_l(lung) == pytest.approx(5.76 * 1.80 - 0.026 * 50 - 4.34)
    assert expired(lung)[-1] == pytest.approx(vital_capacity_l(lung), rel=0.01)
    assert vital_capacity_l(Lung(restriction=0.3)) == pytest.approx(0.7 * vital_capacity_l(Lung()))
    assert vital_capacity_l(Lung(male=False, height=1.65)) < vital_capacity_l(Lung(height=1.65))


def test_age_narrow_airways_and_an_early_end_move_the_ratio() -> None:
    usual = ratio(Lung(stop_s=20))
    assert 0.8 < usual < 0.95
    assert ratio(Lung(stop_s=20, small_airways=1.0)) < usual - 0.08
    assert ratio(Lung(stop_s=20, large_airways=1.6)) < usual - 0.08
    assert ratio(Lung(stop_s=20, age=80)) < usual < ratio(Lung(stop_s=20, age=40))
    assert ratio(Lung(small_airways=1.0, stop_s=3)) > ratio(Lung(small_airways=1.0, stop_s=20)) + 0.03


def test_the_effort_limits_the_flow_and_a_cough_interrupts_it() -> None:
    peaks = [np.diff(expired(Lung(effort=effort))).max() * 100 for effort in (1.0, 0.5)]
    assert 6 < peaks[0] < 10
    assert peaks[1] < 0.65 * peaks[0]
    coughing, calm = (np.diff(expired(Lung(cough=cough)))[25:110] for cough in (0.8, 0.0))
    assert (coughing / calm).min() < 0.5


def test_narrow_small_airways_slow_a_share_of_the_lung() -> None:
    constants, shares = time_constants_s(Lung(small_airways=1.0, age=25))
    assert shares.sum() == pytest.approx(1)
    quick, slow = constants.reshape(2, -1)
    assert np.median(quick) == pytest.approx(0.3)
    np.testing.assert_allclose(slow, 4 * quick)


def test_drawn_lungs_make_spirograms_without_gaps() -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        samples = simulate_spirogram(draw_lung(rng), rng, seconds=8, fs=50)
        assert samples.shape == (400,)
        assert np.isfinite(samples).all()
        assert np.ptp(samples) > 0.8
