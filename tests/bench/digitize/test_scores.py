"""Scores of many pages: means, shares, intervals, and risk against coverage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_benches import digitized_page

from ecgimg.bench.digitize.scores import pages_risk, score_pages


def test_slices_tell_means_shares_and_intervals() -> None:
    rows = [
        digitized_page(0, 1000.0),
        digitized_page(1, 10.0),
        digitized_page(2, None, None),
        digitized_page(3, 100.0, "6x2"),
    ]
    bench = score_pages(rows)
    (whole,), (layout,), (bent,) = bench.groups, bench.layouts, bench.slices
    assert (whole.name, layout.name, bent.name) == ("scan", "scan, 3x4", "scan, bent paper")
    assert whole.pages == whole.truths == 4
    assert whole.mean_db.value == pytest.approx(24.43, abs=0.01)
    assert whole.mean_db.low < whole.mean_db.value < whole.mean_db.high
    assert whole.median_db.value == pytest.approx(15)
    assert (whole.refused, whole.failed.value) == (0.25, 0.25)
    assert whole.wrong_layout == pytest.approx(1 / 3)
    assert (whole.sure, whole.sure_wrong) == (3, 0)


def test_pages_without_a_truth_count_for_layouts_and_refusals_only() -> None:
    rows = [
        replace(digitized_page(k, None), has_truth=False, found=found) for k, found in enumerate(["3x4", "6x2", None])
    ]
    (whole,) = score_pages(rows).groups
    assert (whole.pages, whole.truths) == (3, 0)
    assert whole.refused == pytest.approx(1 / 3)
    assert whole.wrong_layout == 0.5
    assert np.isnan(whole.mean_db.value)
    unknown = score_pages([replace(row, layout="") for row in rows]).groups[0]
    assert np.isnan(unknown.wrong_layout)


def test_the_most_confident_pages_come_first_and_refused_ones_last() -> None:
    rows = [
        digitized_page(0, 1000.0, confidence=0.99),
        digitized_page(1, 10.0, confidence=0.6),
        digitized_page(2, None, None, 0.0),
    ]
    points = {point.coverage: point.mean_db for point in pages_risk(rows)}
    assert points[0.5] == pytest.approx(10 * np.log10(505))
    assert points[1.0] == pytest.approx(10 * np.log10(1010 / 3), abs=0.01)
