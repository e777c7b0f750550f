"""Logistic regression with a prior on its weights."""

from __future__ import annotations

import numpy as np

from ecgimg.datamodel.arrays import Bools, Doubles


def fit_logistic(terms: Doubles, labels: Bools, centre: Doubles, pull: Doubles, weight: float = 1.0) -> Doubles:
    """Logistic regression by Newton's method with a Gaussian prior of precision `pull` around `centre`."""
    w = centre.copy()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(terms @ w, -30, 30)))
        slope = weight * terms.T @ (chance - labels) + pull * (w - centre)
        bend = weight * (terms * (chance * (1 - chance))[:, None]).T @ terms + np.diag(pull)
        step = np.clip(np.linalg.solve(bend, slope), -2, 2)
        w = w - step
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(w, np.float64)
