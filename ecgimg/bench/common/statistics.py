"""Means and medians of figures that may be unknown, and bootstrap intervals of scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles
from ecgimg.train.common.classifier_metrics import Interval, interval

N_DRAWS = 1000
"""Draws of a bootstrap."""
UNKNOWN = Interval(float("nan"), float("nan"), float("nan"))
"""The interval of a score of nothing."""


def mean_of_known(values: Sequence[float]) -> float:
    """Mean of the finite values; NaN where there is none."""
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def median_of_known(values: Sequence[float]) -> float:
    """Median of the finite values; NaN where there is none."""
    known = [value for value in values if np.isfinite(value)]
    return float(np.median(known)) if known else float("nan")


def drawn_interval(value_and_draws: NDArray[np.floating]) -> Interval:
    """The interval of a score [1 + D]: the score of the sample as it is, then those of D bootstrap draws."""
    return interval(float(value_and_draws[0]), np.asarray(value_and_draws[1:], np.float64))


def page_interval(pages: Doubles, score: Callable[[Doubles], float], n_draws: int = N_DRAWS) -> Interval:
    """A score of the values of N pages, with an interval from a bootstrap over pages; UNKNOWN without a page."""
    if not len(pages):
        return UNKNOWN
    picks = np.random.default_rng(0).integers(len(pages), size=(n_draws, len(pages)))
    return interval(score(pages), np.array([score(pages[pick]) for pick in picks]))
