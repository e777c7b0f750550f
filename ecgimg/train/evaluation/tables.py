"""The tables of an evaluation as rows of CSV files: one file a kind of table, all targets in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ecgimg.io.csv_cells import to_cell
from ecgimg.train.common.classifier_metrics import Interval
from ecgimg.train.evaluation.result import Evaluation, Score

Row = dict[str, Any]
"""The cells of a row by column."""


def tables_of(evaluation: Evaluation) -> Mapping[str, str]:
    """The text of each CSV file by its name; tables without a row are left out."""
    kinds = {
        "scores.csv": _score_rows(evaluation),
        "calibration.csv": _calibration_rows(evaluation),
        "thresholds.csv": _threshold_rows(evaluation),
        "strata.csv": _stratum_rows(evaluation),
        "decision.csv": _decision_rows(evaluation),
        "survival.csv": _survival_rows(evaluation),
        "checklist.csv": _checklist_rows(evaluation),
    }
    texts = {name: _csv(rows) for name, rows in kinds.items()}
    return {name: text for name, text in texts.items() if text}


def _score_rows(evaluation: Evaluation) -> Iterator[Row]:
    """Every score: of all records, of subgroups, and of the comparison with the baseline."""
    for one in evaluation.targets:
        head = {"target": one.target, "split": one.split}
        everyone = {**head, "column": "", "value": ""}
        yield from ({**everyone, **_scored(score)} for score in one.scores)
        compared = one.reclassification.scores if one.reclassification else ()
        yield from ({**everyone, **_scored(score)} for score in compared)
        for group in one.subgroups:
            here = {**head, "column": group.column, "value": group.value}
            yield from ({**here, **_scored(score)} for score in group.scores)


def _scored(score: Score) -> Row:
    counts = {"n": score.n, "events": score.events}
    return {"score": score.name, **counts, **_bounds("", score.interval), "reason": score.reason}


def _calibration_rows(evaluation: Evaluation) -> Iterator[Row]:
    for one in evaluation.targets:
        for group in one.calibration:
            counts = {"n": group.n, "events": group.events, "predicted": group.predicted}
            yield {"target": one.target, **counts, **_bounds("observed_", group.observed)}


def _threshold_rows(evaluation: Evaluation) -> Iterator[Row]:
    for one in evaluation.targets:
        for point in one.operating_points:
            scores = (point.sensitivity, point.specificity, point.positive_value, point.negative_value)
            row: Row = {"target": one.target, "name": point.name, "threshold": point.threshold}
            row |= {"n": point.sensitivity.n, "events": point.sensitivity.events}
            for score in scores:
                row |= _bounds(f"{score.name}_", score.interval)
            yield row


def _stratum_rows(evaluation: Evaluation) -> Iterator[Row]:
    for one in evaluation.targets:
        for stratum in one.strata:
            row: Row = {"target": one.target, "stratum": stratum.name, "from": stratum.above, "below": stratum.below}
            row |= {"n": stratum.n, "events": stratum.events, **_bounds("risk_", stratum.risk)}
            row |= _bounds("likelihood_ratio_", stratum.likelihood_ratio)
            yield {**row, "risk_at_prevalence": stratum.risk_at_prevalence}


def _decision_rows(evaluation: Evaluation) -> Iterator[Row]:
    for one in evaluation.targets:
        for point in one.decision:
            row: Row = {"target": one.target, "threshold": point.threshold, **_bounds("model_", point.model)}
            row |= {"treat_all": point.treat_all, **_bounds("baseline_", point.baseline)}
            yield {**row, **_bounds("gain_", point.gain)}


def _survival_rows(evaluation: Evaluation) -> Iterator[Row]:
    for one in evaluation.targets:
        for curve in one.survival.curves if one.survival else ():
            steps = zip(curve.times, curve.at_risk, curve.survival, curve.low, curve.high, strict=True)
            for time, at_risk, value, low, high in steps:
                head = {"target": one.target, "stratum": curve.stratum, "time": time, "at_risk": at_risk}
                yield {**head, **_bounds("survival_", Interval(value, low, high))}


def _checklist_rows(evaluation: Evaluation) -> Iterator[Row]:
    for item in evaluation.checklist:
        yield {"item": item.number, "name": item.name, "asks": item.asks, "text": item.text}


def _bounds(prefix: str, found: Interval | None) -> Row:
    """A value with its bounds as three cells; empty where it is not known."""
    values = (found.value, found.low, found.high) if found else (None, None, None)
    return {f"{prefix}{name}": value for name, value in zip(("value", "low", "high"), values, strict=True)}


def _csv(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for k, row in enumerate(rows):
        if k == 0:
            writer.writerow(row)
        writer.writerow(map(_cell, row.values()))
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return to_cell(value)
    return f"{value:.6g}" if np.isfinite(value) else ""
