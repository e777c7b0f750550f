"""Logistic regression with a prior on its weights."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.datamodel.probability import sigmoid

MAX_ITERATIONS = 50
MAX_STEP = 2.0
"""Newton's steps are clipped to this, per weight."""
TOLERANCE = 1e-8
"""The fit ends where no weight moves further."""
MAX_LOG_ODDS = 30.0
"""Log odds are clipped to this, so that no exponential overflows."""


def fit_logistic(terms: Doubles, labels: Bools, centre: Doubles, l2: Doubles, weight: float = 1.0) -> Doubles:
    """Weights [P] of a logistic regression, by Newton's method.

    Args:
        terms: design matrix [N, P].
        labels: [N].
        centre: mean [P] of the weights' Gaussian prior.
        l2: precision [P] of that prior.
        weight: weight of each row in the likelihood.
    """
    w = centre.copy()
    for _ in range(MAX_ITERATIONS):
        probability = sigmoid(np.clip(terms @ w, -MAX_LOG_ODDS, MAX_LOG_ODDS))
        gradient = weight * terms.T @ (probability - labels) + l2 * (w - centre)
        hessian = weight * (terms * (probability * (1 - probability))[:, None]).T @ terms + np.diag(l2)
        step = np.clip(np.linalg.solve(hessian, gradient), -MAX_STEP, MAX_STEP)
        w = w - step
        if np.abs(step).max() < TOLERANCE:
            break
    return np.asarray(w, np.float64)
