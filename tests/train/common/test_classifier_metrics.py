from __future__ import annotations

import numpy as np
import pytest

from ecgimg.train.common.classifier_metrics import (
    auroc,
    average_precision,
    best_threshold,
    calibration_error,
    interval,
    macro,
    once,
    patient_draws,
)

LABELS = np.array([0, 0, 1, 1, 0, 1], bool)
SCORES = np.array([0.1, 0.4, 0.35, 0.8, 0.4, 0.4])


def pairs(labels: np.ndarray, scores: np.ndarray) -> float:
    positive, negative = scores[labels][:, None], scores[~labels][None]
    return float(np.mean((positive > negative) + 0.5 * (positive == negative)))


def test_auroc_counts_ties_half() -> None:
    assert auroc(LABELS, SCORES, once(6))[0] == pytest.approx(pairs(LABELS, SCORES))


def test_weights_are_repetitions() -> None:
    rng = np.random.default_rng(0)
    labels, scores = rng.random(60) < 0.3, rng.random(60).round(1)
    weights = rng.integers(0, 4, (1, 60)).astype(float)
    repeated = np.repeat(np.arange(60), weights[0].astype(int))
    for score in (auroc, average_precision, calibration_error):
        many = score(labels[repeated], scores[repeated], once(len(repeated)))
        np.testing.assert_allclose(score(labels, scores, weights), many)


def test_average_precision_by_hand() -> None:
    labels, scores = np.array([1, 0, 1, 0], bool), np.array([0.9, 0.8, 0.7, 0.1])
    assert average_precision(labels, scores, once(4))[0] == pytest.approx((1 + 2 / 3) / 2)


def test_one_class_gives_nan_and_is_left_out_of_the_mean() -> None:
    labels = np.stack([LABELS, np.zeros(6, bool)], axis=1)
    scores = np.stack([SCORES, SCORES], axis=1)
    assert np.isnan(auroc(labels[:, 1], SCORES, once(6))[0])
    assert macro(auroc, labels, scores, once(6))[0] == pytest.approx(pairs(LABELS, SCORES))


def test_calibration_error_of_the_truth_and_of_a_boast() -> None:
    labels = np.arange(100) < 30
    assert calibration_error(labels, np.full(100, 0.3), once(100))[0] == pytest.approx(0)
    assert calibration_error(labels, np.full(100, 0.9), once(100))[0] == pytest.approx(0.6)


def test_threshold_separates_what_can_be_separated() -> None:
    scores = np.array([0.1, 0.2, 0.7, 0.9])
    assert 0.2 < best_threshold(np.array([0, 0, 1, 1], bool), scores) < 0.7
    assert best_threshold(np.zeros(4, bool), scores) == 0.5


def test_draws_keep_patients_together_and_give_an_interval() -> None:
    patients = np.array([7, 7, 3, 9, 9, 9])
    draws = patient_draws(patients, 200)
    assert (draws[:, 0] == draws[:, 1]).all()
    assert (draws[:, 3] == draws[:, 5]).all()
    assert draws[:, [0, 2, 3]].sum(axis=1).tolist() == [3] * 200
    found = interval(0.5, np.linspace(0, 1, 101))
    assert (found.low, found.high) == pytest.approx((0.025, 0.975))
    assert np.isnan(interval(float("nan"), np.ones(3)).low)
