"""Scores of the trace network on readings with known errors."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.networks.trace import Spec
from ecgimg.train.trace.calibrate import BandReading, calibrate, expected_error, page_db


def reads_with(error: float, count: int = 4000) -> BandReading:
    rng = np.random.default_rng(0)
    truth = (120 + 20 * np.sin(np.arange(count) / 30)).astype(np.float32)
    confidence = rng.uniform(0, 1, count).astype(np.float32)
    wrong = rng.uniform(0, 1, count) > confidence**2
    place = truth + np.where(wrong, 10.0, error * rng.normal(0, 1, count))
    return BandReading(place.astype(np.float32), confidence, np.full(count, 9, np.float32), truth)


def test_calibrated_confidence_is_the_share_that_is_right() -> None:
    read = reads_with(0.1)
    spec = calibrate([read])
    assert expected_error([read], spec) < 0.03
    assert expected_error([read], Spec(0.5, ((0.0, 0.0), (1.0, 1.0)))) > 0.1


@pytest.mark.parametrize(("error", "db"), [(1.414, 20.0), (0.1414, 40.0)])
def test_decibels_of_a_known_error(error: float, db: float) -> None:
    truth = (120 + 20 * np.sin(np.arange(60000) / 30)).astype(np.float32)
    noise = np.random.default_rng(1).normal(0, error, len(truth))
    read = BandReading((truth + noise).astype(np.float32), truth * 0, np.full(len(truth), 9, np.float32), truth)
    assert page_db([read], 0.5) == pytest.approx(db, abs=0.3)


def test_an_unknown_curve_scores_zero_decibels() -> None:
    truth = (120 + 20 * np.sin(np.arange(6000) / 30)).astype(np.float32)
    read = BandReading(truth, truth * 0, np.full(len(truth), -9, np.float32), truth)
    assert page_db([read], 0.5) == pytest.approx(0.0, abs=0.2)
