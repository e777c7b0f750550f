"""The signal network's opinion of a recording, and what it was driven by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgimg.datamodel.leads import LEADS
from ecgimg.recording.recording import Recording
from ecgimg.stages.diagnose import diagnose, recording_quality
from ecgimg.stages.measure import find_beats, measure
from ecgimg.synth.signals.simulator import Heart, simulate
from ecgimg.train.patchecg.masks import layout_mask


def page(heart: Heart, layout: int = 1, seconds: float = 10.0) -> Recording:
    signals = simulate(heart, np.random.default_rng(3), seconds)
    return Recording(np.where(layout_mask(layout, signals.shape[1]), signals, np.float32(np.nan)), 500.0)


def test_an_irregular_heart_without_p_waves_is_told_and_explained() -> None:
    said = diagnose(page(Heart(rhythm="af", rate=95)), threads=1)
    found = {o.key: o for o in said.opinions}
    fibrillation = found["AFIB", "rhythm"]
    assert fibrillation.probability > 0.5
    assert fibrillation.saliency is not None
    assert fibrillation.saliency.shape == (12, len(fibrillation.bounds) - 1)
    assert np.isfinite(fibrillation.saliency[LEADS.index("II")]).all()
    assert np.isnan(fibrillation.saliency[LEADS.index("V6"), :4]).all()
    assert all((o.saliency is not None) == o.positive for o in said.opinions)
    assert said.refusal == ""


@pytest.mark.parametrize("layout", [0, 3, 5])
def test_a_healthy_heart_is_normal_in_every_layout(layout: int) -> None:
    found = {o.key: o for o in diagnose(page(Heart(), layout), threads=1).opinions}
    assert found["NORM", "subclass"].positive
    assert not found["AFIB", "rhythm"].positive


def test_doubtful_traces_and_flat_ones_are_not_judged() -> None:
    made = page(Heart())
    doubtful = replace(made, confidence=(0.3 * np.isfinite(made.signals)).astype(np.float32))
    assert recording_quality(doubtful) == pytest.approx(0.3)
    said = diagnose(doubtful, threads=1)
    assert (said.opinions, "confidence of what was read is 0.30" in said.refusal) == ((), True)
    assert "is 0.65" in diagnose(made, 0.65, threads=1).refusal
    assert diagnose(Recording(np.zeros((12, 5000), np.float32), 500.0), threads=1).refusal == "all leads are flat"
    nothing = diagnose(Recording(np.full((12, 500), np.nan, np.float32), 500.0), threads=1)
    assert nothing.opinions == ()
    assert nothing.refusal


def test_a_long_recording_says_what_is_explained() -> None:
    said = diagnose(page(Heart(), 5, 20.0), threads=1)
    assert any("first 10 s" in text for text in said.warnings)


@pytest.mark.parametrize("rate", [42.0, 75.0, 130.0])
@pytest.mark.parametrize("layout", [0, 1, 5])
def test_heart_rate(rate: float, layout: int) -> None:
    found, spread = measure(page(Heart(rate=rate), layout))
    assert found.value == pytest.approx(rate, rel=0.04)
    assert spread.value is not None
    assert spread.value < 6


def test_an_irregular_heart_beats_irregularly() -> None:
    spread = measure(page(Heart(rhythm="af", rate=95)))[1]
    assert spread.value is not None
    assert spread.value > 10


def test_too_little_gives_a_reason() -> None:
    brief = Recording(page(Heart(rate=60)).signals[:, :1000], 500.0)
    rate, spread = measure(brief)
    assert (rate.value, spread.value) == (None, None)
    assert "too few" in rate.reason
    empty = Recording(np.full((12, 2500), np.nan, np.float32), 500.0)
    assert measure(empty)[0].value is None
    assert find_beats(empty)[1] == 0
