"""What an evaluation may be asked to do otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.constants import constant
from ecgimg.errors import UsageError

Cut = tuple[str, tuple[float, ...]]
"""A numeric column of the table and the bounds between its subgroups."""
MAX_DECISION_STEPS = 1000
"""A decision curve of more points than this is no finer to the eye."""


@dataclass(frozen=True)
class EvaluationSettings:
    """Presets of an evaluation.

    Raises:
        UsageError: a value that can't be.
    """

    sensitivity: float = constant(
        0.95, unit="share", why="the rule-out threshold is the highest one that finds this share of the events"
    )
    specificity: float = constant(
        0.90, unit="share", why="the rule-in threshold is the lowest one that clears this share of the others"
    )
    min_cases: int = constant(
        10, unit="count", why="with fewer events, or fewer others, a score is left out: its interval says nothing"
    )
    draws: int = constant(1000, unit="count", why="draws of patients with replacement: bounds are sure to 2 digits")
    bins: int = constant(10, unit="count", why="groups of equal count of a calibration curve and its error")
    decision_from: float = constant(0.01, unit="probability", why="the decision curve begins here")
    decision_to: float = constant(0.50, unit="probability", why="few treat only above even odds")
    decision_step: float = constant(0.01, unit="probability", why="between the points of the decision curve")
    prevalence: float | None = constant(
        None, unit="share", why="of events where the model is to be used; None is the one of the table"
    )
    survival_shares: tuple[float, float] = constant(
        (1 / 3, 2 / 3), unit="share", why="quantiles of the validation's log hazards between strata: equal thirds"
    )
    cuts: tuple[Cut, ...] = constant(
        (("age", (18.0, 40.0, 65.0, 80.0)),),
        unit="the column's own",
        why="bounds of numeric subgroups; of age: children, young, middle, old and very old adults",
    )

    def __post_init__(self) -> None:
        shares = {"sensitivity": self.sensitivity, "specificity": self.specificity, "prevalence": self.prevalence}
        for name, value in shares.items():
            _require(value is None or 0 < value < 1, f"a {name} of {value:g}" if value is not None else "")
        _require(self.min_cases >= 2, f"scores of {self.min_cases} cases")
        _require(self.draws >= 20, f"a bootstrap of {self.draws} draws")
        _require(self.bins >= 2, f"a calibration curve of {self.bins} groups")
        _require(0 < self.decision_from < self.decision_to < 1, "the range of the decision curve")
        _require(self.decision_step > 0 and self._steps() <= MAX_DECISION_STEPS, "the step of the decision curve")
        low, high = self.survival_shares
        _require(0 < low < high < 1, "the shares of the strata")
        for name, bounds in self.cuts:
            _require(bool(bounds) and list(bounds) == sorted(set(bounds)), f"the bounds of {name}")

    def decision_thresholds(self) -> Doubles:
        """The probabilities [T] at which the decision curve is computed."""
        return np.asarray(self.decision_from + self.decision_step * np.arange(self._steps() + 1), np.float64)

    def bounds_of(self, column: str) -> Sequence[float]:
        """The bounds between the subgroups of a numeric column; none where it has no such bounds."""
        return dict(self.cuts).get(column, ())

    def _steps(self) -> int:
        return int((self.decision_to - self.decision_from) / self.decision_step + 1e-9)


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise UsageError(f"{what} can't be", where="evaluation", remedy="see ecgimg evaluate --help")


DEFAULTS = EvaluationSettings()
"""What is done unless somebody asks otherwise."""


def parse_cuts(texts: Sequence[str]) -> tuple[Cut, ...]:
    """Bounds of columns, each as `NAME:A,B,...`, besides those of the defaults, which they replace.

    Raises:
        UsageError: a text of another form.
    """
    cuts = dict(DEFAULTS.cuts)
    for text in texts:
        name, colon, bounds = text.rpartition(":")
        _require(bool(name and colon), f"--cut {text}")
        cuts[name] = _numbers(bounds, ",", f"--cut {text}")
    return tuple(cuts.items())


def parse_range(text: str) -> tuple[float, float]:
    """Two probabilities, as `FROM-TO`.

    Raises:
        UsageError: a text of another form.
    """
    ends = _numbers(text, "-", f"--thresholds {text}")
    _require(len(ends) == 2, f"--thresholds {text}")
    return ends[0], ends[1]


def _numbers(text: str, separator: str, option: str) -> tuple[float, ...]:
    try:
        values = tuple(map(float, text.split(separator)))
    except ValueError:
        values = ()
    _require(bool(values) and all(map(np.isfinite, values)), option)
    return values
