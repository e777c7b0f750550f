"""Calibration of logits and choice of thresholds, fitted on a held-out fold and cross-fitted by patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.probability import sigmoid
from ecgimg.train.common.classifier_metrics import best_threshold


@dataclass(frozen=True)
class Calibration:
    """Platt scaling of one class: probability = sigmoid(slope * logit + offset)."""

    slope: float
    offset: float

    def apply(self, logits: NDArray[np.floating]) -> Doubles:
        """Probabilities of logits of any shape."""
        return np.asarray(sigmoid(self.slope * logits + self.offset), np.float64)


def fit_platt(logits: NDArray[np.floating], labels: NDArray[np.bool_], l2: float = 8.0) -> Calibration:
    """Platt scaling (1999) by Newton's method, with a Gaussian prior that matters in rare classes only.

    The slope has mean 1 and precision `l2`, the offset mean 0 and precision `l2` / 100, so that a class without
    positives still has finite numbers.
    """
    design = np.stack([logits.astype(np.float64), np.ones(len(logits))], axis=1)
    weight = np.array([1.0, 0.0])
    precision = np.array([l2, l2 / 100])
    for _ in range(50):
        probability = sigmoid(design @ weight)
        gradient = design.T @ (probability - labels) + precision * (weight - (1.0, 0.0))
        hessian = (design * (probability * (1 - probability))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(hessian, gradient)
        weight -= np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return Calibration(float(weight[0]), float(weight[1]))


def patient_parts(patients: NDArray[np.int64], parts: int = 5, seed: int = 0) -> NDArray[np.int64]:
    """[N] number of the part each record belongs to; all records of a patient share one."""
    unique, member = np.unique(patients, return_inverse=True)
    part = np.random.default_rng(seed).permutation(len(unique)) % parts
    return np.asarray(part[member])


def cross_fitted(
    views: Sequence[NDArray[np.floating]],
    labels: NDArray[np.bool_],
    part: NDArray[np.int64],
    fitted_on: Sequence[int] | None = None,
) -> list[Doubles]:
    """Probabilities [N, K] of each view, none from a calibration that was fitted on the same record.

    A view are the logits [N, K] under one mask. One calibration serves all views, since the layout is unknown at use.

    Args:
        views: logits [N, K] of each view.
        labels: [N, K].
        part: [N] of `patient_parts`.
        fitted_on: numbers of the views to fit on; all by default.
    """
    chosen = [views[k] for k in fitted_on] if fitted_on else views
    out = [np.zeros(view.shape) for view in views]
    for p in np.unique(part):
        fitted = fit_all([view[part != p] for view in chosen], labels[part != p])
        for result, view in zip(out, views, strict=True):
            for k, calibration in enumerate(fitted):
                result[part == p, k] = calibration.apply(view[part == p, k])
    return out


def fit_all(views: Sequence[NDArray[np.floating]], labels: NDArray[np.bool_]) -> list[Calibration]:
    """One calibration per class from all views of the records together."""
    logits = np.concatenate(views)
    repeated = np.tile(labels, (len(views), 1))
    return [fit_platt(logits[:, k], repeated[:, k]) for k in range(labels.shape[1])]


def thresholds(views: Sequence[Doubles], labels: NDArray[np.bool_]) -> list[float]:
    """Threshold per class of the best balanced accuracy over the probabilities of all views."""
    probabilities = np.concatenate(views)
    repeated = np.tile(labels, (len(views), 1))
    return [best_threshold(repeated[:, k], probabilities[:, k]) for k in range(labels.shape[1])]
