"""Variations of recordings: repeatable, linear where the leads' law must hold, and sharper than 100 Hz allows."""

from __future__ import annotations

import numpy as np

from ecgimg.synth.signals.sources import FS, Simulated
from ecgimg.train.common.varied_signals import Varied, vary


def test_the_same_number_gives_the_same_variation() -> None:
    source = Varied(Simulated(4))
    one, two, other = source.get(7), source.get(7), source.get(8)
    assert np.array_equal(one.mv, two.mv)
    assert not np.array_equal(one.mv, other.mv)
    assert len(source) == len(Simulated(4))
    assert source.name == "simulator"


def test_variations_add_what_records_of_100_hz_lack() -> None:
    """In a quarter of the variations at least half as much again of the power lies above 50 Hz as in the record."""
    t = np.arange(5000) / FS
    beats = np.tile(np.exp(-0.5 * (((t % 0.8) - 0.4) / 0.012) ** 2), (12, 1)).astype(np.float32)
    shares = []
    for seed in range(60):
        power = np.abs(np.fft.rfft(vary(beats, np.random.default_rng(seed)), axis=1)) ** 2
        shares.append(power[:, 500:].sum() / power[:, 5:].sum())
    plain = np.abs(np.fft.rfft(beats, axis=1)) ** 2
    assert np.quantile(shares, 0.75) > 1.5 * plain[:, 500:].sum() / plain[:, 5:].sum()
    assert np.isfinite(shares).all()


def test_unknown_samples_stay_unknown_or_finite() -> None:
    mv = Simulated(1).get(3).mv.copy()
    mv[4] = np.nan
    for seed in range(20):
        varied = vary(mv, np.random.default_rng(seed))
        assert varied.shape == mv.shape
        assert varied.dtype == np.float32
        assert np.isnan(varied[4]).all()
        assert np.isfinite(varied[[0, 11]]).all()
