"""Platt scaling, and cross-fitting by patient."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.probability import sigmoid
from ecgimg.train.common.calibrate import cross_fitted, fit_platt, patient_parts


def test_platt_finds_slope_and_offset() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20000)
    labels = rng.random(20000) < sigmoid(0.5 * logits - 1)
    found = fit_platt(logits, labels)
    assert (found.slope, found.offset) == pytest.approx((0.5, -1), abs=0.06)


def test_a_class_without_positives_stays_finite() -> None:
    found = fit_platt(np.linspace(-3, 3, 50), np.zeros(50, bool))
    assert np.isfinite([found.slope, found.offset]).all()
    assert found.apply(np.array([0.0]))[0] < 0.2


def test_no_record_is_scored_by_what_it_calibrated() -> None:
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(40), 5)
    part = patient_parts(patients)
    assert all(len(set(part[patients == p])) == 1 for p in range(40))
    logits = rng.normal(size=(200, 1))
    labels = rng.random((200, 1)) < 0.5
    before = cross_fitted([logits], labels, part)[0]
    flipped = labels.copy()
    flipped[part == 0] = ~flipped[part == 0]
    after = cross_fitted([logits], flipped, part)[0]
    np.testing.assert_array_equal(before[part == 0], after[part == 0])
    assert np.abs(before - after)[part != 0].max() > 1e-3
