"""Calibrates PatchECG on held-out records under several masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ecgimg.train.common.calibrate import Calibration, fit_all, thresholds
from ecgimg.train.common.ptbxl_targets import EcgSet
from ecgimg.train.patchecg.masks import Mask, layout_mask, lead_blackout

HIDDEN_LEADS = (3, 6)
"""Numbers of leads hidden in the views without a layout."""


def calibration_views(count: int, length: int) -> list[Mask]:
    """Masks [count, 12, length] for calibration and thresholds: layouts 0-5, and HIDDEN_LEADS leads hidden."""
    layouts = [np.broadcast_to(layout_mask(k, length), (count, 12, length)) for k in range(6)]
    return [*layouts, *(lead_blackout(k, count, length, seed=k) for k in HIDDEN_LEADS)]


def calibrate(
    views: Sequence[NDArray[np.float32]], validation: EcgSet, outputs: int
) -> tuple[list[Calibration], list[float]]:
    """Calibration and threshold of each of the first targets, from logits [N, K] of the records with such a label."""
    calibrations, limits = [], []
    for k in range(outputs):
        rows = validation.weights[:, k] > 0
        labels = validation.targets[rows, k : k + 1] > 0.5
        column = [view[rows, k : k + 1] for view in views]
        calibration = fit_all(column, labels)[0]
        calibrations.append(calibration)
        limits += thresholds([calibration.apply(c) for c in column], labels)
    return calibrations, limits
