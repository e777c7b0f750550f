"""One output of a classifying network: code, group, calibration and threshold, as its ONNX file stores them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Output:
    """An output of a network: its code, its group (screening, subclass, superclass, rhythm), calibration, threshold.

    probability = sigmoid(slope * logit + offset). The threshold is the probability of the best balanced accuracy.
    """

    code: str
    group: str
    slope: float
    offset: float
    threshold: float
