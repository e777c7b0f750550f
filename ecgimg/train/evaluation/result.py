"""What an evaluation found, as frozen objects: each figure with its n, and its interval or why it has none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ecgimg.train.common.classifier_metrics import Interval
from ecgimg.train.evaluation.checklist import ChecklistItem
from ecgimg.train.evaluation.settings import EvaluationSettings
from ecgimg.train.evaluation.table import Split, Task

SCHEMA = "ecgimg/evaluation/1"
"""The number changes when a field is renamed, removed or changes its meaning."""


@dataclass(frozen=True)
class Score:
    """One figure. `interval` is None where there is a `reason`; `events` is None where a target has none."""

    name: str
    label: str
    n: int
    events: int | None
    interval: Interval | None
    reason: str = ""


@dataclass(frozen=True)
class Counts:
    """What one split of a target has: rows, those without a truth, and of the rest records, patients and events."""

    rows: int
    left_out: int
    records: int
    patients: int
    events: int | None


@dataclass(frozen=True)
class CalibrationGroup:
    """Records of like predictions: the mean prediction, and the observed share or mean with its 95 % interval."""

    n: int
    events: int | None
    predicted: float
    observed: Interval | None


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of a prediction, set on the validation split and frozen there. A record at a threshold is above it.

    `n` and `events` are those of the validation split.
    """

    rule_out: float
    rule_in: float
    balanced: float
    n: int
    events: int


@dataclass(frozen=True)
class OperatingPoint:
    """How one threshold does on the test split."""

    name: str
    threshold: float
    sensitivity: Score
    specificity: Score
    positive_value: Score
    negative_value: Score


@dataclass(frozen=True)
class Stratum:
    """Records between two thresholds: the observed risk, its likelihood ratio, and the risk at another prevalence."""

    name: str
    above: float | None
    below: float | None
    n: int
    events: int
    risk: Interval | None
    likelihood_ratio: Interval | None
    risk_at_prevalence: float | None


@dataclass(frozen=True)
class DecisionPoint:
    """Net benefit at one probability of treatment; `gain` is that over the better one of treat-all and treat-none."""

    threshold: float
    model: Interval
    treat_all: float
    baseline: Interval | None
    gain: Interval


@dataclass(frozen=True)
class Reclassification:
    """The model against the baseline: scores, and how many records (events, others) went from stratum to stratum."""

    scores: tuple[Score, ...]
    baseline_thresholds: Thresholds | None
    strata: tuple[str, ...]
    events: tuple[tuple[int, ...], ...]
    others: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class SurvivalCurve:
    """The Kaplan-Meier estimate of one stratum: a step at each time, with its 95 % interval and who was at risk."""

    stratum: str
    n: int
    events: int
    hazard_ratio: Interval | None
    times: tuple[float, ...]
    survival: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at_risk: tuple[int, ...]


@dataclass(frozen=True)
class Survival:
    """Strata by quantiles of the validation's log hazards (`bounds`), and the log-rank test of their difference."""

    bounds: tuple[float, ...]
    curves: tuple[SurvivalCurve, ...]
    log_rank: float
    p: float


@dataclass(frozen=True)
class Subgroup:
    """Scores of the records that have one value, or a range of values, in a column."""

    column: str
    value: str
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class TargetEvaluation:
    """All about one target; `notes` has the reason for each part that is missing."""

    target: str
    task: Task
    split: Split
    counts: Counts
    scores: tuple[Score, ...]
    calibration: tuple[CalibrationGroup, ...] = ()
    roc: tuple[tuple[float, float], ...] = ()
    thresholds: Thresholds | None = None
    operating_points: tuple[OperatingPoint, ...] = ()
    strata: tuple[Stratum, ...] = ()
    decision: tuple[DecisionPoint, ...] = ()
    reclassification: Reclassification | None = None
    survival: Survival | None = None
    subgroups: tuple[Subgroup, ...] = ()
    notes: tuple[str, ...] = ()

    def score(self, name: str) -> Score:
        """One of the scores by its name; KeyError where there is none."""
        for score in self.scores:
            if score.name == name:
                return score
        raise KeyError(f"no score {name!r} for the target {self.target!r}")


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of a table of predictions."""

    settings: EvaluationSettings
    targets: tuple[TargetEvaluation, ...]
    checklist: tuple[ChecklistItem, ...]
    warnings: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The whole as JSON; what is not known is null."""
        return json.dumps({"schema": SCHEMA, **_plain(asdict(self))}, indent=1, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(content) for name, content in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(content) for content in value]
    if isinstance(value, (np.generic, float)):
        number = value.item() if isinstance(value, np.generic) else value
        return None if isinstance(number, float) and not np.isfinite(number) else number
    return value
