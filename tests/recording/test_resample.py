"""Another rate: tones stay, what the new rate can't hold is filtered away, and unknown stretches keep their place."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.recording.resample import resample


@pytest.mark.parametrize(("fs", "rate"), [(500.0, 100.0), (257.5, 500.0), (360.0, 250.0), (100.0, 1000.0)])
def test_a_tone_stays_at_its_time(fs: float, rate: float) -> None:
    tone = np.sin(2 * np.pi * 5 * np.arange(round(4 * fs)) / fs)[None].astype(np.float32)
    found = resample(tone, fs, rate)
    assert found.shape == (1, round(4 * rate))
    inner = slice(round(0.5 * rate), round(3.5 * rate))
    np.testing.assert_allclose(
        found[0, inner], np.sin(2 * np.pi * 5 * np.arange(round(4 * rate)) / rate)[inner], atol=0.02
    )


def test_what_the_new_rate_cannot_hold_is_filtered_away() -> None:
    hum = np.sin(2 * np.pi * 180 * np.arange(2000) / 500)[None].astype(np.float32)
    assert np.abs(resample(hum, 500, 100)[0, 40:-40]).max() < 0.02


def test_unknown_stretches_and_leads_stay_unknown() -> None:
    signals = np.ones((2, 1000), np.float32)
    signals[0, 500:750] = np.nan
    signals[1] = np.nan
    found = resample(signals, 500, 250)
    assert np.flatnonzero(np.isnan(found[0])).tolist() == list(range(250, 375))
    np.testing.assert_allclose(found[0][np.isfinite(found[0])], 1)
    assert np.isnan(found[1]).all()


def test_the_same_rate_changes_nothing() -> None:
    signals = np.random.default_rng(0).normal(size=(2, 50)).astype(np.float32)
    assert resample(signals, 500, 500) is signals


@pytest.mark.parametrize("rate", [100.0, 257.1, 1000.0])
def test_a_single_sample_stays_what_it_is(rate: float) -> None:
    np.testing.assert_allclose(resample(np.full((1, 1), 0.7, np.float32), 500.0, rate), 0.7, atol=1e-6)
