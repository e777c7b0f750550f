"""The answers of an evaluation in sentences, and how its figures are written."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgimg.train.common.classifier_metrics import Interval
from ecgimg.train.evaluation.decision import useful_range
from ecgimg.train.evaluation.result import Score, Stratum, TargetEvaluation
from ecgimg.train.evaluation.settings import EvaluationSettings

DASH = "\u2013"


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
    return DASH if value is None or np.isnan(value) else f"{value:.1%}".replace("%", " %")


def ranged(found: Interval | None, form: object = number) -> str:
    """A value with the bounds of its interval; a dash where there is none."""
    if found is None or not callable(form):
        return DASH
    return f"{form(found.value)} ({form(found.low)} to {form(found.high)})"


def scored(score: Score) -> str:
    """A score with its interval, or the reason why there is none."""
    return ranged(score.interval) if score.interval else score.reason


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
    yield from map(_stratum, one.strata)
    if one.decision:
        useful = useful_range(one.decision)
        if useful:
            yield (
                "Treating by the model is better than treating everyone and than treating no one at thresholds from "
                f"{useful[0]:.0%} to {useful[1]:.0%} (the whole interval of the difference is above 0)."
            )
        else:
            yield (
                f"At no threshold from {settings.decision_from:.0%} to {settings.decision_to:.0%} is treating by the "
                "model surely better than treating everyone or no one."
            )


def _stratum(stratum: Stratum) -> str:
    return (
        f"{stratum.name.capitalize()} risk: {stratum.n} records, {stratum.events} with the event, "
        f"observed risk {ranged(stratum.risk, percent)}."
    )


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else DASH
