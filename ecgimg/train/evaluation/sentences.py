"""The answers of an evaluation in sentences, and how its figures are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ecgimg.train.common.classifier_metrics import Interval
from ecgimg.train.evaluation.decision import useful_range
from ecgimg.train.evaluation.result import Score, Stratum, TargetEvaluation
from ecgimg.train.evaluation.settings import EvaluationSettings

DASH = "\u2013"
NARROW = "\u202f"
"""A space that does not break, between a number and its sign."""


def number(value: float | None) -> str:
    """A figure with 3 decimals below 10, fewer above; a dash where it is not known."""
    if value is None or np.isnan(value):
        return DASH
    if np.isinf(value):
        return "infinite"
    decimals = 3 if abs(value) < 10 else 1 if abs(value) < 1000 else 0
    return f"{value:.{decimals}f}"


def percent(value: float | None) -> str:
    """A share in percent with one decimal; a dash where it is not known."""
    return DASH if value is None or np.isnan(value) else f"{100 * value:.1f}{NARROW}%"


def whole_percent(value: float) -> str:
    """A preset share in whole percent."""
    return f"{100 * value:.0f}{NARROW}%"


def ranged(found: Interval | None, form: Callable[[float | None], str] = number) -> str:
    """A value with the bounds of its interval; a dash where there is none."""
    if found is None:
        return DASH
    return f"{form(found.value)} ({form(found.low)} to {form(found.high)})"


def scored(score: Score) -> str:
    """A score with its interval, or the reason why there is none."""
    return ranged(score.interval) if score.interval else score.reason


def range_of(stratum: Stratum) -> str:
    """The predictions of a stratum in words."""
    if stratum.above is None and stratum.below is None:
        return "any prediction"
    if stratum.above is None:
        return f"below {percent(stratum.below)}"
    if stratum.below is None:
        return f"{percent(stratum.above)} and above"
    return f"{percent(stratum.above)} to below {percent(stratum.below)}"


def answers_of(one: TargetEvaluation, settings: EvaluationSettings) -> Iterator[str]:
    """What a reader wants first: who was measured, how well, what the strata mean, where the model is of use."""
    counts = one.counts
    events = (
        "" if counts.events is None else f", {counts.events} with the event ({_share(counts.events, counts.records)})"
    )
    left_out = f" {counts.left_out} more have no known outcome." if counts.left_out else ""
    yield f"Measured on {counts.records} records of {counts.patients} patients ({one.split}){events}.{left_out}"
    main = one.scores[0]
    if main.interval:
        yield f"{main.label} {ranged(main.interval)}."
    slope = _slope(one)
    if slope:
        yield slope
    yield from map(_stratum, one.strata)
    if one.decision:
        yield _usefulness(one, settings)


def _usefulness(one: TargetEvaluation, settings: EvaluationSettings) -> str:
    """Where on the decision curve the model is surely of use."""
    useful = useful_range(one.decision)
    low, high = map(whole_percent, useful or (settings.decision_from, settings.decision_to))
    if useful:
        return (
            "Treating by the model is better than treating everyone and than treating no one at thresholds from "
            f"{low} to {high} (the whole interval of the difference is above 0)."
        )
    return (
        f"At no threshold from {low} to {high} is treating by the model surely better than treating everyone or no one."
    )


def _slope(one: TargetEvaluation) -> str:
    """Whether the slope's interval is on one side of 1, and what that means; empty without a slope."""
    found = next((score.interval for score in one.scores if score.name == "calibration_slope"), None)
    if found is None:
        return ""
    meaning = "no sign that predictions are too extreme or too alike"
    if found.high < 1:
        meaning = "predictions are too extreme"
    if found.low > 1:
        meaning = "predictions are too alike"
    return f"Calibration slope {ranged(found)}: {meaning}."


def _stratum(stratum: Stratum) -> str:
    place = range_of(stratum)
    return (
        f"{stratum.name.capitalize()} stratum ({place}): {stratum.n} records, {stratum.events} with the event, "
        f"observed risk {ranged(stratum.risk, percent)}."
    )


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else DASH
