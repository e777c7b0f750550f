"""Means and medians of figures that may be unknown, bootstrap intervals of scores, and the score of one class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from ecgimg.datamodel.arrays import Doubles
from ecgimg.train.common.classifier_metrics import Interval, interval

N_DRAWS = 1000
"""Draws of a bootstrap."""
UNKNOWN = Interval(float("nan"), float("nan"), float("nan"))
"""The interval of a score of nothing."""


class Keyed(Protocol):
    """The score of one class."""

    @property
    def code(self) -> str:
        """The code of the class."""

    @property
    def group(self) -> str:
        """The group of the class: subclass, superclass, rhythm or screening."""


KeyedScore = TypeVar("KeyedScore", bound=Keyed)


def find_score(scores: Iterable[KeyedScore], code: str, group: str) -> KeyedScore:
    """The score of one class; KeyError where there is none."""
    for score in scores:
        if (score.code, score.group) == (code, group):
            return score
    raise KeyError(f"no score for {code!r} in group {group!r}")


def mean_of_known(values: Sequence[float]) -> float:
    """Mean of the finite values; NaN where there is none."""
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def median_of_known(values: Sequence[float]) -> float:
    """Median of the finite values; NaN where there is none."""
    known = [value for value in values if np.isfinite(value)]
    return float(np.median(known)) if known else float("nan")


def share_interval(is_so: Sequence[bool]) -> Interval:
    """The share of true values with its 95 % Wilson interval; UNKNOWN without a value."""
    if not is_so:
        return UNKNOWN
    result = binomtest(sum(is_so), len(is_so))
    bounds = result.proportion_ci(0.95, method="wilson")
    return Interval(float(result.statistic), float(bounds.low), float(bounds.high))


def drawn_interval(value_and_draws: NDArray[np.floating]) -> Interval:
    """The interval of a score [1 + D]: the score of the sample as it is, then those of D bootstrap draws."""
    return interval(float(value_and_draws[0]), np.asarray(value_and_draws[1:], np.float64))


def page_interval(pages: Doubles, score: Callable[[Doubles], float], n_draws: int = N_DRAWS) -> Interval:
    """A score of the values of N pages, with an interval from a bootstrap over pages; UNKNOWN without a page."""
    if not len(pages):
        return UNKNOWN
    picks = np.random.default_rng(0).integers(len(pages), size=(n_draws, len(pages)))
    return interval(score(pages), np.array([score(pages[pick]) for pick in picks]))
