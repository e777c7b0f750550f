"""Calibration of PatchECG: the views, and that records without a label do not count."""

from __future__ import annotations

import numpy as np
import pytest

from ecgimg.datamodel.probability import sigmoid
from ecgimg.train.common.ptbxl_targets import EcgSet
from ecgimg.train.patchecg.calibrate import HIDDEN_LEADS, calibrate, calibration_views
from ecgimg.train.patchecg.masks import LEAD_COUNT


def test_views_are_the_layouts_and_hidden_leads() -> None:
    views = calibration_views(3, 200)
    assert {view.shape for view in views} == {(3, LEAD_COUNT, 200)}
    assert len(views) == 6 + len(HIDDEN_LEADS)
    assert [int((~view[0].any(axis=1)).sum()) for view in views[6:]] == list(HIDDEN_LEADS)


def test_records_without_a_label_do_not_count() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (2000, 2)).astype(np.float32)
    targets = (rng.random((2000, 2)) < sigmoid(0.5 * logits - 1)).astype(np.float32)
    weights = np.ones_like(targets)
    weights[1000:, 1], targets[1000:, 1] = 0, 1
    validation = EcgSet(np.zeros((2000, 12, 1), np.float16), targets, weights, np.arange(2000))
    calibrations, limits = calibrate([logits, logits], validation, 2)
    assert len(limits) == 2
    for calibration in calibrations:
        assert (calibration.slope, calibration.offset) == pytest.approx((0.5, -1), abs=0.15)
