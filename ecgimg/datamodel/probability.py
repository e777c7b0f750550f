"""Probabilities and log odds of arrays; the precision of the input is the precision of the output."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def sigmoid(x: NDArray[Any] | float) -> NDArray[Any]:
    """Probabilities 1 / (1 + exp(-x)) of log odds of any shape."""
    return np.asarray(1 / (1 + np.exp(-np.asarray(x))))


def log_odds(p: NDArray[Any] | float) -> NDArray[Any]:
    """Log odds log(p / (1 - p)) of probabilities of any shape; infinite at 0 and 1."""
    values = np.asarray(p)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(values / (1 - values)))


def softmax(x: NDArray[Any], axis: int = -1) -> NDArray[Any]:
    """Probabilities exp(x) / sum(exp(x)) along an axis of logits."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True))
