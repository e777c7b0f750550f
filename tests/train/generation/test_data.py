"""What the generator learns from: leads, heart rates, requests and sentences."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.findings.requests import understand
from ecgimg.networks.generation import CHANNELS, CODES, CONDITIONS, HOP, HOPS, condition
from ecgimg.synth.signals.simulator import Heart, simulate
from ecgimg.train.generation.data import (
    Description,
    GenerationSet,
    ask,
    draw_batch,
    find_beats,
    made_leads,
    rhythm_intervals,
)
from ecgimg.train.generation.sentences import compose

BEATS = tuple(0.5 * k for k in range(1, 20))
KNOWN = Description(("AFIB", "CLBBB"), "female", 70.0, BEATS, "vorhofflimmern linksschenkelblock")


@pytest.mark.parametrize("rate", [45.0, 72.0, 110.0, 160.0])
def test_the_heart_rate_is_found(rate: float) -> None:
    signals = simulate(Heart(rate=rate), np.random.default_rng(1), 10, 100)
    found = Description((), None, None, find_beats(made_leads(signals[None])[0]), "")
    assert found.rate == pytest.approx(rate, rel=0.04)


def test_a_flat_signal_has_no_heart_rate() -> None:
    assert Description((), None, None, find_beats(np.zeros((8, 1000), np.float32)), "").rate is None


def test_intervals_are_stored_by_rhythm_and_not_more_than_needed() -> None:
    slow = Description(("SR",), None, None, (1.0, 2.1, 3.0, 4.0), "")
    stored = rhythm_intervals([KNOWN, *[slow] * 500])
    assert stored["AFIB"] == [[0.5] * 18]
    assert 60 <= len(stored["SR"]) <= 120
    assert stored["SR"][0] == [1.1, 0.9, 1.0]
    assert stored["PACE"] == []


def test_wander_is_taken_off_and_heights_are_bounded() -> None:
    wander = np.sin(2 * np.pi * 0.1 * np.arange(1000) / 100)
    learned = made_leads(np.tile(wander, (1, 12, 1)).astype(np.float32))
    assert np.abs(learned[:, :, 200:-200]).max() < 0.1
    assert made_leads(np.random.default_rng(0).normal(0, 9, (1, 12, 1000))).max() <= 4


def test_requests_ask_for_a_part_of_what_is_known() -> None:
    rng, full = np.random.default_rng(0), condition(KNOWN.codes, KNOWN.sex, KNOWN.age, KNOWN.rate)
    conditions, texts = (np.stack(parts) for parts in zip(*[ask(KNOWN, rng) for _ in range(300)], strict=True))
    assert ((conditions == 0) | (conditions == full)).all()
    asked = conditions.any(axis=1)
    assert 0.55 < asked.mean() < 0.85
    assert 0.5 < texts.any(axis=1).mean() < 0.75
    assert 0.05 < (~asked & ~texts.any(axis=1)).mean() < 0.2
    assert 0.6 < conditions[asked, CODES.index("AFIB")].mean() < 0.95


def test_what_a_sentence_asks_for_is_understood_by_the_command() -> None:
    rng = np.random.default_rng(3)
    for _ in range(60):
        codes = tuple(rng.choice(CODES, 2, replace=False))
        found = understand(compose(codes, 80, "male", 60, rng))
        assert set(found.codes) == set(codes)
        assert found.rate in (None, 80)
        assert (found.sex, found.age) in ((None, None), ("male", 60))


def test_a_batch_has_fresh_noise() -> None:
    data = GenerationSet(np.ones((4, CHANNELS, HOPS), np.float16), (KNOWN,) * 4)
    batch = draw_batch(data, np.array([0, 1, 2, 3, 0]), np.random.default_rng(0))
    assert batch.clean.shape == batch.noise.shape == (5, CHANNELS, HOPS)
    assert batch.condition.shape == (5, CONDITIONS)
    assert float(batch.angle.min()) >= 0
    assert batch.beats.shape == (5, HOP, HOPS)
    assert not bool((batch.noise[0] == batch.noise[4]).all())
