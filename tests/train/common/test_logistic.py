"""Logistic regression: little data leaves the prior, much data gives the truth."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.probability import sigmoid
from ecgimg.train.common.logistic import fit_logistic

CENTRE = np.array([0.5, -2.0])


def test_terms_without_information_leave_the_prior() -> None:
    weights = fit_logistic(np.zeros((3, 2)), np.array([True, False, True]), CENTRE, np.ones(2))
    assert weights == pytest.approx(CENTRE)


def test_weights_of_much_data_are_found() -> None:
    rng = np.random.default_rng(0)
    terms = np.stack([np.ones(20000), rng.normal(0, 1, 20000)], axis=1)
    labels = rng.random(20000) < sigmoid(terms @ [-1.0, 0.7])
    assert fit_logistic(terms, labels, CENTRE, np.ones(2)) == pytest.approx([-1, 0.7], abs=0.06)


def test_a_row_of_half_the_weight_counts_half() -> None:
    rng = np.random.default_rng(1)
    terms, labels = rng.normal(0, 1, (50, 2)), rng.random(50) < 0.5
    twice = np.tile(terms, (2, 1)), np.tile(labels, 2)
    once = fit_logistic(terms, labels, CENTRE, np.ones(2))
    np.testing.assert_allclose(fit_logistic(*twice, CENTRE, np.ones(2), 0.5), once, atol=1e-9)
