"""Means of figures that may be unknown, and bootstrap intervals."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.bench.common.statistics import drawn_interval, mean_of_known, median_of_known, page_interval

NAN = float("nan")


def test_unknown_figures_do_not_count() -> None:
    assert mean_of_known([1.0, NAN, 3.0, np.inf]) == 2
    assert median_of_known([1.0, NAN, 2.0, 9.0]) == 2
    assert np.isnan(mean_of_known([]))
    assert np.isnan(median_of_known([NAN]))


def test_the_first_value_is_the_score_and_the_others_are_draws() -> None:
    found = drawn_interval(np.concatenate([[0.7], np.linspace(0, 1, 101)]))
    assert (found.value, found.low, found.high) == pytest.approx((0.7, 0.025, 0.975))


def test_an_interval_over_pages_covers_the_mean_and_narrows_with_pages() -> None:
    rng = np.random.default_rng(0)
    few, many = (page_interval(rng.normal(5, 1, count), lambda v: float(v.mean()), 200) for count in (20, 500))
    assert few.low < 5 < few.high
    assert many.high - many.low < (few.high - few.low) / 2
    assert np.isnan(page_interval(np.zeros(0), lambda v: float(v.mean())).value)
