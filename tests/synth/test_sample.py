from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.arrays import Floats
from ecgimg.synth.recipe import PageRecipe, Recipe
from ecgimg.synth.sample import HIGH_PASS_HZ, lasting, printed, sample_page
from ecgimg.synth.signals.sources import FS, Simulated

SMALL = Recipe(name="small", page=PageRecipe(px_per_mm=(2.2, 2.2)))


def wandering() -> Floats:
    """Leads with an offset, a wander of 0.05 Hz and a wave of 10 Hz; III is II - I."""
    t = np.arange(5000) / FS
    mv = np.stack([np.sin(2 * np.pi * 0.05 * t + k) + 0.3 * np.sin(2 * np.pi * 10 * t) + k for k in range(12)])
    mv[2] = mv[1] - mv[0]
    return mv.astype(np.float32)


def wander(mv: Floats) -> float:
    """The amplitude of what is slower than 0.1 Hz."""
    return float(np.abs(np.fft.rfft(mv[4] - mv[4].mean())[:2]).max() / 2500)


def test_a_printed_signal_is_centred_and_mostly_without_wander() -> None:
    mv = wandering()
    outcomes = [printed(mv, np.random.default_rng(seed)) for seed in range(24)]
    assert all(abs(float(row.mean())) < 0.15 for out in outcomes for row in out)
    assert len({round(wander(out), 2) for out in outcomes}) == len(HIGH_PASS_HZ)
    assert min(wander(out) for out in outcomes) < 0.25 * wander(mv)
    assert max(wander(out) for out in outcomes) == pytest.approx(wander(mv), rel=0.01)


def test_printing_keeps_einthoven_and_gaps() -> None:
    mv = wandering()
    for seed in range(6):
        out = printed(mv, np.random.default_rng(seed))
        np.testing.assert_allclose(out[2], out[1] - out[0], atol=1e-4)
    mv[3], mv[5, 100:300] = np.nan, np.nan
    out = printed(mv, np.random.default_rng(0))
    np.testing.assert_array_equal(np.isnan(out), np.isnan(mv))


def test_a_page_of_a_seed_is_drawn_with_a_record_or_one_at_random() -> None:
    first = sample_page(3, SMALL, Simulated(0), 7)
    assert first.signal.record == "sim0-7"
    assert first.seed == (3,)
    assert sample_page((3,), SMALL, Simulated(0)).signal.record != "sim0-7"
    assert first.wear == ()
    np.testing.assert_array_equal(first.pixels, first.sheet.pixels)


def test_a_sheet_is_never_wider_than_the_recipe_allows() -> None:
    recipe = Recipe(name="wide", page=PageRecipe(px_per_mm=(20.0, 20.0), longest=700, tight=1.0))
    page = sample_page(0, recipe, Simulated(0), 0)
    assert page.sheet.pixels.shape[1] <= 700 * 1.05
    assert page.sheet.px_per_mm < 3


def test_faster_paper_can_show_less_time() -> None:
    kept, shortened = (
        sample_page(
            0, Recipe(name="fast", page=PageRecipe(px_per_mm=(2.2, 2.2), speeds={50: 1}, short=short)), Simulated(0)
        )
        for short in (0.0, 1.0)
    )
    assert kept.layout.seconds == 10.0
    assert shortened.layout.seconds == 5.0


def test_a_recording_is_repeated_without_a_jump() -> None:
    mv = np.cumsum(np.random.default_rng(0).normal(0, 0.01, (12, 1000)), axis=1).astype(np.float32)
    long = lasting(mv, 7.0, fs=250)
    assert long.shape == (12, 1751)
    np.testing.assert_array_equal(long[:, :950], mv[:, :950])
    assert np.abs(np.diff(long, axis=1)).max() < 0.2
    np.testing.assert_array_equal(lasting(mv, 3.0, fs=250), mv)
