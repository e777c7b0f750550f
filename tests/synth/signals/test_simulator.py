from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.synth.signals.simulator import BLOCKS, RHYTHMS, ST_SHIFTS, Heart, draw_heart, simulate, twelve_leads


def beats(heart: Heart, seed: int = 0) -> Floats:
    return simulate(heart, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(8))
def peaks(row: Floats) -> int:
    high = row > 0.5 * np.quantile(row, 0.999)
    return int((np.diff(high.astype(int)) == 1).sum())


@pytest.mark.parametrize("rhythm", RHYTHMS)
@pytest.mark.parametrize("block", BLOCKS)
def test_every_heart_beats_within_reason(rhythm: str, block: str) -> None:
    for st in ST_SHIFTS:
        mv = beats(Heart(rhythm=rhythm, block=block, st=st))
        assert mv.shape == (12, 5000)
        assert np.isfinite(mv).all()
        assert 0.5 < np.abs(mv).max() < 8


def test_rate_voltage_and_axis_do_what_they_say() -> None:
    quiet = Heart(noise=0, wander=0)
    assert abs(peaks(beats(replace(quiet, rate=60))[1]) - 10) <= 1
    assert abs(peaks(beats(replace(quiet, rate=120))[1]) - 20) <= 2
    low, high = (np.ptp(beats(replace(quiet, voltage=v))[8]) for v in (0.4, 1.8))
    assert high > 2.5 * low
    assert beats(replace(quiet, axis=-60))[1].max() < beats(quiet)[1].max()


def test_blocks_widen_the_qrs_and_af_is_irregular() -> None:
    quiet = Heart(noise=0, wander=0, rate=60)
    busy = [float((np.abs(np.gradient(beats(replace(quiet, block=b))[6])) > 0.005).mean()) for b in BLOCKS]
    assert busy[1] > 1.1 * busy[0]
    assert beats(replace(quiet, block="rbbb"))[6].max() > beats(quiet)[6].max() + 0.2

    def spread(heart: Heart) -> float:
        row = beats(heart)[1]
        at = np.flatnonzero(np.diff((row > 0.5 * row.max()).astype(int)) == 1)
        return float(np.diff(at).std() / np.diff(at).mean())

    assert spread(replace(quiet, rhythm="af", rate=80)) > 3 * spread(replace(quiet, rate=80))


def test_st_elevation_is_where_it_belongs() -> None:
    quiet = Heart(noise=0, wander=0)
    change = (beats(replace(quiet, st="inferior")) - beats(quiet)).max(axis=1)
    assert min(change[LEADS.index(lead)] for lead in ("II", "III", "aVF")) > 0.1
    assert change[LEADS.index("aVL")] < 0.1


def test_impossible_hearts_are_refused() -> None:
    with pytest.raises(ValueError, match="no such heart"):
        Heart(rhythm="waltz")
    with pytest.raises(ValueError, match="rate"):
        Heart(rate=0)


@pytest.mark.parametrize(
    ("heart", "description"),
    [
        (Heart(), "sinus rhythm, rate 70"),
        (Heart(rate=50), "sinus bradycardia, rate 50"),
        (Heart(rate=120, block="rbbb"), "sinus tachycardia, rate 120, RBBB"),
        (Heart(rhythm="af", st="inferior"), "atrial fibrillation, rate 70, ST shift inferior"),
        (Heart(voltage=1.8), "sinus rhythm, rate 70, LVH"),
        (Heart(voltage=0.4), "sinus rhythm, rate 70, low voltage"),
    ],
)
def test_a_heart_is_described_in_the_words_of_a_report(heart: Heart, description: str) -> None:
    assert heart.description() == description


def test_hearts_at_random_cover_rhythms_blocks_and_st_shifts() -> None:
    hearts = [draw_heart(np.random.default_rng(k)) for k in range(200)]
    assert {heart.rhythm for heart in hearts} == set(RHYTHMS)
    assert {heart.block for heart in hearts} == set(BLOCKS)
    assert {heart.st for heart in hearts} == set(ST_SHIFTS)
    assert 60 < np.mean([heart.rate for heart in hearts]) < 90


def test_the_length_and_rate_are_those_asked_for() -> None:
    assert simulate(Heart(), np.random.default_rng(0), 4.0, 250.0).shape == (12, 1000)


def test_twelve_leads_follow_from_eight() -> None:
    eight = np.random.default_rng(0).normal(0, 1, (8, 5))
    leads = dict(zip(LEADS, twelve_leads(eight), strict=True))
    np.testing.assert_allclose(leads["III"], eight[1] - eight[0], atol=1e-6)
    np.testing.assert_allclose(leads["aVR"], -(eight[0] + eight[1]) / 2, atol=1e-6)
    np.testing.assert_allclose(leads["V6"], eight[7], atol=1e-6)


def test_a_paced_beat_starts_with_a_spike() -> None:
    quiet = Heart(noise=0, wander=0)
    steepest = [float(np.abs(np.diff(beats(replace(quiet, rhythm=rhythm))[1])).max()) for rhythm in ("sinus", "paced")]
    assert steepest[1] > 3 * steepest[0]
