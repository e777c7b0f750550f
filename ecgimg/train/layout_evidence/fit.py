"""Fits the model: logistic regression in which the weight of each feature has the sign that it must have.

A second step calibrates the log odds: the confidence is that of the decision, the best format of a page, not that of
any format placed on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from ecgimg.datamodel.arrays import Bools, Doubles
from ecgimg.networks.layout_evidence import FEATURES, LayoutEvidenceModel
from ecgimg.train.layout_evidence.examples import Example

L2 = 0.1
"""Precision of the Gaussian prior on the weights of features of unit size."""


def fit(pages: Sequence[Sequence[Example]]) -> LayoutEvidenceModel:
    """The calibrated model of the formats placed on some pages, at least one on each."""
    return calibrate(fit_weights([example for page in pages for example in page]), pages)


def fit_weights(examples: Sequence[Example]) -> LayoutEvidenceModel:
    """The model of placed formats, each by itself."""
    terms = np.array([[example.features.get(name, 0.0) for name in FEATURES] for example in examples])
    right = np.array([example.is_right for example in examples])
    cost = np.array([example.weight * example.cost for example in examples])
    size = np.maximum(terms.std(axis=0), 1e-3)
    found = _logistic(terms / size, right, cost, [FEATURES[name] for name in FEATURES], L2)
    weights = {name: float(weight) for name, weight in zip(FEATURES, found[:-1] / size, strict=True)}
    return LayoutEvidenceModel(weights, float(found[-1]))


def calibrate(model: LayoutEvidenceModel, pages: Sequence[Sequence[Example]]) -> LayoutEvidenceModel:
    """The model with log odds that are those of the best format of a page: scaled and shifted (Platt 1999)."""
    best = [max(page, key=lambda example: model.log_odds(example.features)) for page in pages]
    odds = np.array([[model.log_odds(example.features)] for example in best])
    right, weight = np.array([example.is_right for example in best]), np.array([example.weight for example in best])
    scale, shift = _logistic(odds, right, weight, [1], 0.0)
    weights = {name: float(scale * value) for name, value in model.weights.items()}
    return LayoutEvidenceModel(weights, float(scale * model.offset + shift))


def _logistic(terms: Doubles, right: Bools, cost: Doubles, signs: Sequence[int], l2: float) -> Doubles:
    """Weights [F] of terms [N, F] and offset; `signs` [F] are those that weights may have, 0 for either."""
    whole = np.c_[terms, np.ones(len(terms))]
    labels = np.where(right, 1.0, -1.0)

    def loss(w: Doubles) -> tuple[float, Doubles]:
        margin = labels * (whole @ w)
        value = float(cost @ np.logaddexp(0.0, -margin) + 0.5 * l2 * (w[:-1] @ w[:-1]))
        slope = -(cost * labels / (1 + np.exp(np.clip(margin, -50, 50)))) @ whole
        return value, slope + l2 * np.append(w[:-1], 0.0)

    limits = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}
    bounds = [*(limits[sign] for sign in signs), (None, None)]
    start = np.zeros(whole.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x, np.float64)
