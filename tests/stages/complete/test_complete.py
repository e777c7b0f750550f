"""Completion: exact limb leads, unchanged samples, marks on all else, and hostile recordings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Bools, Doubles, Floats
from ecgimg.datamodel.leads import FROM_I_AND_II, LEADS
from ecgimg.recording.recording import Recording
from ecgimg.stages.complete import complete

NO_BEATS = np.zeros(0)
FS = 500.0


def heart(seconds: float = 10.0, fs: float = FS) -> tuple[Recording, Doubles]:
    """A dipole that turns while it beats 75 times a minute, seen in 12 leads; and the times of its beats."""
    time = np.arange(round(seconds * fs)) / fs
    beats = np.arange(0.5, seconds - 0.3, 0.8)
    after = time[:, None] - beats[None]
    waves = [
        np.exp(-(((after - at) / width) ** 2)).sum(axis=1) for at, width in ((-0.16, 0.03), (0, 0.012), (0.3, 0.05))
    ]
    one, two = (np.array(sizes) @ np.array(waves) for sizes in ((0.1, 0.7, 0.2), (0.15, 1.0, 0.3)))
    limbs = np.array(FROM_I_AND_II) @ np.stack([one, two])
    chest = [np.array([0.1, size, 0.2]) @ np.array(waves) for size in (-0.8, -0.4, 0.3, 1.0, 1.2, 1.0)]
    return Recording(np.concatenate([limbs, chest]).astype(np.float32), fs, name="heart"), beats


def hidden(recording: Recording, mask: Bools) -> Recording:
    """The recording with what a mask [12, T] hides unknown."""
    return Recording(np.where(mask, np.float32(np.nan), recording.signals), recording.fs, name=recording.name)


def columns(length: int) -> Bools:
    """What a page of four columns with a strip of II hides [12, length]."""
    mask = np.ones((12, length), bool)
    for k in range(12):
        mask[k, length * (k // 3) // 4 : length * (k // 3 + 1) // 4] = False
    mask[1] = False
    return mask


def correlation(a: Floats, b: Floats) -> float:
    return float(np.corrcoef(a, b)[0, 1])


@pytest.mark.parametrize("seen", [("I", "II"), ("III", "aVR"), ("aVL", "aVF"), ("II", "aVL")])
def test_two_limb_leads_give_the_other_four_exactly(seen: tuple[str, str]) -> None:
    truth, _ = heart()
    mask = np.ones(truth.signals.shape, bool)
    mask[[LEADS.index(lead) for lead in seen]] = False
    found = complete(hidden(truth, mask), NO_BEATS)
    np.testing.assert_allclose(found.signals[:6], truth.signals[:6], atol=2e-6)
    assert (found.confidences[:6] == 1).all()
    assert (found.confidences[6:] < 1).all()


def test_exact_leads_keep_the_levels_of_those_that_they_follow_from() -> None:
    truth, _ = heart()
    shifted = replace(truth, signals=(truth.signals + np.float32(0.3)))
    mask = np.ones(truth.signals.shape, bool)
    mask[:2] = False
    found = complete(hidden(shifted, mask), NO_BEATS)
    np.testing.assert_allclose(found.lead("III"), shifted.lead("II") - shifted.lead("I"), atol=2e-6)


def test_what_was_seen_stays_and_all_else_is_marked() -> None:
    truth, beats = heart()
    mask = columns(truth.signals.shape[1])
    page = hidden(truth, mask)
    found = complete(page, beats)
    np.testing.assert_array_equal(found.signals[~mask], truth.signals[~mask])
    np.testing.assert_array_equal(found.not_recorded, mask)
    assert np.isfinite(found.signals).all()
    np.testing.assert_array_equal(found.seen.signals, page.signals)
    np.testing.assert_array_equal(found.seen.confidences, page.confidences)


def test_limb_leads_obey_their_laws_with_one_of_them_seen() -> None:
    truth, beats = heart()
    page = hidden(truth, columns(truth.signals.shape[1]))
    found = complete(page, beats)
    last = slice(3 * found.signals.shape[1] // 4, None)
    np.testing.assert_allclose(found.lead("I")[last] + found.lead("III")[last], truth.lead("II")[last], atol=2e-6)


def test_a_lead_that_is_seen_on_other_beats_is_generated_as_this_patient_has_it() -> None:
    truth, beats = heart()
    mask = columns(truth.signals.shape[1])
    page = hidden(truth, mask)
    of_many, own = complete(page, NO_BEATS), complete(page, beats)
    for lead in ("V1", "V2", "V3", "V4"):
        k = LEADS.index(lead)
        errors = [np.square(one.signals[k, mask[k]] - truth.signals[k, mask[k]]).mean() for one in (own, of_many)]
        assert errors[0] < 0.5 * errors[1]
        assert correlation(own.signals[k, mask[k]], truth.signals[k, mask[k]]) > 0.9


def test_an_older_completion_is_made_anew() -> None:
    truth, beats = heart()
    once = complete(hidden(truth, columns(truth.signals.shape[1])), beats)
    twice = complete(once, beats)
    np.testing.assert_array_equal(once.signals, twice.signals)
    np.testing.assert_array_equal(once.not_recorded, twice.not_recorded)


def test_leads_beyond_the_twelve_stay_as_they_are() -> None:
    truth, _ = heart()
    signals = np.concatenate([truth.signals, np.full((1, truth.signals.shape[1]), np.nan, np.float32)])
    signals[6:12] = np.nan
    found = complete(Recording(signals, FS, leads=(*LEADS, "V7")), NO_BEATS)
    assert np.isnan(found.lead("V7")).all()
    assert found.not_recorded[6:12].all()


def test_nothing_comes_of_nothing() -> None:
    found = complete(Recording(np.full((12, 5000), np.nan, np.float32), FS), NO_BEATS)
    assert np.isnan(found.signals).all()
    assert not found.not_recorded.any()


@pytest.mark.parametrize("fs", [40.0, 100.0, 257.5, 1000.0])
@pytest.mark.parametrize("length", [1, 3, 999])
@pytest.mark.parametrize("lead", ["II", "V2"])
def test_short_recordings_of_one_lead_at_any_rate(lead: str, length: int, fs: float) -> None:
    signals = np.full((12, length), np.nan, np.float32)
    signals[LEADS.index(lead)] = np.random.default_rng(0).normal(0, 0.5, length)
    found = complete(Recording(signals, fs), np.array([0.0, 5.0]))
    np.testing.assert_array_equal(found.lead(lead), signals[LEADS.index(lead)])
    assert np.isfinite(found.signals[found.not_recorded]).all()
    assert not found.not_recorded[LEADS.index(lead)].any()
    assert np.isfinite(found.lead("V6")).all()


def test_a_gap_within_a_lead_is_bridged_by_the_others() -> None:
    truth, beats = heart()
    mask = np.zeros(truth.signals.shape, bool)
    mask[8, 2000:2300] = True
    found = complete(hidden(truth, mask), beats)
    assert found.generated_stretches == (("V3", 4.0, 4.6),)
    assert np.abs(found.signals - truth.signals).max() < 0.15
