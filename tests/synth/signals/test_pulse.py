"""Simulated pulses show their causes."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.networks.pulse import PHENOTYPES, phenotypes, prepared_pulse
from ecgimg.recording.waveform import Waveform
from ecgimg.synth.signals.pulse import Vessels, draw_vessels, reflection_delay_s, simulate_pulse


def figures(vessels: Vessels) -> dict[str, float]:
    samples = simulate_pulse(vessels, np.random.default_rng(0))
    return dict(zip(PHENOTYPES, phenotypes(prepared_pulse(Waveform(samples, 100.0))[0, 0]), strict=True))


def test_stiff_arteries_reflect_sooner() -> None:
    supple, stiff = figures(Vessels(stiffness=0.1)), figures(Vessels(stiffness=0.5))
    assert stiff["reflection_delay_s"] < supple["reflection_delay_s"] - 0.03
    assert supple["reflection_delay_s"] == pytest.approx(reflection_delay_s(Vessels(stiffness=0.1)), abs=0.04)


def test_narrow_vessels_reflect_more_and_the_rate_is_the_hearts() -> None:
    wide, narrow = figures(Vessels(vasoconstriction=0.1)), figures(Vessels(vasoconstriction=0.9, rate=90))
    assert narrow["reflection_index"] > wide["reflection_index"] + 0.05
    assert narrow["rate_bpm"] == pytest.approx(90, abs=2)


def test_drawn_vessels_make_pulses_without_gaps() -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        samples = simulate_pulse(draw_vessels(rng), rng, seconds=8, fs=125)
        assert samples.shape == (1000,)
        assert np.isfinite(samples).all()
