"""What the outputs of a classifying network mean: code, group, calibration and threshold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Output:
    """One output of a network: its code, its group (screening, subclass, superclass, rhythm), calibration, threshold.

    Probability = sigmoid(slope * logit + offset); the threshold is that of the best balanced accuracy.
    """

    code: str
    group: str
    slope: float
    offset: float
    threshold: float
