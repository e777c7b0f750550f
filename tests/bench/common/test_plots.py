"""Plots of scores with their intervals."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from ecgimg.bench.common.plots import draw_without_display, interval_plot, values_and_reach
from ecgimg.train.common.classifier_metrics import Interval

NAN = float("nan")


def test_intervals_reach_below_and_above() -> None:
    values, reach = values_and_reach([Interval(0.5, 0.4, 0.7), Interval(1.0, 0.9, 1.0)])
    assert values.tolist() == [0.5, 1.0]
    np.testing.assert_allclose(reach, [[0.1, 0.1], [0.2, 0.0]], atol=1e-12)
    assert values_and_reach([])[1].shape == (2, 0)


def test_unknown_scores_have_no_row(tmp_path: Path) -> None:
    draw_without_display()
    known = [(f"row {k}", Interval(0.5, 0.4, 0.7)) for k in range(20)]
    unknown = [(f"unknown {k}", Interval(NAN, NAN, NAN)) for k in range(20)]
    heights = []
    for name, rows in (("a.png", known), ("b.png", known + unknown), ("c.png", known + known)):
        picture = cv2.imread(str(interval_plot(rows, "score", tmp_path / name)))
        assert picture is not None
        heights.append(picture.shape[0])
    assert heights[0] == heights[1] < heights[2]
