"""The table of predictions of a trained network, and the scores that are printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.networks.finetuned import ModelTarget
from ecgimg.train.finetune.cohort import Cohort

SIGNAL, PAPER = "signal", "paper"


def rows_of(
    cohort: Cohort,
    answers: Mapping[str, Doubles],
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
        for n, own in zip(cohort.indices(part), found, strict=True):  # type: ignore[arg-type]
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
