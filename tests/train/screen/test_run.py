"""The last steps of the command: the limits of the gate, and calibration on known labels only."""

from __future__ import annotations

import numpy as np
import pytest
from screen_pages import screen_page

from ecgimg.datamodel.probability import sigmoid
from ecgimg.networks.screen import FIRST
from ecgimg.train.screen.data import FINDINGS, LEARNED, Targets
from ecgimg.train.screen.run import calibrated, gate_limit


def test_the_gate_lets_nearly_all_pages_pass() -> None:
    logits = np.random.default_rng(0).normal(6, 1.5, 4000).astype(np.float32)
    limit = gate_limit(logits)
    assert np.mean(sigmoid(logits) < limit) < 0.004
    assert gate_limit(np.full(10, 20, np.float32)) == 0.5


def test_pages_without_a_label_calibrate_nothing() -> None:
    rng = np.random.default_rng(0)
    values = (rng.random((400, len(LEARNED))) < 0.4).astype(np.float32)
    weights = np.ones_like(values)
    weights[200:] = 0
    logits = rng.normal(0, 1, (400, FIRST + len(FINDINGS))).astype(np.float32)
    for k, (_, _, column) in enumerate(FINDINGS):
        logits[:200, FIRST + k] += 3 * values[:200, column] - 1.5
    logits[200:] *= 100
    targets = Targets(values, weights, {k: k for k in range(400)}, np.full_like(values, np.nan))
    calibrations, thresholds = calibrated(logits, [screen_page(k) for k in range(400)], targets)
    assert len(calibrations) == len(thresholds) == len(FINDINGS)
    for k, (calibration, (_, _, column)) in enumerate(zip(calibrations, FINDINGS, strict=True)):
        mean = float(calibration.apply(logits[:200, FIRST + k]).mean())
        assert mean == pytest.approx(float(values[:200, column].mean()), abs=0.05)
