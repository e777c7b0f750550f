"""Readings of the same leads agree afterwards, misread ones are corrected, and leads without laws stay as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.leads import FROM_I_AND_II, LIMB_LEADS
from ecgimg.stages.assemble.constants import ASSEMBLE
from ecgimg.stages.assemble.lead_laws import Readings, enforce_lead_laws

FS = 500.0
SECONDS = 5.0
NOISE_MM = 0.04
quick = settings(max_examples=20, deadline=None, derandomize=True)
leads_of_limbs = st.integers(0, 5)
seeds = st.integers(0, 1000)


def beats(phase: float) -> Doubles:
    """Heights in mm of a curve with a steep beat every 0.8 s."""
    t = (np.arange(round(SECONDS * FS)) / FS + phase) % 0.8
    waves = ((1.5, 0.2, 0.04), (8, 0.4, 0.015), (3, 0.62, 0.08))
    return np.asarray(sum(height * np.exp(-(((t - at) / width) ** 2)) for height, at, width in waves))


def truth(leads: tuple[str, ...]) -> Doubles:
    two = np.stack([beats(0.0), 0.7 * beats(0.02) - 0.3 * beats(0.3)])
    others = {"V1": -beats(0.01), "V2": beats(0.05)}
    return np.stack([others[n] if n in others else FROM_I_AND_II[LIMB_LEADS.index(n)] @ two for n in leads])


def readings(leads: tuple[str, ...], heights: Doubles, strips: tuple[str, ...] = ()) -> Readings:
    """What was read of some leads, the last of which are strips."""
    noisy = heights + np.random.default_rng(0).normal(0, NOISE_MM, heights.shape)
    is_strip = tuple(k >= len(leads) - len(strips) for k in range(len(leads)))
    sure = np.full(heights.shape, 0.98)
    return Readings(leads, is_strip, noisy, sure, np.ones(heights.shape, bool), np.zeros(heights.shape, bool), FS, 25.0)


def rms(values: Doubles) -> float:
    return float(np.sqrt((values**2).mean()))


def test_the_laws_of_the_test_are_einthovens_and_goldbergers() -> None:
    i, ii, iii, avr, avl, avf = truth(LIMB_LEADS)
    assert np.allclose(i + iii, ii)
    assert np.allclose(avr + avl + avf, 0)
    assert np.allclose(avf, (ii + iii) / 2)


def test_six_limb_leads_are_read_better_together_than_alone() -> None:
    true = truth(LIMB_LEADS)
    read = readings(LIMB_LEADS, true)
    after = enforce_lead_laws(read)
    assert rms(after.heights - true) < 0.75 * rms(read.heights - true)  # 2 of 6 unknown: sqrt(2 / 6) = 0.58
    assert not after.corrected.any()
    assert np.array_equal(after.confidence, read.confidence)


@pytest.mark.parametrize("confidence", [0.3, 0.98])
def test_a_misread_beat_is_corrected_even_where_the_reading_was_sure(confidence: float) -> None:
    true = truth(LIMB_LEADS)
    read = readings(LIMB_LEADS, true)
    wrong = slice(600, 660)
    read.heights[4, wrong] += 6
    read.confidence[4, wrong] = confidence
    after = enforce_lead_laws(read)
    assert np.abs(after.heights[4, wrong] - true[4, wrong]).max() < 1
    assert after.corrected[4, wrong].all()
    assert after.confidence[4, wrong].max() <= ASSEMBLE.corrected_confidence
    assert np.abs(after.heights[0] - true[0]).max() < 1


def test_leads_that_do_not_obey_the_laws_are_left_alone() -> None:
    true = truth(LIMB_LEADS)
    spread = np.exp(-((np.arange(-50, 51) / 12) ** 2))
    for k in range(6):
        true[k] += 0.1 * (k - 2.5) * np.convolve(true[k], spread, "same") / spread.sum() * 4
    read = readings(LIMB_LEADS, true)
    assert np.array_equal(enforce_lead_laws(read).heights, read.heights)


@pytest.mark.parametrize("swapped", [(3, 4), (1, 2), (0, 5)])
def test_leads_that_changed_places_do_not_spoil_the_others(swapped: tuple[int, int]) -> None:
    true = truth(LIMB_LEADS)
    true[list(swapped)] = true[list(reversed(swapped))]
    read = readings(LIMB_LEADS, true)
    assert np.array_equal(enforce_lead_laws(read).heights, read.heights)


def test_too_few_sure_samples_prove_no_law() -> None:
    read = readings(LIMB_LEADS, truth(LIMB_LEADS))
    read.confidence[:] = 0.5
    assert np.array_equal(enforce_lead_laws(read).heights, read.heights)


def test_leads_that_nothing_ties_together_are_left_alone() -> None:
    leads = ("II", "V1", "V2")
    read = readings(leads, truth(leads))
    assert np.array_equal(enforce_lead_laws(read).heights, read.heights)


def test_zero_lines_stay_where_they_are() -> None:
    true = truth(LIMB_LEADS)
    read = readings(LIMB_LEADS, true)
    read.heights[2] += 3
    after = enforce_lead_laws(read)
    assert abs(float(np.median(after.heights[2] - true[2])) - 3) < 0.05
    assert abs(float(np.median(after.heights[0] - true[0]))) < 0.05


def test_unknown_samples_stay_unknown_and_known_ones_known() -> None:
    read = readings(LIMB_LEADS, truth(LIMB_LEADS))
    read.heights[1, 300:500] = np.nan
    read.confidence[1, 300:500] = 0
    after = enforce_lead_laws(read)
    assert np.array_equal(np.isnan(after.heights), np.isnan(read.heights))
    assert not after.corrected[1, 300:500].any()


def test_a_strip_and_its_cell_share_what_they_know() -> None:
    leads = ("V1", "V2", "V1")
    true = truth(leads)
    read = readings(leads, true, strips=("V1",))
    after = enforce_lead_laws(read)
    assert np.allclose(after.heights[0] - after.heights[2], (after.heights[0] - after.heights[2])[0], atol=1e-6)
    assert rms(after.heights[2] - true[2]) < 0.8 * rms(read.heights[2] - true[2])
    assert np.array_equal(after.heights[1], read.heights[1])


@pytest.mark.parametrize("lag", [-8, 12])
def test_a_strip_comes_onto_its_cells_clock(lag: int) -> None:
    leads = ("V1", "V2", "V1")
    true = truth(leads)
    moved = true.copy()
    moved[2] = np.roll(true[2], lag)
    after = enforce_lead_laws(readings(leads, moved, strips=("V1",)))
    inner = slice(20, -20)
    assert np.abs(after.heights[2, inner] - true[2, inner]).max() < 0.5
    assert np.isnan(after.heights[2]).sum() == abs(lag)


def lawful_page(seed: int, seconds: float = 1.2) -> Readings:
    """Six limb leads of two random beats that obey the laws exactly, read surely, each on a baseline of its own."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * FS)) / FS
    waves = [(rng.uniform(-8, 8), rng.uniform(0, seconds), rng.uniform(0.02, 0.1)) for _ in range(12)]
    bumps = np.stack([height * np.exp(-(((t - at) / width) ** 2)) for height, at, width in waves])
    heights = FROM_I_AND_II @ np.stack([bumps[:6].sum(axis=0), bumps[6:].sum(axis=0)]) + rng.uniform(-2, 2, (6, 1))
    sure = np.full(heights.shape, 0.98)
    printed = np.ones(heights.shape, bool)
    return Readings(LIMB_LEADS, (False,) * 6, heights, sure, printed, ~printed, FS, 25.0)


@quick
@given(seeds)
def test_readings_that_obey_the_laws_stay_as_they_are(seed: int) -> None:
    page = lawful_page(seed)
    after = enforce_lead_laws(page)
    np.testing.assert_allclose(after.heights, page.heights, atol=1e-9)
    assert np.array_equal(after.confidence, page.confidence)
    assert not after.corrected.any()


@quick
@given(seeds, leads_of_limbs, st.integers(0, 580), st.floats(1, 8), st.sampled_from([-1, 1]))
def test_a_disturbed_lead_moves_towards_the_law(seed: int, lead: int, first: int, height: float, sign: int) -> None:
    page = lawful_page(seed)
    true, wrong = page.heights.copy(), slice(first, first + 10)  # under 2 % of the samples
    page.heights[lead, wrong] += sign * height
    page.confidence[lead, wrong] = 0.5
    after = enforce_lead_laws(page)
    error = np.abs(after.heights - true)
    assert error[lead, wrong].max() < 0.5 * height
    assert np.delete(error, lead, axis=0)[:, wrong].max() < 0.3 * height
    outside = np.delete(error, np.arange(wrong.start, wrong.stop), axis=1)
    assert outside.max() < 1e-9


@quick
@given(seeds, leads_of_limbs, st.integers(0, 530), st.integers(1, 60))
def test_nan_stays_nan_and_the_other_leads_stay_known(seed: int, lead: int, first: int, length: int) -> None:
    page = lawful_page(seed)
    page.heights[lead, first : first + length] = np.nan
    page.confidence[lead, first : first + length] = 0
    after = enforce_lead_laws(page)
    assert np.array_equal(np.isnan(after.heights), np.isnan(page.heights))
    np.testing.assert_allclose(np.nan_to_num(after.heights), np.nan_to_num(page.heights), atol=1e-3)
    assert not after.corrected[lead, first : first + length].any()


def noisy(page: Readings, seed: int) -> Readings:
    page.heights[:] += np.random.default_rng(seed).normal(0, NOISE_MM, page.heights.shape)
    return page


@quick
@given(seeds, st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(seed: int, order: list[int]) -> None:
    """But for the constants, which are medians of sums of leads: other sums have other medians within the noise."""
    page = noisy(lawful_page(seed), seed)
    page.heights[2, 300:310] += 4
    leads = tuple(page.leads[k] for k in order)
    moved = replace(page, leads=leads, heights=page.heights[order], confidence=page.confidence[order])
    one, other = enforce_lead_laws(page), enforce_lead_laws(moved)
    np.testing.assert_allclose(other.heights, one.heights[order], atol=NOISE_MM / 2)
    assert np.array_equal(other.corrected, one.corrected[order])


@quick
@given(seeds, leads_of_limbs, st.floats(-20, 20))
def test_a_baseline_that_is_moved_moves_its_lead_only(seed: int, lead: int, shift: float) -> None:
    one = enforce_lead_laws(noisy(lawful_page(seed), seed))
    page = noisy(lawful_page(seed), seed)
    page.heights[lead] += shift
    other = enforce_lead_laws(page)
    other.heights[lead] -= shift
    np.testing.assert_allclose(other.heights, one.heights, atol=1e-6)


@quick
@given(seeds, st.floats(0, 1))
def test_confidence_never_rises(seed: int, confidence: float) -> None:
    page = noisy(lawful_page(seed), seed)
    page.heights[1, 200:260] += 5
    page.confidence[1, 200:260] = confidence
    after = enforce_lead_laws(page)
    assert (after.confidence <= page.confidence).all()
    assert (after.confidence[after.corrected] <= ASSEMBLE.corrected_confidence).all()
