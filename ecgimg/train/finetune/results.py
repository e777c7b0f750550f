"""What a training leaves of its predictions: table, evaluation, thresholds, and the scores that are printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.networks.finetuned import ModelTarget
from ecgimg.train.evaluation.evaluate import evaluate
from ecgimg.train.evaluation.metrics import main_metrics_of
from ecgimg.train.evaluation.result import Evaluation
from ecgimg.train.evaluation.table import Predictions, write_predictions
from ecgimg.train.evaluation.write import write_evaluation
from ecgimg.train.finetune.cohort import Cohort, Part

SIGNAL, PAPER = "signal", "paper"
TABLE = "predictions.csv"
EVALUATION = "evaluation"
"""Folder of the evaluation."""


def rows_of(
    cohort: Cohort,
    answers: Mapping[Part, Doubles],
    targets: Sequence[ModelTarget],
    subgroups: Sequence[str],
    medium: str = SIGNAL,
) -> Iterator[dict[str, Any]]:
    """A row of each recording of validation and test, and target.

    Args:
        cohort: the recordings.
        answers: [N, targets] by part.
        targets: in the order of the answers.
        subgroups: columns that become subgroups.
        medium: signal or paper.
    """
    for part, found in answers.items():
        for n, own in zip(cohort.indices(part), found, strict=True):
            case, columns = cohort.cases[n], cohort.columns[n]
            groups = {name: columns.get(name, "") for name in subgroups}
            for k, target in enumerate(targets):
                value, event = cohort.truths.values[n, k], cohort.truths.events[n, k]
                is_survival = target.task == "survival"
                yield {
                    "id": case.id, "patient": case.patient, "split": part, "target": target.name, "task": target.task,
                    "truth": np.nan if is_survival else value, "predicted": float(own[k]),
                    "time": value if is_survival else np.nan, "event": event if is_survival else np.nan,
                    **groups, "medium": medium,
                }  # fmt: skip


def write_results(rows: Iterable[Mapping[str, Any]], folder: Path) -> Evaluation:
    """Writes FOLDER/predictions.csv and its evaluation; returns it."""
    predictions = Predictions.from_rows(rows)
    write_predictions(predictions, folder / TABLE)
    evaluation = evaluate(predictions)
    write_evaluation(evaluation, folder / EVALUATION)
    return evaluation


def with_thresholds(targets: Sequence[ModelTarget], evaluation: Evaluation) -> tuple[ModelTarget, ...]:
    """The targets with the thresholds that the evaluation set on validation."""
    found = {one.target: one.thresholds for one in evaluation.targets}
    return tuple(
        replace(target, rule_out=limits.rule_out, balanced=limits.balanced, rule_in=limits.rule_in)
        if (limits := found.get(target.name)) is not None
        else target
        for target in targets
    )


def score_lines(evaluation: Evaluation) -> list[str]:
    """The main scores of each target, a line each."""
    lines = []
    for one in evaluation.targets:
        for metric in main_metrics_of(one.task):
            score = next((s for s in one.scores if s.name == metric.name), None)
            if score is not None:
                shown = score.reason if score.interval is None else str(score.interval)
                lines.append(f"{one.target}, {one.split}, n = {score.n}: {score.label} {shown}")
    return lines
