"""Answers of networks that a user trained (`ecgimg finetune`): they stand beside the findings, as the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OwnTask = Literal["binary", "ordinal", "regression", "survival"]
Stratum = Literal["low", "intermediate", "high", ""]
"""Of a probability, by the thresholds of the validation; empty where there are none."""


@dataclass(frozen=True)
class OwnFinding:
    """The answer of one network to one of its targets.

    `model` is the network's name and `sha256` the hash of its file. `value` is a probability (binary), an expected
    level (ordinal), a value in `unit` (regression) or a log hazard (survival); None where there is none, and `reason`
    is why. `threshold` is the probability of the best balanced accuracy on validation, None where there is none.
    """

    model: str
    sha256: str
    target: str
    title: str
    task: OwnTask
    value: float | None
    unit: str = ""
    threshold: float | None = None
    stratum: Stratum = ""
    stand_in: bool = False
    reason: str = ""
