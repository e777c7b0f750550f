"""Beats of several leads on one clock, and the waves of each beat."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.findings.measurements import BeatRow, LeadBeat, Measurements, Shape, Wave
from ecgimg.networks.delineation import RATE, find_waves
from ecgimg.stages.measure.beat_rows import beat_rows
from ecgimg.stages.measure.beats import assign_waves, beat_times, qrs_evidence
from ecgimg.stages.measure.delineate import LeadWaves, moved
from ecgimg.stages.measure.reasons import has_p


def lead(name: str, start: float, seconds: float, *waves: tuple[int, float, float]) -> LeadWaves:
    """A lead from `start` on with certain waves (class, first and last second of the recording)."""
    length = round(seconds * RATE)
    probabilities = np.zeros((4, length), np.float32)
    probabilities[0] = 1
    for kind, first, last in waves:
        part = slice(max(round((first - start) * RATE), 0), round((last - start) * RATE))
        probabilities[:, part] = 0
        probabilities[kind, part] = 1
    known = np.ones(length, np.bool_)
    waves_found = tuple(moved(wave, start) for wave in find_waves(probabilities, known))
    return LeadWaves(name, start, probabilities, known, waves_found)


def test_columns_without_a_common_lead_have_one_series_of_beats() -> None:
    leads = (
        lead("I", 0.0, 2.5, (2, 0.95, 1.05), (2, 1.95, 2.05)),
        lead("V1", 2.5, 2.5, (2, 2.95, 3.05), (2, 3.95, 4.05)),
    )
    np.testing.assert_allclose(beat_times(leads, 5.0), [1, 2, 3, 4], atol=0.005)


def test_a_lead_that_shows_all_beats_is_the_clock() -> None:
    leads = (
        lead("I", 0.0, 2.5, (2, 0.95, 1.05), (2, 1.95, 2.05)),
        lead("II", 0.0, 5.0, *((2, k - 0.02, k + 0.08) for k in (1, 2, 3, 4))),
    )
    np.testing.assert_allclose(beat_times(leads, 5.0), np.array([1, 2, 3, 4]) + 0.03, atol=0.005)


def test_one_lead_of_many_makes_no_beat_alone() -> None:
    leads = (
        *(lead(name, 0.0, 5.0, (2, 0.95, 1.05)) for name in ("I", "II", "III")),
        lead("V1", 0.0, 5.0, (2, 0.95, 1.05), (2, 3.0, 3.1)),
    )
    np.testing.assert_allclose(beat_times(leads, 5.0), [1], atol=0.005)


def test_waves_that_each_lead_has_elsewhere_are_no_beats() -> None:
    elsewhere = tuple(
        lead(name, 0.0, 6.0, *((2, t + shift, t + shift + 0.08) for t in (0.5, 1.2, 2.4, 3.0, 4.3, 5.1)))
        for name, shift in (("I", 0.0), ("II", 0.02), ("III", 0.3), ("V1", 0.45))
    )
    assert qrs_evidence(elsewhere, np.array([0.55, 1.25])) == pytest.approx(0.5, abs=0.01)
    assert not len(beat_times(elsewhere, 6.0))
    assert len(beat_times(elsewhere[:2], 6.0)) == 6


def test_waves_belong_to_the_beat_that_they_surround() -> None:
    one = lead(
        "II", 0.0, 4.0,
        (1, 0.70, 0.80), (2, 0.95, 1.05), (3, 1.25, 1.40), (1, 1.70, 1.80), (2, 1.95, 2.05), (2, 2.95, 3.05),
    )  # fmt: skip
    first, second, third = assign_waves((one,), beat_times((one,), 4.0))
    assert first.p is not None
    assert first.t is not None
    assert (round(first.p.middle, 2), round(first.t.middle, 2)) == (0.75, 1.32)
    assert second.p is not None
    assert (second.t, third.p, third.t) == (None, None, None)
    assert first.shows_p_time


def test_a_beat_at_the_start_of_a_lead_does_not_show_whether_it_has_a_p_wave() -> None:
    one = lead("II", 0.0, 4.0, (2, 0.15, 0.25), (2, 1.15, 1.25))
    assert [beat.shows_p_time for beat in assign_waves((one,), beat_times((one,), 4.0))] == [False, True]


def made_beats(probability: float, with_p: float) -> list[LeadBeat]:
    wave = Wave(0.8, 0.85, 0.9, probability)
    qrs = Wave(0.95, 1.0, 1.05, 1.0)
    return [LeadBeat("II", k, float(k), qrs, wave if k < 10 * with_p else None, None, Shape()) for k in range(10)]


def test_an_irregular_rhythm_needs_more_evidence_of_p_waves() -> None:
    regular, irregular = np.arange(10.0), np.cumsum([1, 0.7, 1.2, 0.8, 1.3, 0.6, 1.0, 1.2, 0.7, 1.1])
    assert has_p(made_beats(0.9, 1.0), irregular)
    assert has_p(made_beats(0.7, 0.3), regular)
    assert not has_p(made_beats(0.7, 0.3), irregular)
    assert not has_p(made_beats(0.7, 0.0), regular)


def test_a_beat_has_the_columns_of_meeti() -> None:
    beats = tuple(
        LeadBeat(
            "II", k, t, Wave(t - 0.05, t, t + 0.05, 1.0), Wave(t - 0.2, t - 0.15, t - 0.1, 1.0),
            Wave(t + 0.2, t + 0.3, t + 0.35, 1.0), Shape(p=0.1, r=1.0, s=-0.2, t=0.3, st=(0.0, 0.02, 0.03, 0.04)),
        )
        for k, t in enumerate((1.0, 1.8))
    )  # fmt: skip
    first, second = beat_rows(Measurements((), (1.0, 1.8), beats))
    assert (first.HR, first.RR1, first.QTc) == (None, None, None)
    assert first.RR2 == second.RR1 == pytest.approx(800)
    assert second == BeatRow(
        "II", 1, pytest.approx(75), pytest.approx(800), None, 0.1, pytest.approx(100), pytest.approx(150),
        pytest.approx(1.2), pytest.approx(100), 0.3, pytest.approx(150), pytest.approx(150), "horizontal",
        pytest.approx(400), pytest.approx(400 / 0.8**0.5),
    )  # fmt: skip
