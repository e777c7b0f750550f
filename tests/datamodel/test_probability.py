"""Probabilities and log odds."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.probability import log_odds, sigmoid, softmax


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_log_odds_are_the_reverse_of_the_sigmoid(kind: type) -> None:
    odds = np.linspace(-6, 6, 25).reshape(5, 5).astype(kind)
    assert sigmoid(odds).dtype == kind
    np.testing.assert_allclose(log_odds(sigmoid(odds)), odds, atol=2e-4)
    assert float(sigmoid(0.0)) == 0.5


def test_certainty_has_infinite_log_odds() -> None:
    np.testing.assert_array_equal(log_odds(np.array([0.0, 0.5, 1.0])), [-np.inf, 0, np.inf])


def test_softmax_sums_to_one_along_its_axis() -> None:
    logits = np.array([[1000.0, 1001.0, 0.0], [1.0, 1.0, 1.0]])
    np.testing.assert_allclose(softmax(logits).sum(axis=1), 1)
    np.testing.assert_allclose(softmax(logits)[0, 1] / softmax(logits)[0, 0], np.e)
    np.testing.assert_allclose(softmax(logits, axis=0).sum(axis=0), 1)
