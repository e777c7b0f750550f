"""Scores of subgroups: records that share a value of a column, or a range of a numeric column with stated bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ecgimg.errors import UnreadableInputError
from ecgimg.train.evaluation.metrics import main_metrics_of
from ecgimg.train.evaluation.result import Score, Subgroup, Thresholds
from ecgimg.train.evaluation.sample import Sample, sample_of, scores_of
from ecgimg.train.evaluation.settings import EvaluationSettings
from ecgimg.train.evaluation.strata import sensitivity_at, specificity_at
from ecgimg.train.evaluation.table import REMEDY, Prediction

MOST_VALUES = 20
"""A column of more values than this needs bounds: its values are no subgroups."""
UNKNOWN = "not known"
"""The subgroup of records whose cell is empty."""


def subgroups_of(
    rows: Sequence[Prediction], column: str, thresholds: Thresholds | None, settings: EvaluationSettings
) -> tuple[Subgroup, ...]:
    """The subgroups of one column in the order of their values, those that are not known last."""
    bounds = settings.bounds_of(column)
    known = [row for row in rows if row.is_known]
    labels = [_label(row, column, bounds) for row in known]
    groups = []
    for _, name in sorted(set(labels)):
        chosen = [row for row, (_, label) in zip(known, labels, strict=True) if label == name]
        groups.append(Subgroup(column, name, _scores(sample_of(chosen), thresholds, settings)))
    return tuple(groups)


def columns_of(rows: Sequence[Prediction], settings: EvaluationSettings) -> Iterator[tuple[str, str]]:
    """(column, why it makes no subgroups): empty where it makes some; columns of one value only are left out."""
    for column in dict.fromkeys(name for row in rows for name in row.groups):
        values = {row.groups.get(column, "") for row in rows}
        if settings.bounds_of(column):
            yield column, ""
        elif len(values) > MOST_VALUES:
            yield column, f"column {column} has {len(values)} values: give bounds with --cut {column}:A,B to group it"
        elif len(values) > 1:
            yield column, ""


def _scores(sample: Sample, thresholds: Thresholds | None, settings: EvaluationSettings) -> tuple[Score, ...]:
    scores = scores_of(sample, main_metrics_of(sample.task), settings)
    if thresholds is None:
        return scores
    sensitivity = sensitivity_at(sample, thresholds.rule_out, settings, ", rule-out")
    return (*scores, sensitivity, specificity_at(sample, thresholds.rule_in, settings, ", rule-in"))


def _label(row: Prediction, column: str, bounds: Sequence[float]) -> tuple[tuple[int, float], str]:
    """(rank for sorting, the name of the subgroup) of a row."""
    word = row.groups.get(column, "")
    if not word:
        return (2, 0.0), UNKNOWN
    if not bounds:
        return (1, 0.0), word
    try:
        value = float(word)
    except ValueError:
        text = f"'{word}' is no number, but the column has bounds"
        raise UnreadableInputError(text, where=f"{row.place}, column {column}", remedy=REMEDY) from None
    k = int(np.searchsorted(bounds, value, side="right"))
    return (0, float(k)), _range_name(k, bounds)


def _range_name(k: int, bounds: Sequence[float]) -> str:
    if k == 0:
        return f"below {bounds[0]:g}"
    return f"{bounds[-1]:g} and above" if k == len(bounds) else f"{bounds[k - 1]:g} to below {bounds[k]:g}"
